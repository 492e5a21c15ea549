"""The table of a model's factors in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fake_factors
import numpy as np
import pytest
from preview import write
from serving import ready, serving

sync_api = pytest.importorskip("playwright.sync_api")
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    directory: Path = tmp_path_factory.mktemp("model-factors")
    write(directory, {"model_factors": fake_factors.results()})
    (directory / "favicon.ico").write_bytes(b"")
    with serving(directory) as address:
        yield address


def factors(page: sync_api.Page) -> list[int]:
    return page.evaluate("() => [...document.querySelectorAll('tbody tr')].map((row) => Number(row.dataset.factor))")


def test_rows_come_in_the_order_that_is_chosen_by_hand_or_by_key(chromium: sync_api.Browser, address: str) -> None:
    effects = fake_factors.results()["effects"]
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(address)
    ready(page)
    assert factors(page) == list(range(6))
    page.click("[data-order=effect]")
    assert factors(page) == np.argsort(-effects.divergences).tolist()
    assert page.get_attribute("[data-order=effect]", "aria-pressed") == "true"
    page.keyboard.press("Escape")
    assert factors(page) == list(range(6))
    page.focus("[data-order=energy]")
    page.keyboard.press("ArrowRight")
    assert factors(page)[:3] == [0, 1, 3], "factors with a proposed label come first"
    page.close()
    assert troubles == []


@pytest.mark.parametrize("width", [390, 1280])
def test_the_table_fits_a_phone_with_every_number_named(chromium: sync_api.Browser, address: str, width: int) -> None:
    page = chromium.new_page(viewport={"width": width, "height": 900})
    page.goto(address)
    ready(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    heads = page.evaluate("() => [...document.querySelectorAll('tbody tr:first-child td')].map((cell) =>"
                          " getComputedStyle(cell, '::before').content)")
    assert all(("none" in head) == (width > 832) for head in heads) and len(heads) == 4
    page.close()


def test_without_scripts_the_table_stands_and_no_switch_is_shown(chromium: sync_api.Browser, address: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert page.locator("tbody tr").count() == 6
    assert not page.locator(".switch").is_visible()
    context.close()
