"""Citations as their readers take them: BibTeX, CSL-JSON, RIS and JSON-LD parsed by what parses them."""

from __future__ import annotations

import json
import re

import jsonschema
import pytest

from gallery.pages.citation_formats import Formats
from gallery.pages.words import Words
from gallery.permanence import Citation
from gallery.validation.schema import Author, Imprint

CITATION = Citation("abcdefghij23", "「豆」が{鬼}を追い抜く & 50%_#1", "節分", "ja-gpt2-mini 第1版",
                    "文章は「節分」をもとに書き改めたものです（CC-BY-SA-4.0）。", "CC-BY-SA-4.0")
ADDRESS = "https://example.org/f/abcdefghij23/"
AUTHORS = (Author(family="佐々木", given="彬"), Author(name="Gallery_team"),
           Author(family="Doe", given="Jane Ann", orcid="0000-0002-1825-0097"))
PEOPLE = Imprint(authors=AUTHORS, year=2026, doi="10.5281/zenodo.123")


_STRING = {"type": "string"}
_NAME = {"type": "object", "additionalProperties": False, "minProperties": 1,
         "properties": {"family": _STRING, "given": _STRING, "literal": _STRING}}
CSL_DATA = {
    "type": "array", "items": {
        "type": "object", "required": ["id", "type"], "additionalProperties": False,
        "properties": {
            "type": {"const": "figure"}, "author": {"type": "array", "items": _NAME, "minItems": 1},
            "issued": {"type": "object", "required": ["date-parts"], "additionalProperties": False, "properties": {
                "date-parts": {"type": "array", "minItems": 1, "maxItems": 2, "items": {
                    "type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 3}}}},
            **{name: _STRING for name in ("id", "title", "container-title", "URL", "DOI", "language", "note")},
        },
    },
}
"""What csl-data.json of the Citation Style Language allows for the variables that a figure has.

No registry carries that schema, so it is spelt out; read beside its commit 40b3ce0, each rule is as narrow or narrower.
"""


def formats(imprint=PEOPLE, language="ja"):
    return Formats(CITATION, Words(language), imprint, ADDRESS)


def test_bibtex_parses_with_a_bibtex_parser_and_says_it_all():
    database = pytest.importorskip("pybtex.database")
    entry = database.parse_string(formats().bibtex(), "bibtex").entries["lmviz-abcdefghij23"]
    assert [" ".join(person.last_names) for person in entry.persons["author"]] == ["佐々木", r"{Gallery\_team}", "Doe"]
    assert entry.fields["title"] == r"{「豆」が\{鬼\}を追い抜く \& 50\%\_\#1}" and entry.fields["year"] == "2026"
    assert entry.fields["url"] == ADDRESS and entry.fields["doi"] == "10.5281/zenodo.123"
    for named in ("節分", "ja-gpt2-mini 第1版", "CC-BY-SA-4.0", "abcdefghij23"):
        assert named in entry.fields["note"]
    alone = database.parse_string(formats(Imprint()).bibtex(), "bibtex").entries["lmviz-abcdefghij23"]
    assert str(alone.persons["author"][0]) == "{言語モデル図鑑}" and "year" not in alone.fields


@pytest.mark.parametrize(("imprint", "language"), [(PEOPLE, "ja"), (Imprint(), "en")])
def test_csl_json_is_what_its_schema_allows(imprint, language):
    jsonschema.Draft202012Validator(CSL_DATA).validate(json.loads(formats(imprint, language).csl()))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_doi_enters_every_citation(language):
    written, doi = formats(language=language), "10.5281/zenodo.123"
    each = [written.plain(), written.apa(), written.bibtex(), written.ris(), written.csl(), dict(written.tags()),
            written.json_ld(alternative="図", picture="figure.svg")]
    assert all(doi in str(one) for one in each)
    without = formats(PEOPLE.model_copy(update={"doi": None}), language)
    assert not any("doi" in str(one).lower() for one in (without.plain(), without.apa(), without.bibtex()))


def test_quotation_marks_within_quotation_marks_are_single():
    cited = Citation("abcdefghij23", "“豆” overtakes “鬼”", "Setsubun", "ja-gpt2-mini version 1", "", "")
    assert "“‘豆’ overtakes ‘鬼’”, text “Setsubun”" in Formats(cited, Words("en"), PEOPLE, ADDRESS).plain()
    assert "『「豆」が{鬼}を追い抜く" in formats().plain()


def test_csl_json_has_a_figure_with_its_authors():
    (item,) = json.loads(formats().csl())
    assert item["type"] == "figure" and item["issued"] == {"date-parts": [[2026]]} and item["URL"] == ADDRESS
    assert item["author"] == [{"family": "佐々木", "given": "彬"}, {"literal": "Gallery_team"},
                              {"family": "Doe", "given": "Jane Ann"}]
    (alone,) = json.loads(formats(Imprint(), "en").csl())
    assert alone["author"] == [{"literal": "Language Model Gallery"}] and "issued" not in alone


def test_ris_has_one_tag_a_line_and_ends():
    lines = formats().ris().split("\r\n")
    assert all(re.fullmatch(r"[A-Z][A-Z0-9]  - .*", line) for line in lines[:-1]) and lines[-1] == ""
    assert lines[0] == "TY  - FIGURE" and lines[-2] == "ER  - " and "AU  - 佐々木, 彬" in lines


def test_apa_gives_initials_year_and_what_was_read():
    assert formats(language="en").apa() == (
        "佐々木 彬, Gallery_team, & Doe, J. A. (2026). 「豆」が{鬼}を追い抜く & 50%_#1 [Figure abcdefghij23. "
        f"Text: 節分. Model: ja-gpt2-mini 第1版]. Language Model Gallery. {ADDRESS} https://doi.org/10.5281/zenodo.123"
    )
    assert formats(Imprint(), "en").apa().startswith("Language Model Gallery. (n.d.). 「豆」")


def test_what_search_engines_read_has_what_schema_org_asks_for():
    data = json.loads(formats().json_ld(alternative="図", picture=f"{ADDRESS}figure.svg", is_based_on=("https://a/",)))
    assert data["@context"] == "https://schema.org" and data["@type"] == "ImageObject"
    for required in ("contentUrl", "license", "creator", "creditText", "name", "url"):
        assert data[required]
    assert data["license"] == "https://creativecommons.org/licenses/by-sa/4.0/"
    assert data["creator"][2]["@id"] == "https://orcid.org/0000-0002-1825-0097"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_figures_page_carries_its_citation_in_the_panel_in_files_and_in_its_head(site, page, language):
    prefix = "" if language == "ja" else "en/"
    entry = page(f"{prefix}setsubun/tiny/")
    figure_id = entry.select_one("[data-figure-id]")["data-figure-id"]
    alone, folder = page(f"{prefix}f/{figure_id}/"), site / f"{prefix}f/{figure_id}"
    for name, file in (("bibtex", "citation.bib"), ("csl", "citation.csl.json")):
        assert alone.select_one(f"pre.citation-{name}").get_text() == (folder / file).read_text("utf-8").rstrip("\n")
    assert (folder / "citation.ris").read_bytes().endswith(b"ER  - \r\n")
    title = alone.find("meta", {"name": "citation_title"})["content"]
    assert title and title in alone.h1.get_text() and title in alone.find("meta", property="og:title")["content"]
    relations = {link["rel"][0]: link["href"] for link in alone.find_all("link", rel=True)}
    assert relations["cite-as"].endswith(f"f/{figure_id}/") and (folder / relations["describedby"]).is_file()
    data = json.loads(alone.find("script", type="application/ld+json").string)
    assert data["name"] == title and data["isBasedOn"] == ["https://ja.wikipedia.org/wiki/節分"]
