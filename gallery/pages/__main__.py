"""``python -m gallery.pages DIRECTORY``: every page of both editions as plain files, without MkDocs."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from gallery.pages.generate import write
from gallery.pages.words import LANGUAGES
from gallery.validation.problems import CatalogProblems


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m gallery.pages", description=__doc__)
    parser.add_argument("directory", type=Path, help="where to write; ja/ and en/ are made in it")
    parser.add_argument("--root", type=Path, help="what holds gallery/catalog and build",
                        default=os.environ.get("LMVIZ_GALLERY_ROOT") or Path(__file__).resolve().parents[2])
    options = parser.parse_args(arguments)
    from gallery.site.editions import open_edition

    n = 0
    try:
        for language in LANGUAGES:
            for path, content in write(open_edition(Path(options.root), language)):
                target = options.directory / language / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(content, encoding="utf-8", newline="")
                n += 1
    except CatalogProblems as problems:
        parser.exit(2, f"{problems}\n")
    print(f"{options.directory}: {n}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
