"""Figures drawn from stored results, and kept, so that a page whose figures did not change is written again at once."""

from __future__ import annotations

import csv
import hashlib
import importlib
import importlib.metadata
import importlib.util
import inspect
import io
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Protocol

from gallery.pages.words import Language
from gallery.store.files import CannotWrite, write_atomically
from gallery.subjects import FACTORS, RECEIPT, Figure
from gallery.validation.schema import COMPARISON_KINDS
from lmviz.results import FactorLabels, Result

FACTOR_LINK = "factors:"
"""What the address of a factor's passport begins with in a drawing, its number after it: a drawing stands on several
pages, which lie in different places (`gallery.pages.section`)."""


class Readable(Protocol):
    """What pages need of the store."""

    def read(self, key: str) -> Result: ...


class Unreadable(Exception):
    """The store no longer has a figure's result, or has one that this version does not read."""


@dataclass(frozen=True)
class Drawing:
    """A figure as drawn in one language.

    Attributes:
        title, caption, alternative, convention: plain text, not escaped.
        html: the fragment that works on the page.
        table: its numbers as HTML tables, empty where it holds none; ``n_cells``: how many numbers these are.
        spec: the Vega-Lite chart as JSON; ``svg``: the same drawn; ``csv``: its numbers.
        files: further files of the figure by name: the receipt of an attribution.
        finding: what it has to tell away from itself, and ``score``, how much that tells (`lmviz.figures.findings`).
    """

    title: str
    caption: str
    alternative: str
    convention: str
    html: str
    spec: str
    svg: str
    csv: str
    files: dict[str, str] = field(default_factory=dict)
    finding: str = ""
    score: float = 0.0
    table: str = ""
    n_cells: int = 0


class Drawings:
    """Draws figures from ``store`` and keeps them under ``directory`` (None: draws each anew).

    A drawing is kept under a hash of its results' keys, what is asked for, and the drawing code, so that a restyled
    chart is drawn again and nothing else is.
    """

    def __init__(self, store: Readable, directory: Path | None = None) -> None:
        self.store = store
        self.directory = directory
        self._labels = lru_cache(maxsize=4)(self.read)  # of a model, beside each of its texts

    def draw(self, figure: Figure, language: Language, *, position: int | None = None, layer: int | None = None,
             first: str | None = None, labels: str | None = None) -> Drawing:
        """The figure, at another position or layer than its own where these are given.

        Args:
            first: the result that it opens with; by default the one that its options name first.
            labels: key of the labels proposed for its model's factors, for a figure of what they respond to.

        Raises ``Unreadable`` for a result that is not there, and ``ValueError`` for a position or layer that the
        result does not have.
        """
        position = figure.position if position is None else position
        layer = figure.options.get("layer") if layer is None else layer
        path = self._path(self._request(figure, language, position, layer, first, labels))
        if path is not None and (kept := _kept(path)) is not None:
            return kept
        results = {name: self.read(figure.results[name]) for name in _in_order(figure, first) if name != FACTORS}
        drawing = _draw(figure, results, language, position, layer, labels and self._labels(labels))
        _keep(path, json.dumps(asdict(drawing), ensure_ascii=False).encode())
        return drawing

    def has(self, figure: Figure, language: Language, first: str | None = None, labels: str | None = None) -> bool:
        """Whether the figure, at its own position and layer, has been drawn before."""
        return self.has_file(self.depends_on(figure, language, first, labels), ".json")

    def depends_on(self, figure: Figure, language: Language, first: str | None = None,
                   labels: str | None = None) -> list[Any]:
        """All that the drawing of the figure, at its own position and layer, depends on; plain JSON."""
        return self._request(figure, language, figure.position, figure.options.get("layer"), first, labels)

    def has_file(self, request: list[Any], suffix: str) -> bool:
        """Whether what was made for ``request``, plain JSON, is kept."""
        path = self._path(request, suffix)
        return path is not None and path.is_file()

    def file(self, request: list[Any], suffix: str, make: Callable[[], bytes]) -> bytes:
        """What ``make`` makes of what ``request`` lists, kept between builds."""
        path = self._path(request, suffix)
        if path is not None and path.is_file():
            return path.read_bytes()
        content = make()
        _keep(path, content)
        return content

    def thumbnail(self, figure: Figure, language: Language) -> str:
        """A small picture (SVG) of an entry, from its figure of ranks."""
        from lmviz import figures

        return self.file(
            [_code(), "thumbnail", sorted(figure.results.items()), language], ".svg",
            lambda: figures.thumbnail(self.read(next(iter(figure.results.values()))), language).encode(),
        ).decode()

    def opening(self, figure: Figure, first: str | None = None) -> tuple[str, Result]:
        """The result that a figure opens with, see `draw`, and its name among the figure's. Raises ``Unreadable``."""
        name = _in_order(figure, first)[0]
        return name, self.read(figure.results[name])

    def factor_names(self, labels: str | None, language: Language) -> list[str | None] | None:
        """The label proposed for each factor of a model, None for one that has none, or for all without a key."""
        return _names(labels and self._labels(labels), language)

    def read(self, key: str) -> Result:
        """A result of the store. Raises ``Unreadable``."""
        try:
            return self.store.read(key)
        except (OSError, LookupError, ValueError) as error:
            raise Unreadable(str(error)) from error

    def _request(self, figure: Figure, language: Language, position: int | None, layer: int | None,
                 first: str | None, labels: str | None) -> list[Any]:
        return [_code(), figure.kind, figure.id, list(figure.results.items()), position, layer, language,
                _in_order(figure, first), labels]

    def _path(self, request: list[Any], suffix: str = ".json") -> Path | None:
        if self.directory is None:
            return None
        name = hashlib.sha256(json.dumps(request, ensure_ascii=False).encode()).hexdigest()[:32]
        return self.directory / (name + suffix)


