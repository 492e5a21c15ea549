"""Links to pages elsewhere: every page names a picture that is there, of the right size, at its absolute address."""

from __future__ import annotations

import io
import struct

from bs4 import BeautifulSoup
from PIL import Image

from gallery.takeaway.lines import broken
from gallery.takeaway.preview import Preview

CHART = ('<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" viewBox="0 0 {w} {h}">'
         '<rect width="{w}" height="{h}" fill="#d55e00"/></svg>')


def described(page) -> dict[str, str]:
    found = page.find_all("meta", attrs={"property": True})
    return {meta["property"]: meta["content"] for meta in found}


def test_every_page_names_a_picture_that_is_there(addressed):
    pages = [path for path in addressed.directory.rglob("index.html") if path.parent.name not in ("embed", "table")]
    own = set()
    for path in pages:
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        said, url = described(page), addressed.address + path.parent.relative_to(addressed.directory).as_posix() + "/"
        assert said["og:url"] == page.find("link", rel="canonical")["href"] == url.replace("/./", "/")
        assert said["og:image"].startswith(addressed.address) and said["og:image:alt"] and said["og:title"]
        picture = addressed.directory / said["og:image"].removeprefix(addressed.address)
        header = picture.read_bytes()[:24]
        assert header.startswith(b"\x89PNG") and struct.unpack(">II", header[16:]) == (1200, 630)
        assert picture.stat().st_size < 60_000
        own.add(picture.relative_to(addressed.directory).as_posix())
    entry = BeautifulSoup((addressed.directory / "setsubun/tiny/index.html").read_text("utf-8"), "html.parser")
    figures = {section["data-figure-id"] for section in entry.select("[data-figure-id]")}
    assert described(entry)["og:image"].split("/")[-2] in figures
    assert "preview.png" in own and len(own) > len(figures)
    made = addressed.directory.rglob("preview.png")
    assert {path.relative_to(addressed.directory).as_posix() for path in made} == own


def test_addresses_to_cite_are_absolute_and_lead_to_the_page(addressed):
    path = next((addressed.directory / "f").glob("*/index.html"))
    page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
    expected = f"{addressed.address}f/{path.parent.name}/"
    assert page.find("link", rel="cite-as")["href"] == expected and expected in page.select_one(".citation").get_text()


def test_a_site_that_does_not_know_its_address_has_no_pictures_for_links(site, page):
    assert not list(site.rglob("preview.png"))
    assert described(page("setsubun/tiny/")).keys() == {"og:type", "og:title", "og:description", "og:site_name",
                                                        "og:locale"}


def test_the_figure_is_seen_whole_in_the_middle_and_the_bytes_stay():
    for width, height in ((40, 4000), (4000, 40), (300, 200)):
        shown = Preview("順位 · 節分", "「豆」が第5層で「鬼」を追い抜く", "図鑑", CHART.format(w=width, h=height))
        data = shown.as_png()
        picture = Image.open(io.BytesIO(data)).convert("RGB")
        seen = Image.eval(picture.getchannel("B"), lambda blue: 255 if blue < 40 else 0)
        left, top, right, bottom = (seen.crop((0, 160, 1200, 600))).getbbox()
        assert abs((left + right) / 2 - 600) < 2 and abs((right - left) / (bottom - top) * height / width - 1) < 0.5
        assert shown.as_png() == data


def test_lines_break_between_phrases_and_what_does_not_fit_is_cut():
    text = "次のトークンを1位に挙げるのは、37か所のうちja-gpt2-miniが13か所、ja-gpt2-bytesは7か所。"
    lines = broken(text, 1088, 40)
    assert "".join(lines) == text and len(lines) == 2 and all("ja-gpt2-bytes" in text for text in lines[1:])
    assert broken("あ" * 100, 400, 40) == ["あ" * 10] * 10
    assert broken("the ranks of each token", 200, 20) == ["the ranks of each", "token"]
    cut = broken(text, 500, 40, 2)
    assert len(cut) == 2 and cut[-1].endswith("…") and text.startswith("".join(cut)[:-1])
