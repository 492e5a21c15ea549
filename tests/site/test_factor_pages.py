"""Pages of models' factors: what they say, that hostile text stays text, that links lead somewhere, in both languages.

Written from results made by hand, without a build: two models that read one reference text in different tokens, and an
entry of the first.
"""

from __future__ import annotations

import csv
import io
import json
import posixpath
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from bs4 import BeautifulSoup
from miniature import MODELS, make_miniature

sys.path.insert(0, str(Path(__file__).parents[1] / "figures"))
import fake_factors

from gallery.pages import generate
from gallery.subjects import Entry, Figure, ModelStudy
from gallery.validation.reader import read_catalog
from lmviz.comparison import nearest_factors
from lmviz.results import LayerSimilarity, Result

PROSE = frozenset({"figures/model_factors.md", "figures/factor_responses.md", "figures/layer_similarity.md"})
DAMAGE = "<img src=x onerror=alert(1)>"


@dataclass
class Kept:
    """A store that holds what it was given."""

    results: Mapping[str, Result]

    def read(self, key: str) -> Result:
        return self.results[key]


def similarity(factors, n: int, other: str) -> LayerSimilarity:
    values = np.linspace(0.1, 1, 8 * n).reshape(8, n)
    return LayerSimilarity(factors.tokens, factors.model, factors.starts, np.arange(20), other, values,
                           np.full((8, n), np.nan), np.full((8, n), np.nan), np.full(8, 30), np.full(n, 20), (64, 48))


def results() -> dict[str, Result]:
    mine, other = fake_factors.model_factors(model="tiny"), fake_factors.model_factors(coarse=True, model="broken")
    return {
        "mine": mine, "effects": fake_factors.factor_effects(mine), "labels": fake_factors.factor_labels(mine),
        "other": other, "lit": fake_factors.factor_responses(mine), "like-self": similarity(mine, 8, ""),
        "like-other": similarity(mine, 6, "broken"),
    }


@pytest.fixture(scope="module")
def catalog(tmp_path_factory):
    root = make_miniature(tmp_path_factory.mktemp("factors"))
    reference = root / "texts" / "reference.txt"
    reference.parent.mkdir()
    reference.write_text("\n\n".join(passage.replace(" ", "") for passage in fake_factors.PASSAGES), encoding="utf-8")
    named = "  factors: {components: 6, text: texts/reference.txt}\n"
    text = MODELS.replace("  directory: models/tiny\n", f"  directory: models/tiny\n{named}  similar_to: [broken]\n")
    text = text.replace("  directory: models/broken\n", f"  directory: models/broken\n{named}")
    text = text.replace("{ja: 壊れたモデル, en: broken model}", json.dumps({"ja": DAMAGE, "en": DAMAGE}))
    (root / "gallery/catalog/models.yaml").write_text(text, encoding="utf-8")
    return read_catalog(root, look_at_models=False)


def factors_figure(**changes) -> Figure:
    results = {"": "mine", "effects": "effects", "labels": "labels"}
    figure = Figure("model_factors", "aaaaaaaaaaaa", {"n_components": 3}, results)
    return replace(figure, **changes)


def written(catalog, language: str, mine: Figure | None = None, status: str = "built") -> dict[str, str]:
    """Every page and file, by path."""
    models = {model.id: model for model in catalog.models}
    command = "python build_gallery.py build --only 'models/tiny'"
    reason = None if status == "built" else {"ja": "まだです", "en": "not yet"}
    figures = (mine or factors_figure(), Figure("layer_similarity", "bbbbbbbbbbbb", {}, {"": "like-self"}))
    studies = [
        ModelStudy((models["tiny"],), status, figures if status == "built" else (), reason, command, {"device": "cpu"}),
        ModelStudy((models["tiny"], models["broken"]), "built",
                   (Figure("layer_similarity", "cccccccccccc", {}, {"": "like-other"}),), None, command, {}),
        ModelStudy((models["broken"],), "built",
                   (Figure("model_factors", "dddddddddddd", {"n_components": 3}, {"": "other"}),), None, command, {}),
    ]
    prompt = next(prompt for prompt in catalog.prompts if prompt.id == "setsubun")
    lit = Figure("factor_responses", "eeeeeeeeeeee", {"n_components": 3}, {"": "lit", "factors": "mine"})
    entry = Entry(prompt, models["tiny"], "built", (lit,), None, "", {})
    return dict(generate(catalog, [entry], Kept(results()), language, prose=PROSE, studies=studies))


