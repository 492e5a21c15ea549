"""Files that both editions share, under `assets/` at the root of the site."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ASSETS = Path(__file__).parent / "assets"


def published_files() -> Iterator[tuple[str, bytes]]:
    """Paths on the site with what goes there: the site's own scripts and styles, the figures',
    and the chart library, which comes from the same engine that draws the static pictures."""
    from lmviz import figures
    from lmviz.figures import bundle

    static = Path(figures.__file__).parent / "static"
    for path in sorted(ASSETS.rglob("*")):
        if path.is_file():
            yield f"assets/gallery/{path.relative_to(ASSETS).as_posix()}", path.read_bytes()
    for path in sorted(static.rglob("*")):
        if path.is_file():
            yield f"assets/lmviz/{path.relative_to(static).as_posix()}", path.read_bytes()
    yield "assets/lmviz/vega-bundle.js", bundle.javascript().encode()
