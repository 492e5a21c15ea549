"""The content security policy of a page: everything comes from the site itself, and no inline script but the theme's.

Framing stays allowed, so that figures can be embedded in other pages.
"""

from __future__ import annotations

import base64
import hashlib
import re

_INLINE = re.compile(r"<script(?P<attributes>(?![^>]*\bsrc=)[^>]*)>(?P<code>.*?)</script>", re.DOTALL | re.IGNORECASE)
_DATA = re.compile(r"""type\s*=\s*["']?application/(?:[\w.+-]*\+)?json""", re.IGNORECASE)
_CHARSET = re.compile(r"<meta charset=[^>]*>", re.IGNORECASE)


def protect(html: str) -> str:
    """The page with its policy as the first thing after its character set.

    Raises ``ValueError`` for a page whose character set is not declared: the policy would come too late.
    """
    declared = _CHARSET.search(html)
    if declared is None:
        raise ValueError("the page has no <meta charset>, so its content security policy has no place to stand")
    meta = (f'\n<meta http-equiv="Content-Security-Policy" content="{policy(html)}">'
            '\n<meta name="referrer" content="same-origin">')
    return html[:declared.end()] + meta + html[declared.end():]


def policy(html: str) -> str:
    """The policy for a page: hashes of its inline scripts, which are the theme's, and nothing from another host."""
    scripts = " ".join(["'self'", "'wasm-unsafe-eval'", *dict.fromkeys(map(_hash, inline_scripts(html)))])
    return "; ".join([
        "default-src 'none'", f"script-src {scripts}", "style-src 'self' 'unsafe-inline'", "img-src 'self' data:",
        "font-src 'self'", "connect-src 'self'", "worker-src 'self'", "base-uri 'self'", "form-action 'none'",
    ])


def inline_scripts(html: str) -> list[str]:
    """The code of inline scripts that a browser would run; blocks of data are none."""
    return [match["code"] for match in _INLINE.finditer(html) if not _DATA.search(match["attributes"])]


def _hash(code: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()}'"