@pytest.fixture(scope="module", params=["ja", "en"])
def pages(request, catalog) -> dict[str, str]:
    return written(catalog, request.param)


def read(pages: dict[str, str], url: str) -> BeautifulSoup:
    return BeautifulSoup(pages[f"{url}index.md"].split("fragment\n", 1)[1], "html.parser")


def test_every_factor_has_a_page_that_the_overview_and_its_neighbours_lead_to(pages):
    overview = read(pages, "models/tiny/factors/")
    assert [link["href"] for link in overview.select("tbody th a")] == [f"{n}/" for n in range(1, 7)]
    for number in range(1, 7):
        page = read(pages, f"models/tiny/factors/{number}/")
        around = {link["rel"][0]: link["href"] for link in page.select(".factor-nav a")}
        assert around.get("prev") == (f"../{number - 1}/" if number > 1 else None)
        assert around.get("next") == (f"../{number + 1}/" if number < 6 else None)
    assert "models/tiny/factors/7/index.md" not in pages
    chips = read(pages, "models/tiny/").select(".factor-chips a")
    assert [chip["href"] for chip in chips] == [f"factors/{n}/" for n in range(1, 7)]


def test_links_of_the_pages_of_factors_lead_to_pages_and_files_that_are_written(pages):
    for path, content in pages.items():
        if not (path.startswith("models/") and path.endswith(".md")):
            continue
        url = "/" + path.removesuffix("index.md")
        for link in BeautifulSoup(content, "html.parser").select("a[href]"):
            target, _, anchor = link["href"].partition("#")
            if "://" in target:
                continue
            target = target.partition("?")[0]
            found = posixpath.normpath(posixpath.join(url, target)).lstrip("/")
            there = f"{found}/index.md".lstrip("/") if target.endswith("/") or not target else found
            prose = f"{found}.md" in PROSE or found == "models"
            assert there in pages or prose or found == ".", (path, link["href"])
            if anchor and there in pages:
                assert f'id="{anchor}"' in pages[there], (path, link["href"])


def test_a_passport_says_where_its_numbers_are_from_and_offers_them(pages):
    page, made = read(pages, "models/tiny/factors/1/"), results()
    headings = [heading["id"] for heading in page.select("h2")]
    assert headings == ["responds", "label", "ablation", "made_of", "writes", "nearest"]
    data = json.loads(pages["models/tiny/factors/1/passport.json"])
    assert data["model"] == "tiny" and data["factor"] == 1 and data["figure"] == "aaaaaaaaaaaa"
    assert data["energy_share"] == pytest.approx(float(made["mine"].energy_shares[0]))
    assert data["texts"][0]["entry"] == "setsubun/tiny"
    rows = list(csv.reader(io.StringIO(pages["models/tiny/factors/1/passport.csv"])))
    assert rows[0] == ["part", "item", "measure", "value"] and len(rows) > 60
    offered = {link["href"] for link in page.select(".figure-links a[download]")}
    assert offered == {"passport.json", "passport.csv"}
    assert page.select_one(".figure-id").get_text() == "aaaaaaaaaaaa"


def test_the_nearest_factors_are_those_that_correlate_most_and_lead_there_and_back(pages):
    made = results()
    expected = nearest_factors(made["mine"], made["other"])
    for model, other, table in (("tiny", "broken", expected), ("broken", "tiny", expected.T)):
        for factor in range(6):
            links = read(pages, f"models/{model}/factors/{factor + 1}/").select(".alike li")
            best = [i for i in np.argsort(-table[factor])[:2] if table[factor, i] > 0]
            assert [link.a["href"] for link in links] == [f"../../../{other}/factors/{i + 1}/" for i in best]
            assert [link.select_one(".value").get_text() for link in links] == [f"{table[factor, i]:.2f}" for i in best]


