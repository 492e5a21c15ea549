"""Pages as Markdown: a front matter, and HTML in a fenced block that the site passes through untouched."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

FENCE = "`" * 9
_SCRIPTS = re.compile(r"(<script\b.*?</script\s*>)", re.DOTALL | re.IGNORECASE)


def document(meta: Mapping[str, Any], html: str) -> str:
    """A page: ``meta`` as YAML front matter, then ``html`` as a fragment.

    The theme writes title and description into HTML as they are, so both must come escaped.
    """
    head = yaml.safe_dump(dict(meta), allow_unicode=True, sort_keys=False, width=10_000)
    return f"---\n{head}---\n\n{fragment(html)}"


def fragment(html: str) -> str:
    """``html`` as a fenced block named `fragment`.

    Backticks and tabs are escaped, so that no text in it can close the fence and none is changed by Markdown's tab
    stops: as character references, or inside scripts, which hold JSON, as JSON escapes.
    """
    parts = _SCRIPTS.split(html.replace("\x02", "").replace("\x03", ""))
    for number, part in enumerate(parts):
        if number % 2:
            parts[number] = part.replace("`", "\\u0060").replace("\t", " ")
        else:
            parts[number] = part.replace("`", "&#96;").replace("\t", "&#9;")
    return f"{FENCE}fragment\n{''.join(parts).strip()}\n{FENCE}\n"
