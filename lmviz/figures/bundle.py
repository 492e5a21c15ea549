"""The chart library for the browser, taken from the same engine that draws the static images."""

from __future__ import annotations

from functools import cache

VEGA_LITE_VERSION = "6.4"


@cache
def javascript() -> str:
    """An ES module of about 900 KB that exports ``vegaEmbed``, ``vega`` and ``vegaLite``; no network, no npm."""
    import vl_convert

    return vl_convert.javascript_bundle("export { vegaEmbed, vega, vegaLite };", VEGA_LITE_VERSION)