def test_what_a_text_lights_leads_to_passports_from_every_page_that_the_figure_stands_on(pages):
    for url, up in (("setsubun/tiny/", "../../"), ("f/eeeeeeeeeeee/", "../../")):
        links = [link["href"] for link in read(pages, url).select(".lmviz-factor_responses a[href]")]
        assert set(links) == {f"{up}models/tiny/factors/{n}/" for n in range(1, 7)}
    text = read(pages, "models/tiny/factors/1/").select_one(".passages .from").find_previous("span", lang="ja")
    assert text.get_text().strip("…") in results()["lit"].tokens.text


def test_hostile_names_and_tokens_stay_text(pages):
    for path, content in pages.items():
        if path.endswith(".md") and path.startswith(("models/", "f/", "setsubun/")):
            page = BeautifulSoup(content.split("fragment\n", 1)[1], "html.parser")
            assert not page.select("img, script:not([type='application/json'], [type='application/ld+json'])"), path
    shown = [path for path in pages if path.startswith("models/tiny/factors/") and path.endswith("index.md")
             and "&lt;script&gt;alert(1)&lt;/script&gt;" in pages[path]]
    assert shown


def test_a_model_shows_how_alike_its_layers_are_and_the_other_leads_there(pages):
    tiny = read(pages, "models/tiny/")
    assert [section["id"] for section in tiny.select("section[data-figure=layer_similarity]")] == [
        "layer_similarity", "layer_similarity-broken"]
    assert read(pages, "models/broken/").select_one(".likeness a")["href"] == "../tiny/#layer_similarity-broken"
    onward = [read(pages, f"f/{identifier}/").select_one(".onward")["href"]
              for identifier in ("aaaaaaaaaaaa", "bbbbbbbbbbbb", "cccccccccccc")]
    assert onward == [f"../../models/tiny/{page}" for page in (
        "factors/", "#layer_similarity", "#layer_similarity-broken")]


def test_figures_of_studies_are_cited_with_their_reference_text(pages, catalog):
    digest = catalog.references["texts/reference.txt"].digest[:12]
    for identifier in ("aaaaaaaaaaaa", "bbbbbbbbbbbb"):
        page = read(pages, f"f/{identifier}/")
        for form in ("plain", "bibtex"):
            assert digest in page.select_one(f".citation-{form}").get_text()
        assert pages[f"f/{identifier}/figure.svg"].startswith("<svg") and pages[f"f/{identifier}/figure.csv"]


def test_the_search_finds_factors_by_their_tokens(pages):
    rows = {row["url"]: row for row in json.loads(pages["search.json"])}
    assert "1962" in rows["models/tiny/factors/1/"]["text"]
    assert {f"models/{model}/factors/{n}/" for model in ("tiny", "broken") for n in range(1, 7)} <= set(rows)
    assert "models/tiny/factors/" in rows and "figures/model_factors/" in rows


def test_where_effects_are_lacking_the_page_says_so_and_the_passports_do_without(catalog):
    lacking = factors_figure(results={"": "mine", "labels": "labels"},
                             incomplete={"effects": {"ja": "記憶域が足りません", "en": "too little memory"}})
    pages = written(catalog, "ja", lacking)
    assert "記憶域が足りません" in read(pages, "models/tiny/factors/").get_text()
    page = read(pages, "models/tiny/factors/1/")
    assert [heading["id"] for heading in page.select("h2")] == ["responds", "label", "made_of", "nearest"]


def test_factors_that_are_not_built_name_the_command_and_have_no_passports(catalog):
    pages = written(catalog, "en", status="missing")
    overview = read(pages, "models/tiny/factors/")
    assert overview.select_one("pre.command").get_text() == "python build_gallery.py build --only 'models/tiny'"
    assert "models/tiny/factors/1/index.md" not in pages
    assert "models/tiny" in read(pages, "models/tiny/").select_one("pre.command").get_text()
    assert not read(pages, "setsubun/tiny/").select(".lmviz-factor_responses [href^='factors:']")
