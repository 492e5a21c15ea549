"""The miniature gallery's site, read back."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup
from miniature_site import FAILURE, HOSTILE_ABOUT, HOSTILE_TITLE, LACKING

from gallery.pages.drawings import Drawings
from gallery.pages.section import section as shown_section
from gallery.site.editions import open_edition
from gallery.store import Store
from gallery.validation.schema import FIGURE_KINDS

RAW = re.compile("[▁Ġ\ufffd]|<0x[0-9A-F]{2}>")


def pages_of(site: Path) -> dict[str, BeautifulSoup]:
    return {path.relative_to(site).parent.as_posix(): BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
            for path in sorted(site.rglob("index.html"))}


@pytest.fixture(scope="module")
def pages(site):
    return pages_of(site)


def sections(soup) -> list[tuple[str, str]]:
    return [(section["data-figure"], section["data-figure-id"]) for section in soup.select("section.lmviz-figure")]


def test_an_entry_shows_its_figures_in_order_each_with_id_title_caption_and_links(page):
    entry = page("setsubun/tiny/")
    kinds = [kind for kind, _ in sections(entry)]
    assert kinds == [kind for kind in FIGURE_KINDS if kind != "factor_responses"]  # the model has no factors
    for section in entry.select("section.lmviz-figure"):
        assert section["id"] == section["data-figure"]
        assert section.select_one("h2").get_text(strip=True)
        links = [a["href"] for a in section.select("footer a")]
        assert f"../../figures/{section['data-figure']}/" in links
        if section.select_one(".notice"):
            continue
        assert section.select_one(".figure-caption").get_text(strip=True)
        assert section.select_one(f".lmviz-{section['data-figure']}")
        assert f"../../f/{section['data-figure-id']}/" in links


def test_a_failed_figure_says_why_in_its_place_and_leads_to_no_files(page):
    for url, language in (("setsubun/tiny/", "ja"), ("en/setsubun/tiny/", "en")):
        section = page(url).select_one("#neuron_factors")
        assert FAILURE[language] in section.select_one(".notice").get_text()
        assert not section.select(".lmviz") and "/f/" not in str(section)


def test_a_figure_that_lacks_a_part_is_shown_and_says_which_and_why(page):
    for language, method in (("ja", "特徴の除去"), ("en", "Feature ablation")):
        section = page("setsubun/tiny/" if language == "ja" else "en/setsubun/tiny/").select_one("#attribution")
        assert section.select(".lmviz")
        said = section.select_one(".figure-lacking").get_text()
        assert method in said and LACKING[language] in said


def test_drawing_code_that_stumbles_costs_one_figure_and_is_logged(site_root, monkeypatch, caplog):
    edition = open_edition(site_root, "ja")
    entry = next(entry for entry in edition.entries if entry.id == "setsubun/tiny")
    monkeypatch.setattr(edition.drawings, "draw", lambda *figure, **at: [][0])
    shown = shown_section(edition, entry, entry.figures[0])
    assert shown.drawing is None and "IndexError" in shown.reason
    assert "setsubun/tiny tokens: IndexError" in caplog.text


def test_a_result_that_is_gone_names_the_command_that_computes_it_again(site_root, tmp_path):
    edition = open_edition(site_root, "ja")
    entry = next(entry for entry in edition.entries if entry.id == "setsubun/tiny")
    empty = replace(edition, drawings=Drawings(Store(tmp_path)))
    assert "--only 'setsubun/tiny'" in shown_section(empty, entry, entry.figures[0]).reason


def test_the_page_for_lost_addresses_leads_back_into_its_own_edition(site):
    for name, prefix in (("404.html", "/"), ("en/404.html", "/en/")):
        soup = BeautifulSoup((site / name).read_text(encoding="utf-8"), "html.parser")
        links = [a["href"] for a in soup.select("a[href]:not([data-language-switch], .skip)")]
        assert links and all(link.startswith(prefix) and not link.startswith("//") for link in links)
        for address in [*links, soup.select_one("[data-language-switch]")["href"],
                        *(sheet["href"] for sheet in soup.select("link[rel=stylesheet]"))]:
            path = site / urlsplit(urljoin("http://x/", address)).path.lstrip("/")
            assert path.is_file() or (path / "index.html").is_file(), address


def test_a_failed_entry_says_why_and_shows_no_figure(page):
    notice = page("setsubun/broken/").select_one(".notice--failed")
    assert "NaN" in notice.get_text()
    assert not page("setsubun/broken/").select(".lmviz-figure")


def test_the_report_says_why_an_entry_a_figure_or_a_part_failed(page):
    for prefix, language in (("", "ja"), ("en/", "en")):
        report = page(f"{prefix}how-it-was-built/")
        groups = [group.get_text() for group in report.select(".report-groups > li")
                  if group.select_one('a[href$="setsubun/broken/"]')]
        assert len(groups) == 1 and "NaN" in groups[0]
        rows = [row.get_text() for row in report.find("h2", id="failed").find_next("ul").find_all("li")]
        lacking, failed = [row for row in rows if row.startswith("setsubun/tiny ")]
        assert LACKING[language] in lacking and FAILURE[language] in failed


def test_a_missing_entry_names_the_one_command_that_builds_it(page):
    missing = page("setsubun/away/")
    assert "まだ作られていません" in missing.select_one(".notice").get_text()
    assert [code.get_text() for code in missing.select("pre.command")] == [
        "python build_gallery.py build --only 'setsubun/away'"]
    assert not missing.select(".lmviz-figure")


def test_adapted_text_is_credited_on_its_page_and_in_its_citation(page):
    entry = page("setsubun/tiny/")
    assert "節分" in entry.select_one(".source").get_text() and "CC-BY-SA-4.0" in entry.select_one(".source").get_text()
    identifier = dict(sections(entry))["rankings"]
    alone = page(f"f/{identifier}/")
    for citation in (alone.select_one(".citation-plain").get_text(), alone.select_one(".citation-bibtex").get_text()):
        for named in (identifier, "小さなモデル", "CC-BY-SA-4.0", f"/f/{identifier}/"):
            assert named in citation


def test_every_figure_has_a_page_of_its_own_with_its_files(site, page):
    for kind, identifier in sections(page("setsubun/tiny/")):
        if kind == "neuron_factors":
            continue
        folder = site / "f" / identifier
        assert json.loads((folder / "figure.json").read_text(encoding="utf-8"))["$schema"].endswith(".json")
        assert (folder / "figure.svg").read_text(encoding="utf-8").startswith("<svg")
        header, *rows = (folder / "figure.csv").read_text(encoding="utf-8").splitlines()
        assert "," in header and rows
        assert [part for part, _ in sections(page(f"f/{identifier}/"))] == [kind]


def test_the_data_that_a_page_waits_with_are_those_that_the_figures_own_page_has(site, pages):
    n_waiting = 0
    for url, soup in pages.items():
        for stub in soup.select("script[data-from]"):
            n_waiting += 1
            known, there = json.loads(stub.string), site / url / stub["data-from"]
            own = BeautifulSoup((there.parent / "index.html").read_text(encoding="utf-8"), "html.parser")
            (island,) = own.select(f"script[data-lmviz={stub['data-lmviz']}]")
            whole = json.loads(there.read_text(encoding="utf-8"))
            assert whole == json.loads(island.string), (url, stub)
            assert known and all(whole[name] == value for name, value in known.items()), (url, known)
    assert n_waiting > 10
    for url in ("setsubun/tiny", "en/setsubun/tiny"):
        first, *others = pages[url].select("script[data-lmviz]")
        assert not first.get("data-from") and any(one.get("data-from") for one in others), url


def test_hostile_words_stay_words(pages, page):
    for url in ("mame", "mame/tiny", "gallery", "en/mame/tiny", "."):
        soup = pages[url]
        assert not soup.select('img[src="x"]')
        assert all('document.title="broken"' not in script.get_text() or script["type"] == "application/json"
                   for script in soup.select("script"))
    entry = page("mame/tiny/")
    assert HOSTILE_TITLE in entry.select_one("h1").get_text()
    assert HOSTILE_TITLE in entry.title.get_text()
    assert entry.select_one(".lead").get_text() == HOSTILE_ABOUT
    assert entry.select(".lmviz-figure"), "the figures after the hostile line are still on the page"


def test_both_editions_have_the_same_pages_and_sections(pages):
    japanese = {url for url in pages if url != "en" and not url.startswith("en/")}
    english = {"." if url == "en" else url.removeprefix("en/") for url in pages.keys() - japanese}
    assert japanese == english
    for url in japanese:
        ja, en = pages[url], pages["en" if url == "." else f"en/{url}"]
        assert (ja.html["lang"], en.html["lang"]) == ("ja", "en")
        assert sections(ja) == sections(en), url
        headings = [[tag.name for tag in soup.main.select("h1, h2, h3")] for soup in (ja, en)]
        assert headings[0] == headings[1], url
        for soup in (ja, en):
            assert len(soup.select("h1")) == 1, url


def test_each_page_leads_to_itself_in_the_other_language(pages):
    for url, soup in pages.items():
        if url.endswith("/embed"):  # a figure in a frame has no navigation
            continue
        own = "" if url == "." else f"{url}/"
        link = soup.select_one("[data-language-switch]")
        there = urlsplit(urljoin(f"http://x/{own}", link["href"])).path.lstrip("/")
        assert there == (own.removeprefix("en/") if own.startswith("en/") else f"en/{own}"), url


def test_links_lead_to_pages_that_are_there(site, pages):
    missing = set()
    for url, soup in pages.items():
        own = "" if url == "." else f"{url}/"
        for tag in soup.select("[href], [src]"):
            name = "href" if tag.has_attr("href") else "src"
            target = urlsplit(urljoin(f"http://x/{own}", tag[name]))
            if target.netloc != "x" or not target.scheme.startswith("http"):
                continue
            path = site / target.path.lstrip("/")
            if not (path.is_file() or (path / "index.html").is_file()):
                missing.add((own, tag[name]))
            elif target.fragment and tag.name == "a" and (path / "index.html").is_file():
                there = pages[path.relative_to(site).as_posix()]
                if not there.find(id=re.compile(f"^{re.escape(target.fragment)}$")) and ord(target.fragment[0]) < 128:
                    missing.add((own, tag[name]))
    assert not missing


def test_nothing_is_loaded_from_another_host(site, pages):
    for url, soup in pages.items():
        for tag in soup.select("script[src], link[rel=stylesheet], link[rel=icon], img, iframe, source, [poster]"):
            assert not urlsplit(tag.get("src") or tag.get("href") or "").netloc, url
    for sheet in [*site.rglob("*.css")]:
        assert not re.search(r"url\(\s*['\"]?(https?:)?//|@import", sheet.read_text(encoding="utf-8")), sheet


def test_the_policy_comes_first_and_allows_nothing_from_elsewhere(site):
    for path in site.rglob("*.html"):
        soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        first, second = soup.head.find_all(True)[:2]
        assert first.get("charset") and second["http-equiv"] == "Content-Security-Policy", path
        policy = dict(part.split(" ", 1) for part in second["content"].split("; "))
        assert policy["default-src"] == "'none'" and policy["connect-src"] == "'self'"
        assert "unsafe-inline" not in policy["script-src"] and "http" not in second["content"]
        assert not [tag for tag in soup.find_all(True) if any(name.startswith("on") for name in tag.attrs)], path


def test_no_raw_vocabulary_is_visible(pages):
    for url, soup in pages.items():
        for element in soup.select("script, style, [data-raw], code, pre"):
            element.extract()
        assert not RAW.search(soup.get_text()), url
        for tag in soup.find_all(True):
            for name in ("alt", "title", "aria-label"):
                assert not RAW.search(str(tag.get(name, ""))), (url, tag.get(name))


def test_nothing_shows_a_traceback_or_a_template_s_gap(site):
    for path in site.rglob("*.html"):
        soup = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for braces in soup.select("code"):
            braces.extract()
        text = soup.get_text(" ")
        assert not re.search(r"Traceback|File \".*\.py\"|\bUndefined\b|\{\{|\{%", text), path
        assert not re.search(r">None<", path.read_text(encoding="utf-8")), path


def test_formulas_are_mathml(page):
    method = page("figures/rankings/")
    assert len(method.select("math")) >= 3
    assert "$" not in method.main.get_text() and "\\(" not in method.main.get_text()


def test_the_index_is_a_plain_list_without_scripts(page):
    index = page("gallery/")
    assert index.select_one("[data-gallery-filters]").has_attr("hidden")
    cards = index.select("[data-gallery-cards] > li")
    assert [card.select_one("a")["href"] for card in cards] == [
        "../setsubun/tiny/", "../fuku/", "../maku/", "../mame/tiny/", "../oni/tiny/"]
    assert all(card.select_one("svg") for card in cards)
    assert index.select_one('input[name=tag][value=culture]').find_next("span").get_text() == "1"


def test_a_prose_page_says_where_its_figure_is_not_there(page):
    # the talk's figures are of the shipped catalog, which the miniature is not
    assert page("talk/").select(".notice") and not page("talk/").select("pre.traceback")
