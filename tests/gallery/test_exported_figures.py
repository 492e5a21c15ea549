"""Figures as files: every glyph drawn where no font is, widths and greys as asked, one clear error for a wrong id."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import zlib
from pathlib import Path
from xml.etree import ElementTree

import pytest
import vl_convert
from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTFont
from miniature import REPOSITORY

from gallery.command.main import main
from gallery.permanence import Archive, Citation, Facts, Published, Told
from gallery.takeaway import typeface
from gallery.takeaway.naming import figure_id
from gallery.takeaway.outlines import outlined
from gallery.takeaway.pictures import picture
from gallery.takeaway.shades import in_grey

SVG, LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
SMALL = ('<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="100" viewBox="0 0 {width} 100">'
         '<rect fill="#4a4fb0" width="9" height="9"/><rect fill="#a84a0b" width="9" height="9"/>'
         '<text font-size="12px" transform="translate(50,20)" text-anchor="middle">豆 🍣か\u3099</text></svg>')

LAPTOP = """
import sys
class Absent:
    def find_spec(name, path=None, target=None):
        if name in ("torch", "transformers", "matplotlib"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent)
from gallery.command import main
sys.exit(main(sys.argv[1:]))
"""


def attribution(root: Path) -> str:
    """Id of the figure with most Japanese words about it."""
    manifest = json.loads((root / "build/entries/setsubun/tiny.json").read_text(encoding="utf-8"))
    return next(figure["id"] for figure in manifest["figures"] if figure["kind"] == "attribution")


@pytest.fixture(scope="module")
def exported(built_source, tmp_path_factory) -> dict[str, bytes]:
    """All files of a figure, by ending, written where no font is installed and without torch."""
    out = tmp_path_factory.mktemp("exported")
    (out / "fonts.conf").write_text('<?xml version="1.0"?><fontconfig></fontconfig>', encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-c", LAPTOP, "export", attribution(built_source), "--language", "ja", "--out", out / "files"],
        capture_output=True, text=True, cwd=REPOSITORY,
        env={**os.environ, "LMVIZ_GALLERY_ROOT": str(built_source), "FONTCONFIG_FILE": str(out / "fonts.conf")},
    )
    assert ran.returncode == 0, ran.stderr
    return {path.name.split(".", 1)[1]: path.read_bytes() for path in (out / "files").iterdir()}


def drawing_of(font: TTFont, glyph: str) -> list:
    pen = RecordingPen()
    font.getGlyphSet()[glyph].draw(pen)
    return pen.value


def test_an_svg_draws_every_glyph_by_itself(exported):
    font = TTFont(typeface.directory() / "ipaexg.ttf")
    nothing = drawing_of(font, ".notdef")
    svg = exported["svg"].decode()
    root = ElementTree.fromstring(svg)
    assert not list(root.iter(f"{SVG}text")) and "font-family" not in svg
    paths = {path.get("id"): path.get("d") for path in root.iter(f"{SVG}path") if path.get("id")}
    labelled = [group for group in root.iter(f"{SVG}g")
                if group.get("aria-label") and next(group.iter(f"{SVG}use"), None) is not None]
    written = "".join(group.get("aria-label") for group in labelled)
    assert "節分" in written and "変わり" in written and typeface.lacking(written) == []
    for group in labelled:
        drawn = [use.get(LINK).removeprefix("#") for use in group.iter(f"{SVG}use")]
        expected = [c for c in group.get("aria-label") if not c.isspace()]
        assert [chr(int(name.removeprefix("glyph-"), 16)) for name in drawn] == expected
        for character, name in zip(expected, drawn, strict=True):
            assert paths[name] and drawing_of(font, font.getBestCmap()[ord(character)]) not in ([], nothing)


def test_a_png_without_fonts_is_the_png_with_fonts(exported):
    white = '<rect width="100%" height="100%" fill="#ffffff" />'
    on_white = re.sub(r"(<svg\b[^>]*>)", lambda found: found[1] + white, exported["svg"].decode(), count=1)
    assert vl_convert.svg_to_png(on_white, scale=1) == exported["png"]


def test_a_pdf_holds_the_glyphs_that_it_writes(exported):
    streams = []
    for found in re.finditer(rb"stream\r?\n(.*?)endstream", exported["pdf"], re.DOTALL):
        try:
            streams.append(zlib.decompress(found[1]))
        except zlib.error:
            streams.append(found[1])
    fonts = [TTFont(io.BytesIO(data)) for data in streams if data[:4] in (b"\0\1\0\0", b"true")]
    assert fonts and b"/FontFile2" in exported["pdf"]
    (font,) = fonts
    unicode_of = {}
    for data in streams:
        if b"beginbfchar" in data:
            pairs = re.findall(rb"<([0-9a-fA-F]{4})> <([0-9a-fA-F]+)>", data)
            unicode_of |= {int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in pairs}
    assert {"節", "豆"} <= set(unicode_of.values())
    written = re.findall(rb"\((\\[0-7]{3}\\[0-7]{3}|.*?)\) Tj", b"".join(streams), re.DOTALL)
    assert len(written) > 30 and rb"\000\000" not in written
    del unicode_of[0]  # .notdef, which is not written
    nothing = drawing_of(font, font.getGlyphOrder()[0])
    for glyph, text in unicode_of.items():
        drawn = drawing_of(font, font.getGlyphOrder()[glyph])
        assert drawn != nothing and (drawn or text.isspace()), text


def test_numbers_are_the_same_in_every_form(exported):
    rows = json.loads(exported["json"])["rows"]
    table = list(csv.DictReader(io.StringIO(exported["csv"].decode())))
    assert [{name: str(value) for name, value in row.items()} for row in rows] == table and len(rows) > 10
    assert rows in [each["values"] for each in _data(json.loads(exported["vl.json"]))]


def _data(spec) -> list[dict]:
    """Every ``data`` of a chart that holds values; named data too."""
    if isinstance(spec, list):
        return [found for part in spec for found in _data(part)]
    if not isinstance(spec, dict):
        return []
    own = [{"values": values} for values in spec.get("datasets", {}).values()]
    own += [spec["data"]] if "values" in spec.get("data", {}) else []
    return own + [found for part in spec.values() for found in _data(part)]


def test_what_the_face_lacks_is_a_geta_and_marks_are_composed():
    assert typeface.setting("豆🍣か\u3099") == "豆〓が" and typeface.lacking("豆🍣") == ["🍣"]
    svg = outlined(SMALL.format(width=100))
    assert [f"glyph-{ord(c):x}" for c in "豆〓が"] == re.findall(r'href="#(glyph-\w+)"', svg)
    font = TTFont(typeface.directory() / "ipaexg.ttf")
    width = sum(font["hmtx"][font.getBestCmap()[ord(c)]][0] for c in "豆 〓が") * 12 / font["head"].unitsPerEm
    assert float(re.search(r"translate\((-[\d.]+),0\) scale", svg)[1]) == pytest.approx(-width / 2, rel=1e-4)


def test_grey_has_no_colour_and_tells_signs_apart():
    grey = in_grey(SMALL.format(width=100))
    assert all(found[1:3] == found[3:5] == found[5:7] for found in re.findall(r"#[0-9a-f]{6}", grey))
    assert 'fill="url(#hatching-neg5)"' in grey and grey.count("url(#") == 1


@pytest.mark.parametrize(("own", "width", "expected"), [
    (1000, "own", 1000), (1000, "paper", 160 / 25.4 * 96), (1000, "column", 80 / 25.4 * 96), (200, "paper", 200),
])
def test_a_figure_is_made_no_wider_than_the_page_and_never_larger(own, width, expected):
    made = picture(SMALL.format(width=own), width, "colour", title="題", source="出典", alternative="図")
    assert made.width == pytest.approx(expected) and made.height == pytest.approx(expected / own * 100)
    assert made.smallest == pytest.approx(9 * expected / own)
    assert f'width="{made.width:.6g}" height="{made.height:.6g}"' in made.svg


def test_a_slide_says_what_it_shows_and_where_it_is_from():
    made = picture(SMALL.format(width=3000), "slide", "colour", title="題" * 60, source="出典 /f/ID/", alternative="図")
    assert (made.width, made.height) == (1280, 720)
    texts = ["".join(text.itertext()) for text in ElementTree.fromstring(made.svg).iter(f"{SVG}text")]
    assert "".join(texts[:2]) == "題" * 60 and texts[2] == "出典 /f/ID/"


def test_a_figure_that_is_kept_only_is_written_from_what_was_kept(built, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("LMVIZ_GALLERY_ROOT", str(built))
    monkeypatch.setenv("LC_ALL", "C")
    cited = Citation("abcdefghij23", "「豆」", "節分", "小さなモデル", "", "CC0-1.0")
    told = Told("節分", "説明", "豆", "約束", cited, SMALL.format(width=100))
    Archive(built).add(Published("abcdefghij23", "gone/tiny", "tokens", Facts({}, {}, {}), {"ja": told, "en": told},
                                 "token,bits\r\n豆,1.5\r\n", {}))
    assert main(["export", "/f/abcdefghij23/", "--format", "svg,csv,json,spec", "--out", str(tmp_path / "out")]) == 0
    notes = capsys.readouterr().err
    assert "draws it no more" in notes and "specification was not kept" in notes and "🍣" in notes
    content = json.loads((tmp_path / "out/abcdefghij23-en.json").read_text(encoding="utf-8"))
    assert content["rows"] == [{"token": "豆", "bits": 1.5}] and content["title"] == "「豆」"
    assert sorted(path.suffix for path in (tmp_path / "out").iterdir()) == [".csv", ".json", ".svg"]


@pytest.mark.parametrize(("locale", "said"), [("C", "Did you mean {id}?"), ("ja_JP.UTF-8", "もしかして「{id}」ですか")])
def test_a_mistyped_id_is_one_line_that_says_what_to_do(built_source, tmp_path, capsys, monkeypatch, locale, said):
    monkeypatch.setenv("LMVIZ_GALLERY_ROOT", str(built_source))
    monkeypatch.setenv("LC_ALL", locale)
    right = attribution(built_source)
    assert main(["export", right[:-1], "--out", str(tmp_path)]) == 2
    answer = capsys.readouterr().err
    assert said.format(id=right) in answer and answer.count("\n") == 1 and not list(tmp_path.iterdir())


def test_files_and_ids_are_told_apart(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results23456").write_bytes(b"")
    for name in ("all.zip", "./abcdefghij23", "setsubun/*", "results23456", "dir/results.zip"):
        assert figure_id(name) is None
    assert figure_id("abcdefghij23") == figure_id("https://x.org/en/f/abcdefghij23/?l=3") == "abcdefghij23"
    assert main(["export", "all.zip", "--format", "pdf"]) == 2 and "--format" in capsys.readouterr().err
