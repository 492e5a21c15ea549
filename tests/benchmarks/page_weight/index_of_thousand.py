"""What filtering an index of 1,000 entries costs: ``python tests/benchmarks/page_weight/index_of_thousand.py``.

The index is the gallery's own page with 1,000 cards, each with a text, tags and a thumbnail; the pages behind the cards
are not there. Numbers go to ``build/benchmarks/page-weight/index.json``.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import sys
from itertools import islice, product
from pathlib import Path
from statistics import median
from typing import Any

from compressed import serving
from largest_site import REPOSITORY, WORK, largest_site
from visit import chromium, main_thread, visit

sys.path.insert(0, str(REPOSITORY / "tests" / "figures"))

import fakes

from gallery.pages import gallery_index
from gallery.pages.edition import Edition
from gallery.subjects import Entry, Figure
from gallery.validation.schema import Bilingual, Catalog, Model, Prompt, Source
from lmviz import figures

N_ENTRIES, N_PICTURES = 1000, 40
PARTS = (
    ("春", "夏", "秋", "冬", "朝", "昼", "夕方", "夜", "休みの日", "雨の日"),
    ("山", "川", "海", "町", "駅", "庭", "学校", "図書館", "畑", "港"),
    ("鳥", "花", "魚", "雲", "風", "本", "歌", "友だち", "祭り", "灯り"),
)
TYPED = "図書館で本"
BOXES = ("model", "tag", "figure")
PAINTED = """() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"""
MAIN = re.compile(r'(<div id="main"[^>]*>).*(</div>\s*</div>\s*</div>\s*</main>)', re.DOTALL)


class Pictures:
    """Thumbnails of texts as long as those that ship, in turn."""

    def __init__(self) -> None:
        self._pictures = [figures.thumbnail(fakes.rankings(seed=seed), "ja") for seed in range(N_PICTURES)]

    def thumbnail(self, figure: Figure, language: str) -> str:
        return self._pictures[int(figure.id) % N_PICTURES]


def edition() -> Edition:
    """A gallery of 1,000 prompts, each read by one of three models."""
    both = lambda text: Bilingual(ja=text, en=text)  # noqa: E731
    models = [Model(id=f"model-{n}", names=both(f"モデル{n}"), about=both("乱数"), directory=f"m{n}", licence="MIT")
              for n in range(3)]
    tags = {f"tag-{n}": both(f"主題{n}") for n in range(12)}
    prompts, entries = [], []
    for number, parts in enumerate(islice(product(*PARTS), N_ENTRIES)):
        text = "{}の{}で{}を見ていると、だれかがうしろから声をかけてきた。ふりむくと、そこには".format(*parts)
        prompt = Prompt(
            id=f"p{number}", titles=both("{}の{}の{}".format(*parts)), about=both("大きな一覧を測るための文です。"),
            text=text, source=Source(kind="own", licence="CC0-1.0"),
            tags=tuple(dict.fromkeys((f"tag-{number % 12}", f"tag-{number % 5}"))),
        )
        kinds = ("tokens", "rankings", *(("attribution",) if number % 3 else ()))
        drawn = tuple(Figure(kind, str(number), {}, {"": "key"}) for kind in kinds)
        prompts.append(prompt)
        entries.append(Entry(prompt, models[number % 3], "built", drawn, None, "", {}))
    return Edition(Catalog(models=tuple(models), prompts=tuple(prompts), tags=tags), entries, Pictures(), "ja")


def write_index(site: Path) -> Path:
    """A copy of what the index needs of a site, with the index of 1,000 entries in place of its own."""
    copy = WORK / "index"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(site / "assets", copy / "assets")
    (_, page), = gallery_index.pages(edition())
    content = page.split("fragment\n", 1)[1].rsplit("\n`", 1)[0]
    own = (site / "gallery" / "index.html").read_text(encoding="utf-8")
    written, n = MAIN.subn(lambda found: found[1] + content + found[2], own)
    assert n == 1, "the index's frame is not what it was"
    (copy / "gallery").mkdir()
    (copy / "gallery" / "index.html").write_text(written, encoding="utf-8")
    shutil.copyfile(copy / "gallery" / "index.html", copy / "index.html")
    return copy


def actions(page: Any) -> list[tuple[str, Any]]:
    """What a reader does, by name: types a text letter by letter and deletes it, checks one box of each kind, sorts."""
    field = page.locator("#filter-q")
    done = [(f"type {letter}", lambda letter=letter: page.keyboard.insert_text(letter)) for letter in TYPED]
    done += [("delete", lambda: page.keyboard.press("Backspace"))] * len(TYPED)
    for name in BOXES:
        box = page.locator(f"input[name={name}]").first
        done += [(f"check {name}", box.click), (f"uncheck {name}", box.click)]
    done += [("sort", lambda: page.locator("#filter-order").select_option("title")), ("focus", field.focus)]
    return done


def filtered(browser: Any, base: str) -> list[dict]:
    """Each action: the main thread's processor time until the next picture, and the longest wait for it, in ms."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.add_init_script("""window.waits = []; new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) waits.push(entry.duration);
    }).observe({ type: "event", durationThreshold: 16 });""")
    devtools = context.new_cdp_session(page)
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(base + "gallery/", wait_until="load")
    page.wait_for_timeout(2000)
    page.locator("#filter-q").focus()
    found = []
    for name, act in actions(page):
        page.evaluate("() => { waits.length = 0; }")
        page.evaluate(PAINTED)
        before = main_thread(devtools)
        act()
        page.evaluate(PAINTED)
        used = 1000 * (main_thread(devtools) - before)
        page.wait_for_timeout(200)
        found.append({"action": name, "processor": used, "wait": max(page.evaluate("waits"), default=0)})
    context.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    index = write_index(largest_site())
    with serving(index) as base, chromium() as browser:
        visit(browser, base, "gallery/", 1440, 900)  # the server has all it sends compressed by then
        visits = [visit(browser, base, "gallery/", 1440, 900) for _ in range(options.rounds)]
        rounds = [filtered(browser, base) for _ in range(options.rounds)]
    rows = [{"action": steps[0]["action"], "processor": median(step["processor"] for step in steps),
             "wait": median(step["wait"] for step in steps)} for steps in zip(*rounds, strict=True)]
    loading = {name: median(getattr(one, name) for one in visits)
               for name in ("first_view", "largest_paint", "blocking", "main_thread")}
    (WORK / "index.json").write_text(json.dumps({"loading": loading, "actions": rows}, indent=1, ensure_ascii=False))
    print(f"{N_ENTRIES} entries: " + ", ".join(f"{name} {value:.0f}" for name, value in loading.items()))
    print("| action | processor time of the main thread | until the next picture |\n|---|--:|--:|")
    for row in rows:
        print(f"| {row['action']} | {row['processor']:.0f} ms | {row['wait']:.0f} ms |")


if __name__ == "__main__":
    main()
