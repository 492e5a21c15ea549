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
        largest_paint: largest contentful paint, ms.
        blocking: total blocking time of the first view, ms: what tasks after the first contentful paint take beyond
            50 ms each.
        main_thread: processor time of the page's main thread in the first view, ms: unlike the two above it does not
            grow where the machine has other work.
        elsewhere: addresses asked for on other hosts.
    """

    first_view: int = 0
    whole_page: int = 0
    by_type: dict[str, int] = field(default_factory=dict)
    largest_paint: float = 0.0
    blocking: float = 0.0
    main_thread: float = 0.0
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
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(base + address, wait_until="load")
    _settle(page)
    found.first_view = sum(sizes.values())
    found.main_thread = 1000 * main_thread(devtools)
    seen = page.evaluate("seen")
    found.largest_paint = seen["largest"]
    found.blocking = sum(duration - 50 for begun, duration in seen["tasks"] if begun + duration > seen["first"])
    scrolled = 0
    while scrolled < page.evaluate("document.documentElement.scrollHeight"):
        scrolled += height // 2
        page.evaluate("(y) => scrollTo(0, y)", scrolled)
        page.wait_for_timeout(150)
    _settle(page)
    found.whole_page, found.by_type = sum(sizes.values()), dict(sorted(sizes.items()))
    context.close()
    return found


def main_thread(devtools: Any) -> float:
    """Seconds of processor time that the page's main thread has had; its domain is to be enabled in thread ticks."""
    metrics = devtools.send("Performance.getMetrics")["metrics"]
    return next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration")


def _settle(page: Any) -> None:
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(QUIET)
