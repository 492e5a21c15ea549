"""``serve``, following catalog, docs and code: a change is computed, the site built anew, and open pages reload."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from gallery.pages.words import Language
from gallery.site.live.news import News, words
from gallery.site.live.rebuilding import Rebuilding
from gallery.site.live.watching import REPOSITORY, watch
from gallery.site.serve import serve
from gallery.validation.problems import listed


def serve_and_follow(
    root: Path, *, port: int, language: Language, say: Callable[[str], None], options: Sequence[str] = ()
) -> None:
    """Serves the site under ``root`` until interrupted.

    Args:
        options: of the command that builds anew: ``build``, or ``site`` where PyTorch is not installed.

    Raises ``SiteError`` where there is no site or no free port.
    """
    news = News(root / "site")
    computes = find_spec("torch") is not None
    command = [sys.executable, str(REPOSITORY / "build_gallery.py"), "build" if computes else "site", *options]
    rebuilding = Rebuilding(
        command, news, lambda names: say(words("changed", names=listed(names, 5))[language])
    )
    try:
        observer = watch(root, rebuilding.change)
        say(words("watching" if computes else "watching_without_torch")[language])
    except OSError as error:
        observer = None
        say(words("not_watching", why=error.strerror or error)[language])
    try:
        serve(root / "site", port=port, language=language, say=say, news=news)
    finally:
        if observer is not None:
            observer.stop()
            observer.join()
        rebuilding.end()
