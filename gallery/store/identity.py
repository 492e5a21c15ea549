"""Keys of results and ids of figures: base32 of SHA-256 over canonical JSON."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

FIGURE_ID_LENGTH = 12


def canonical_json(value: Any) -> bytes:
    """One text for one value: keys sorted, no spaces, UTF-8. Raises ``ValueError`` for NaN and infinities."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_plain)
    return text.encode()


def _plain(value: Any) -> Any:
    if hasattr(value, "item"):
        return value.item()
    raise TypeError(f"{type(value).__name__} has no canonical JSON")


def identity(value: Any) -> str:
    """52 characters of lower-case base32 that stand for ``value``."""
    return base64.b32encode(hashlib.sha256(canonical_json(value)).digest()).decode().rstrip("=").lower()


def figure_id(value: Any) -> str:
    """The permanent id of a figure: the first 12 characters of `identity`."""
    return identity(value)[:FIGURE_ID_LENGTH]
