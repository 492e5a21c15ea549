"""Both languages say the same: every page has its twin, with the same sections, figures, formulas, code and links."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
_FENCE = re.compile(r"^(`{3,})(\w*)\n(.*?)^\1$", re.DOTALL | re.MULTILINE)
_GENERATED = {"compare/index.md", "gallery/index.md", "how-it-was-built/index.md", "models/index.md", "trust/index.md"}
"""Pages that the site writes itself."""
_IN_THE_READERS_LANGUAGE = {"bibtex", "json", "html"}
"""Fences that show what the command or a page says."""
_JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龥]")


def _pages(language):
    return {path.relative_to(DOCS / language).as_posix() for path in (DOCS / language).rglob("*.md")}


def _text(language, page):
    return (DOCS / language / page).read_text(encoding="utf-8")


def _prose(text):
    return _FENCE.sub("", text)


def _headings(text):
    """Levels and ids, in order."""
    found = re.findall(r"^(#+) .*?(?:\{ #([\w-]+) \})?$", _prose(text), re.MULTILINE)
    return [(len(marks), anchor) for marks, anchor in found]


def _fences(text):
    return [(name, body) for _, name, body in _FENCE.findall(text)]


def _formulas(text):
    """Displayed formulas in order, inline ones in any order, as languages order their words differently."""
    displayed = re.findall(r"^\$\$\n(.*?)\n\$\$$", text, re.DOTALL | re.MULTILINE)
    inline = re.findall(r"(?<!\$)\$([^$\n]+)\$(?!\$)", _prose(text))
    return displayed, sorted(inline)


def _links(text):
    return sorted(set(re.findall(r"\]\(([^)\s]+(?:\([^)]*\))?[^)\s]*)\)", _prose(text))))


def _shape(text):
    """Numbers of list items, table rows and definitions."""
    prose = _prose(text)
    return {mark: len(re.findall(rf"^{re.escape(mark)}", prose, re.MULTILINE)) for mark in ("- ", "|", ":   ")}


PAGES = sorted(_pages("ja"))


def test_every_page_has_its_twin():
    assert _pages("ja") == _pages("en")
    assert {"talk.md", "about.md", "how-to/add.md", "how-to/debug.md", "how-to/cite.md"} <= _pages("ja")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("part", [_headings, _formulas, _links, _shape], ids=lambda part: part.__name__.strip("_"))
def test_twins_have_the_same(part, page):
    assert part(_text("ja", page)) == part(_text("en", page))


@pytest.mark.parametrize("page", PAGES)
def test_twins_have_the_same_fences(page):
    japanese, english = _fences(_text("ja", page)), _fences(_text("en", page))
    assert [name for name, _ in japanese] == [name for name, _ in english]
    for (name, ours), (_, theirs) in zip(japanese, english, strict=True):
        assert ours == theirs or name in _IN_THE_READERS_LANGUAGE


@pytest.mark.parametrize("page", PAGES)
def test_pages_are_in_their_language(page):
    japanese, english = ("".join(_prose(_text(language, page)).split()) for language in ("ja", "en"))
    assert len(_JAPANESE.findall(japanese)) > 0.3 * len(japanese)
    assert len(_JAPANESE.findall(english)) < 0.1 * len(english)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("language", ["ja", "en"])
def test_links_between_pages_lead_somewhere(language, page):
    for link in _links(_text(language, page)):
        if "://" in link:
            continue
        target, _, anchor = link.partition("#")
        path = (DOCS / language / page).parent / target if target else DOCS / language / page
        if path.resolve().relative_to(DOCS / language).as_posix() in _GENERATED:
            continue
        assert path.is_file(), f"{page} links to {link}"
        if anchor:
            anchors = {name for _, name in _headings(path.read_text(encoding="utf-8"))}
            assert anchor in anchors, f"{page} links to {link}"
