"""Files that both editions share, at the root of the site: `assets/`, `schema/` for editors of catalogs, an icon."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path

import vl_convert

from gallery.validation.json_schema import schemas, written

ASSETS = Path(__file__).parent / "assets"


def published_files() -> Iterator[tuple[str, bytes]]:
    """Paths on the site with what goes there: the site's own scripts and styles, the figures', the chart library, which
    comes from the same engine that draws the static pictures, and the catalog's JSON Schema."""
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
    for name, schema in schemas().items():
        yield f"schema/{name}", written(schema).encode()
    yield "favicon.ico", _icon((ASSETS / "icon.svg").read_text(encoding="utf-8"))
    yield "assets/gallery/dark-without-scripts.css", _dark(ASSETS / "colours.css", static / "figures.css").encode()


def _icon(svg: str, pixels: int = 32) -> bytes:
    """The icon that browsers ask the root of a site for when they open a picture or data file, which names none: a
    Windows icon directory of one PNG."""
    picture = vl_convert.svg_to_png(svg, scale=pixels / 32)
    directory = struct.pack("<HHH", 0, 1, 1)
    entry = struct.pack("<BBBBHHII", pixels, pixels, 0, 0, 1, 32, len(picture), 6 + 16)
    return directory + entry + picture


def _dark(*sheets: Path) -> str:
    """The sheets' dark colours for pages without scripts, where nothing marks the page as dark."""
    blocks = [re.search(r'\[data-md-color-scheme="slate"\][^{]*\{([^}]*)\}', sheet.read_text(encoding="utf-8"))[1]
              for sheet in sheets]
    return "".join(f"body[data-md-color-scheme] {{{block}}}\n" for block in blocks)
