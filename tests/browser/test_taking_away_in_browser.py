"""Taking figures away in a browser: PNG on demand, a figure in a page of another origin, and one as a slide."""

from __future__ import annotations

import http.server
import re
import struct
import threading
from functools import partial

import pytest

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
expect = sync_api.expect
pytestmark = pytest.mark.browser


@pytest.fixture
def figure(watched):
    """A page, and the address of its figure of ranks."""
    new = watched()
    page = new.open("setsubun/tiny/")
    return new, page.locator("#rankings").get_attribute("data-figure-id")


def test_png_is_made_from_the_picture_at_two_sizes(figure):
    new, figure_id = figure
    page = new.open(f"f/{figure_id}/")
    sizes = []
    for scale in (1, 2):
        with page.expect_download() as handed:
            page.locator(f"#take-away [data-png='{scale}']").click()
        data = handed.value.path().read_bytes()
        assert data[:8] == b"\x89PNG\r\n\x1a\n"
        assert handed.value.suggested_filename == f"{figure_id}{'@2x' if scale == 2 else ''}.png"
        sizes.append(struct.unpack(">II", data[16:24]))
    picture = page.request.get(f"{new.base}f/{figure_id}/figure.svg").text()
    width, height = map(float, re.search(r'viewBox="0 0 (\S+) (\S+)"', picture).groups())
    assert sizes == [(round(width), round(height)), (round(2 * width), round(2 * height))]


def test_a_figure_lives_in_a_page_of_another_origin(chromium, served, figure, tmp_path):
    new, figure_id = figure
    code = new.open(f"f/{figure_id}/").locator("[data-embed] code").text_content()
    assert f'src="{served}f/{figure_id}/embed/"' in code
    (tmp_path / "index.html").write_text(f"<!doctype html><title>x</title>{code}", encoding="utf-8")
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(tmp_path))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    context = chromium.new_context(viewport={"width": 900, "height": 900}, color_scheme="dark")
    try:
        page, complaints = context.new_page(), []
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"http://127.0.0.1:{server.server_port}/index.html")
        frame = page.frame_locator("iframe")
        cell = frame.locator("table.lm-grid td").nth(3)
        cell.scroll_into_view_if_needed()
        expect(frame.locator(".lmviz[data-ready]")).to_be_visible()
        assert frame.locator("body").get_attribute("data-md-color-scheme") == "slate"
        before = frame.locator(".lmviz").inner_html()
        cell.click()
        assert frame.locator(".lmviz").inner_html() != before
        with context.expect_page() as opened:
            frame.locator(".source a").click()
        assert opened.value.url == f"{served}f/{figure_id}/"
        assert [each for each in complaints if "favicon" not in each and "404" not in each] == []
    finally:
        context.close()
        server.shutdown()
        server.server_close()


def test_a_slide_opens_by_key_and_by_address_and_escape_leaves_it(figure):
    new, figure_id = figure
    page = new.open(f"f/{figure_id}/")
    button = page.locator("[data-slide]")
    expect(button).to_be_visible()  # hidden until its script is there; what is hidden takes no focus
    button.focus()
    page.keyboard.press("Enter")
    slide = page.locator("dialog.slide")
    expect(slide).to_be_visible()
    expect(slide.locator("table.lm-grid")).to_be_visible()
    assert page.url.endswith("?slide") and figure_id in slide.locator(".slide-foot").text_content()
    box, window = slide.bounding_box(), page.evaluate("[innerWidth, innerHeight]")
    assert [box["width"], box["height"]] == window
    page.keyboard.press("Escape")
    if slide.count():  # a browser that was full screen leaves that first
        page.keyboard.press("Escape")
    expect(slide).to_have_count(0)
    expect(button).to_be_focused()
    expect(page.locator(".lmviz-figure > .figure-body table.lm-grid")).to_be_visible()
    assert page.url.endswith(f"f/{figure_id}/")
    page = new.open(f"f/{figure_id}/?slide")
    expect(page.locator("dialog.slide table.lm-grid")).to_be_visible()
