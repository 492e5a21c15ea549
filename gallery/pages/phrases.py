"""Where a Japanese line may break: between 文節, as BudouX finds them, in every browser alike."""

from __future__ import annotations

from functools import cache

from markupsafe import Markup


@cache
def phrased(text: str) -> Markup:
    """A Japanese heading or lead as HTML whose lines break between phrases, inside one only where it is too long."""
    return Markup('<span class="phrases">{}</span>').format(Markup("<wbr>").join(_parser().parse(text)))


@cache
def _parser():
    import budoux

    return budoux.load_default_japanese_parser()