def _kept(path: Path) -> Drawing | None:
    """The drawing under ``path``, None where there is none or it is not intact: it is then drawn again."""
    try:
        return Drawing(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, RecursionError):
        return None


def _keep(path: Path | None, content: bytes) -> None:
    """Keeps a drawing where that can be written; a full disk costs time the next time, never a figure."""
    if path is not None:
        with suppress(CannotWrite):
            write_atomically(path, content)


def _in_order(figure: Figure, first: str | None) -> list[str]:
    """Names of the figure's results as its options list them, such as methods or models; manifests sort them.

    What the options do not name, the receipt, comes last.
    """
    asked = [str(name) for names in figure.options.values() if isinstance(names, (list, tuple)) for name in names]
    asked = [*([first] if first else []), *asked]
    return sorted(figure.results, key=lambda name: asked.index(name) if name in asked else len(asked))


def _draw(figure: Figure, results: dict[str, Result], language: Language, position: int | None,
          layer: int | None, proposed: FactorLabels | None) -> Drawing:
    from altair.utils.schemapi import debug_mode

    with debug_mode(False):  # the tests check every kind of chart against the schema; each time, it would take longest
        return _drawn(figure, results, language, position, layer, proposed)


def _drawn(figure: Figure, results: dict[str, Result], language: Language, position: int | None,
           layer: int | None, proposed: FactorLabels | None) -> Drawing:
    from lmviz import figures
    from lmviz.figures.findings import finding
    from lmviz.figures.html.data_tables import data_tables
    from lmviz.figures.tables import attribution_tables, tables

    fragment = getattr(importlib.import_module("lmviz.figures.html"), figure.kind)
    at = {"position": position, "layer": layer}
    shown = results[""] if list(results) == [""] else results
    taken = inspect.signature(fragment).parameters
    names = {"factor_names": _names(proposed, language)} if "factor_names" in taken else {}
    links = {"factor_links": [f"{FACTOR_LINK}{factor + 1}" for factor in range(len(results[""].energy_shares))]} \
        if "factor_links" in taken else {}
    words = figures.describe(figure.kind, shown, language, **at, **names)
    chart_of = getattr(figures, figure.kind)
    taken = inspect.signature(chart_of).parameters
    charted = shown if figure.kind in COMPARISON_KINDS else next(iter(results.values()))
    chart = chart_of(charted, language, **{name: value for name, value in {**at, **names}.items() if name in taken})
    spec = chart.to_dict(validate=False)
    told = finding(figure.kind, next(iter(results.values())), words.title, language, position=position, layer=layer)
    numbers = attribution_tables(results, language, position) if figure.kind == "attribution" else \
        tables(figure.kind, rows(spec), language)
    return Drawing(
        title=words.title, caption=words.caption, alternative=words.alternative, convention=words.convention,
        html=fragment(shown, language, figure_id=figure.id, **at, **names, **links),
        spec=json.dumps(spec, ensure_ascii=False, sort_keys=True, indent=1),
        svg=figures.svg(spec, "light"),
        csv=table(spec),
        files=_receipt(results[RECEIPT], language) if RECEIPT in results else {},
        finding=told.sentence, score=told.score,
        table=data_tables(numbers), n_cells=sum(table.n_cells for table in numbers),
    )


def _names(proposed: FactorLabels | None, language: Language) -> list[str | None] | None:
    """The label proposed for each factor of a model, None for one that has none."""
    from lmviz.figures.factor_names import rule_name

    if proposed is None:
        return None
    return [rule_name(proposed.rules[rule], language) if is_proposed else None
            for rule, is_proposed in zip(proposed.chosen.tolist(), proposed.proposed.tolist(), strict=True)]


def _receipt(receipt: Result, language: Language) -> dict[str, str]:
    """The receipt of an attribution as a chart and as numbers."""
    from lmviz import figures

    spec = figures.attribution_receipt(receipt, language).to_dict(validate=False)
    return {
        "receipt.svg": figures.svg(spec, "light"),
        "receipt.json": json.dumps(spec, ensure_ascii=False, sort_keys=True, indent=1),
        "receipt.csv": table(spec),
    }


def table(spec: dict[str, Any]) -> str:
    """The `rows` of a chart as CSV with a header."""
    found = rows(spec)
    columns = list(dict.fromkeys(column for row in found for column in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(found)
    return text.getvalue()


def rows(spec: dict[str, Any]) -> list[dict[str, Any]]:
    """The largest table of data inside a Vega-Lite chart."""
    return max((table for table in _data(spec) if table and isinstance(table[0], dict)), key=len, default=[])


def _data(spec: Any) -> list[list[dict]]:
    if isinstance(spec, list):
        return [found for part in spec for found in _data(part)]
    if not isinstance(spec, dict):
        return []
    own = [spec["data"]["values"]] if isinstance(spec.get("data"), dict) and "values" in spec["data"] else []
    named = list(spec.get("datasets", {}).values())
    return own + named + [found for key, part in spec.items() if key not in ("data", "datasets")
                          for found in _data(part)]


@cache
def _code() -> str:
    """A hash of what a drawing depends on beside its results."""
    digest = hashlib.sha256()
    package = Path(importlib.util.find_spec("lmviz").submodule_search_locations[0])
    rooms = [path for room in ("figures", "comparison", "units") for path in sorted((package / room).rglob("*"))]
    sources = [*rooms, package / "tokens.py", Path(__file__)]
    for path in sources:
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    for library in ("altair", "vl-convert-python", "sudachipy", "sudachidict-small", "budoux", "regex"):
        digest.update(importlib.metadata.version(library).encode())
    return digest.hexdigest()
