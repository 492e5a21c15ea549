"""One visit to a page in headless Chromium, as a reader who comes for the first time: what it loads, and how soon."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
QUIET = 1500
"""Milliseconds without a request after which a view counts as complete."""

WATCH = """
window.seen = { largest: 0, first: 0, tasks: [] };
const watch = (type, take) =>
  new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
watch("largest-contentful-paint", (entry) => { seen.largest = entry.startTime; });
watch("paint", (entry) => { if (entry.name === "first-contentful-paint") seen.first = entry.startTime; });
watch("longtask", (entry) => { seen.tasks.push([entry.startTime, entry.duration]); });
"""


@dataclass
class Visit:
    """What a visit took.

    Attributes:
        first_view, whole_page: bytes over the wire, headers included: until nothing more is asked for with nothing
            scrolled, and once the page has been scrolled to its end.
        by_type: of the whole page, by type of resource.
        largest_paint: largest contentful paint, ms; ``blocking``: total blocking time, ms: what tasks after the first
            contentful paint take beyond 50 ms each; ``scrolling``: the same while scrolling.
        elsewhere: addresses asked for on other hosts.
    """

    first_view: int = 0
    whole_page: int = 0
    by_type: dict[str, int] = field(default_factory=dict)
    largest_paint: float = 0.0
    blocking: float = 0.0
    scrolling: float = 0.0
    elsewhere: list[str] = field(default_factory=list)


@contextmanager
def chromium() -> Iterator[Any]:
    """The system's Chromium, headless. Raises ``SystemExit`` where there is none."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        raise SystemExit("no Chromium on this machine; sh tests/install_browser.sh installs it on Debian")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


def visit(browser: Any, base: str, address: str, width: int, height: int) -> Visit:
    """Opens ``base + address`` with nothing cached, waits, and scrolls to the end."""
    context = browser.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    page.add_init_script(WATCH)
    devtools, found, kinds = context.new_cdp_session(page), Visit(), {}
    sizes: dict[str, int] = {}

    def arrived(event: dict[str, Any]) -> None:
        kind = kinds.get(event["requestId"], "Other")
        sizes[kind] = sizes.get(kind, 0) + int(event["encodedDataLength"])

    devtools.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))
    devtools.on("Network.loadingFinished", arrived)
    page.on("request", lambda request: found.elsewhere.append(request.url)
            if not request.url.startswith((base, "data:", "blob:")) else None)
    devtools.send("Network.enable")
    page.goto(base + address, wait_until="load")
    _settle(page)
    found.first_view = sum(sizes.values())
    seen = page.evaluate("seen")
    found.largest_paint = seen["largest"]
    found.blocking = _blocking(seen["tasks"], seen["first"])
    at, scrolled = page.evaluate("performance.now()"), 0
    while scrolled < page.evaluate("document.documentElement.scrollHeight"):
        scrolled += height // 2
        page.evaluate("(y) => scrollTo(0, y)", scrolled)
        page.wait_for_timeout(150)
    _settle(page)
    found.scrolling = _blocking(page.evaluate("seen.tasks"), at)
    found.whole_page, found.by_type = sum(sizes.values()), dict(sorted(sizes.items()))
    context.close()
    return found


def _settle(page: Any) -> None:
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(QUIET)


def _blocking(tasks: list[list[float]], since: float) -> float:
    return sum(duration - 50 for begun, duration in tasks if begun + duration > since)
