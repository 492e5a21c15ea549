"""Payloads as every word of a gallery, in a real browser: nothing runs, nothing leaves, no page breaks, with the site's
content security policy and without it, so that neither it nor the escaping is all that stands between."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import pytest
from hostile_gallery import ACCEPTED, make_hostile
from payloads import PAYLOADS

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = [pytest.mark.browser, pytest.mark.slow]

WATCH = """
addEventListener("securitypolicyviolation", (event) => console.error(`policy: ${event.blockedURI}`));
"""
BROKEN = """() => {
  const found = [];
  for (const element of document.querySelectorAll("*")) {
    const name = element.localName;
    if (["iframe", "object", "embed", "base", "frame", "frameset", "applet", "plaintext", "xmp", "listing", "marquee",
         "template", "portal", "bgsound", "audio", "video", "track", "xss", "x"].includes(name)) found.push(name);
    if (name === "script" && !(element.src ? element.src.startsWith(location.origin)
        : ["application/json", "application/ld+json"].includes(element.type)))
      found.push(`script ${element.outerHTML.slice(0, 80)}`);
    if (name === "form" && !element.closest("dialog.search, [data-gallery-filters]")) found.push("form");
    for (const attribute of element.attributes) {
      if (/^on/i.test(attribute.name)) found.push(`${name} ${attribute.name}`);
      if (/^(href|src|action|formaction|srcdoc|ping|poster|xlink:href|data)$/.test(attribute.name)
          && /^\\s*(javascript|vbscript|data:text)/i.test(attribute.value.replace(/[\\t\\n]/g, "")))
        found.push(`${name} ${attribute.name}=${attribute.value.slice(0, 60)}`);
    }
  }
  for (const path of ["body > header.site-head", "body > .md-container > footer.site-foot",
                      "body > .md-container > main > .md-main__inner > .frame > #main",
                      "body > .md-container > dialog.search"]) {
    const all = document.querySelectorAll(path.split(" > ").at(-1));
    if (all.length !== 1 || !all[0].matches(path)) found.push(`${all.length} of ${path}`);
  }
  const foot = document.querySelector("footer.site-foot");
  if (!foot?.checkVisibility() || foot.offsetHeight < 40) found.push("the footer is not seen");
  if (document.querySelector("#main .highlight, #main .admonition, #main .footnote")) found.push("Markdown");
  if (document.querySelectorAll("title").length - document.querySelectorAll("svg title").length !== 1)
    found.push("title");
  if (document.querySelectorAll('meta[http-equiv="refresh"]').length) found.push("refresh");
  return found;
}"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """The hostile gallery, with its site."""
    from gallery.site.build import build_site

    root = make_hostile(tmp_path_factory.mktemp("hostile") / "root")
    build_site(root, address="https://example.org/gallery/", say=lambda line: None)
    return root


@pytest.fixture(scope="module")
def base(hostile) -> Iterator[str]:
    from gallery.site.serve import open_server

    server = open_server(hostile / "site", 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


class Reader:
    """A page that notes whatever must not happen."""

    def __init__(self, context, base: str):
        self.base = base
        self.seen: list[str] = []
        self.page = context.new_page()
        self.page.add_init_script(WATCH)
        note = self.seen.append
        self.page.on("dialog", lambda dialog: (note(f"dialog {dialog.message}"), dialog.dismiss()))
        self.page.on("pageerror", lambda error: note(f"error {error}"))
        self.page.on("console", lambda message: note(message.text) if message.type == "error" else None)
        self.page.on("popup", lambda popup: note(f"popup {popup.url}"))
        # A picture that the page itself makes of a figure is asked for by a click, and leaves nothing.
        self.page.on("download", lambda download: note(f"download {download.url}")
                     if not download.url.startswith(f"blob:{base}") else None)
        self.page.on("request", lambda request: note(f"request {request.url}")
                     if not request.url.startswith((base, "data:image", "blob:")) else None)
        self.page.on("response", lambda answer: note(f"{answer.status} {answer.url}")
                     if answer.status >= 400 else None)

    def open(self, address: str):
        self.page.goto(self.base + address, wait_until="load")
        return self.page

    def complaints(self) -> list[str]:
        found = [*self.seen]
        if self.page.evaluate("'__pwned' in window && window.__pwned instanceof Element === false"):
            found.append(f"a script ran: {self.page.evaluate('String(window.__pwned)')}")
        self.seen.clear()
        return found

    def must_be_calm(self, address: str) -> None:
        complaints = self.complaints()
        assert complaints == [], f"{address}: {complaints}"

    def must_stand(self, address: str) -> None:
        """The page has run nothing, asked nobody, and is whole."""
        self.must_be_calm(address)
        assert self.page.evaluate(BROKEN) == [], address


@pytest.fixture(params=[False, True], ids=["with its policy", "without its policy"])
def reader(chromium, base, request):
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, bypass_csp=request.param)
    yield Reader(context, base)
    context.close()


def test_there_are_enough_payloads_and_the_model_knows_and_writes_them(hostile):
    from gallery.engine.plan import entries
    from gallery.store import Store
    from gallery.validation import read_catalog

    tokens, written, predicted = set(), set(), set()
    for entry in entries(read_catalog(hostile), hostile):
        for figure in entry.figures:
            assert figure.failure is None, (entry.id, figure)
            for key in figure.results.values():
                if figure.kind in ("tokens", "layer_predictions"):
                    result = Store(hostile).read(key)
                    tokens |= set(result.tokens.texts)
                    written |= set(result.tokens.texts[result.tokens.n_prompt :])
                    predicted |= set(result.labels.texts) if figure.kind == "layer_predictions" else set()
    known = set(PAYLOADS)
    assert len(ACCEPTED) >= 200 and len(tokens & known) >= 200 and len(predicted & known) >= 200
    assert len(written & known) >= 60


def test_what_must_not_happen_would_be_noticed(reader):
    for payload, says in (
        ("<img src=x onerror=window.__pwned=1>", "404"), ("<img src=//evil.invalid/x.png>", "evil.invalid"),
        ("<svg><script>1</script></svg>", "script"), ("<a href='java\tscript:1'>", "href"), ("<base href=/>", "base"),
        ("<p onclick=1>", "onclick"), ("<footer class=site-foot>", "2 of"), ("<form>", "form"),
    ):
        page = reader.open("p-0/")
        page.evaluate("html => document.querySelector('#main').insertAdjacentHTML('beforeend', html)", payload)
        page.wait_for_timeout(200)
        assert any(says in found for found in [*reader.complaints(), *page.evaluate(BROKEN)]), payload
    page.evaluate("window.__pwned = 1")
    assert "a script ran: 1" in reader.complaints()


@pytest.mark.parametrize("edition", ["", "en/"])
def test_entries_and_comparisons_pointed_at_and_opened(reader, edition, soaking):
    addresses = ["long-0/evil/", "long-3/evil/", "compare/two-models/", "compare/pair/"]
    addresses += ["long-1/evil/", "long-2/evil/", "long-0/other/"] if soaking else []
    for address in addresses:
        page = reader.open(edition + address)
        page.wait_for_selector("html[data-lmviz-ready]", timeout=20_000)
        reader.must_stand(address)
        page.evaluate("""() => {
          const some = (selector) => [...document.querySelectorAll(selector)].filter((_, i) => i % 9 === 0);
          for (const element of some("#main .token, #main td, #main th button"))
            for (const type of ["pointerenter", "pointerover", "mouseover", "focus"])
              element.dispatchEvent(new PointerEvent(type, { bubbles: true }));
          for (const button of some("#main button")) button.click();
          for (const button of document.querySelectorAll("#main summary, #main [data-enlarge]")) button.click();
        }""")
        page.wait_for_timeout(400)
        page.keyboard.press("Escape")
        reader.must_be_calm(address)


def test_a_payload_is_shown_as_it_is(reader):
    for i in (0, 40, 90, 150, 200, len(ACCEPTED) - 1):
        page = reader.open(f"p-{i}/")
        spaces = " ".join(ACCEPTED[i].split())
        assert spaces in page.evaluate("document.querySelector('#main').textContent.split(/\\s+/).join(' ')")
        assert " ".join(page.title().split()).startswith(spaces)


def test_pages_of_prompts(reader, soaking):
    for i in range(0, len(ACCEPTED), 1 if soaking else 12):
        for address in (f"p-{i}/", f"p-{i}/away/", f"en/p-{i}/"):
            reader.open(address)
            reader.must_stand(address)


def test_lists_and_the_search(reader):
    for address in ("", "gallery/", "compare/", "models/evil/", "models/away/", "trust/", "how-it-was-built/",
                    "en/gallery/"):
        reader.open(address)
        reader.must_stand(address)
    page = reader.open("gallery/")
    page.keyboard.press("/")
    for query in ("script", "<img", "onerror", "javascript:", "{{", "\"><", "豆"):
        page.locator("#search-query").fill(query)
        page.wait_for_timeout(300)
        page.locator("#search-results li").first.wait_for()
        reader.must_stand(f"search for {query}")
    page.locator("#search-query").fill("<img src=x onerror=window.__pwned=1>$&{n}")
    page.wait_for_timeout(300)
    reader.must_stand("search for a payload")


def test_figures_pages_and_files(reader, hostile):
    manifest = json.loads((hostile / "build/entries/long-0/evil.json").read_text(encoding="utf-8"))
    page = reader.page
    for figure in manifest["figures"]:
        address = f"f/{figure['id']}/"
        reader.open(address)
        reader.must_stand(address)
        for path in sorted((hostile / "site" / address).iterdir()):
            if path.suffix == ".svg":
                reader.open(f"{address}{path.name}")
                reader.must_be_calm(path.name)
                assert page.evaluate("document.documentElement.localName") == "svg"
                assert page.evaluate("document.querySelectorAll('script, image, a, foreignObject').length") == 0


def test_charts_opened_in_vega(reader, hostile):
    """Every chart that can be downloaded, run by the site's own chart library with expressions as they come."""
    reader.open("long-0/evil/")
    site = hostile / "site"
    specs = [path.relative_to(site).as_posix() for path in sorted((site / "f").rglob("figure.json"))]
    assert len(specs) > 20
    for spec in specs:
        reader.page.evaluate("""async (address) => {
          const { vegaEmbed } = await import("/assets/lmviz/vega-bundle.js");
          const place = document.createElement("div");
          document.body.append(place);
          const spec = await (await fetch(address)).json();
          const { view } = await vegaEmbed(place, spec, { ast: true, renderer: "svg", tooltip: { theme: "lm" } });
          for (const mark of place.querySelectorAll("svg [role], svg path, svg text"))
            mark.dispatchEvent(new MouseEvent("mousemove", { bubbles: true, clientX: 5, clientY: 5 }));
          await view.runAsync();
          view.finalize();
          place.remove();
        }""", f"/{spec}")
        reader.must_be_calm(spec)
