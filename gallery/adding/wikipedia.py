"""What the catalog says of an article of Wikipedia, asked of the MediaWiki API: title, address, revision, licence.

No sentence is fetched. What a model is to read, the curator writes.
"""

from __future__ import annotations

import http.client
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from typing import Any

import lmviz
from gallery.adding.words import words
from gallery.messages import Wording

API = "https://{language}.wikipedia.org/w/api.php"
USER_AGENT = f"lmviz-gallery/{lmviz.__version__} (asks for title, revision and licence of one named article)"
SECONDS = 10.0
"""How long an answer may take to begin, and each part of it to arrive."""
MAX_BYTES = 2**20
_LANGUAGE = re.compile(r"[a-z][a-z0-9-]{1,19}")
_LICENCE = re.compile(r"creativecommons\.org/licenses/(by(?:-sa)?)/(\d\.\d)")
_UNAVAILABLE = (urllib.error.URLError, OSError, http.client.HTTPException)


class NoArticle(Exception):
    """The article could not be looked up; ``wording`` says why and what to do."""

    def __init__(self, wording: Wording):
        self.wording = wording
        super().__init__(wording["en"])


@dataclass(frozen=True)
class Article:
    """An article as it stands today.

    Attributes:
        asked: the title that was asked for; another than ``title`` where that leads on.
        address: readable, as the catalog writes them.
        licence: SPDX identifier; None where the wiki names none that we know.
        is_disambiguation: it lists articles of one name.
    """

    asked: str
    title: str
    address: str
    revision: int
    licence: str | None
    is_disambiguation: bool


def look_up(name: str) -> Article:
    """The article ``TITLE``, in Japanese, or ``LANGUAGE:TITLE``. Raises `NoArticle`."""
    language, title = _split(name)
    host = f"{language}.wikipedia.org"
    query = {
        "action": "query", "format": "json", "formatversion": "2", "redirects": "1", "titles": title,
        "prop": "info|revisions|pageprops", "inprop": "url", "rvprop": "ids", "ppprop": "disambiguation",
        "meta": "siteinfo", "siprop": "rightsinfo",
    }
    answer = _ask(f"{API.format(language=language)}?{urllib.parse.urlencode(query)}", host)
    if isinstance(error := answer.get("error"), dict):
        raise NoArticle(words("wiki_refused", host=host, why=_shown(error.get("info") or error.get("code"))))
    try:
        (page,) = answer["query"]["pages"]
        if page.get("missing") or page.get("invalid") or page.get("special"):
            raise NoArticle(words("no_article", host=host, title=_shown(title)))
        revision = page["revisions"][0]["revid"]
        found, address = page["title"], page["fullurl"]
        rights = answer["query"].get("rightsinfo", {}).get("url", "")
        if not (type(revision) is int and isinstance(found, str) and isinstance(address, str)):
            raise TypeError
        licence = _LICENCE.search(rights)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        raise NoArticle(words("not_understood", host=host)) from None
    return Article(
        asked=title, title=found, address=_readable(address), revision=revision,
        licence=f"CC-{licence[1].upper()}-{licence[2]}" if licence else None,
        is_disambiguation="disambiguation" in page.get("pageprops", {}),
    )


def _split(name: str) -> tuple[str, str]:
    language, colon, title = name.partition(":")
    if colon and _LANGUAGE.fullmatch(language):
        name = title
    else:
        language = "ja"
    title = name.strip()
    if not title or "|" in title or len(title.encode(errors="replace")) > 255:
        raise NoArticle(words("not_a_title", found=_shown(name)))
    return language, title


def _ask(address: str, host: str) -> dict[str, Any]:
    request = urllib.request.Request(address, headers={"User-Agent": USER_AGENT, "Accept": "application/json"})
    try:
        with urllib.request.build_opener(_SameScheme).open(request, timeout=SECONDS) as response:
            data = response.read(MAX_BYTES + 1)
    except urllib.error.HTTPError as error:
        raise NoArticle(words("wiki_refused", host=host, why=f"HTTP {error.code}")) from None
    except _UNAVAILABLE as error:
        raise NoArticle(words("no_network", host=host, why=_shown(getattr(error, "reason", None) or error))) from None
    try:
        answer = json.loads(data) if len(data) <= MAX_BYTES else None
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise NoArticle(words("not_understood", host=host))
    return answer


class _SameScheme(urllib.request.HTTPRedirectHandler):
    """Follows redirects as urllib does, never from https to anything else."""

    def redirect_request(self, request, file, code, message, headers, address):
        if urllib.parse.urlsplit(address).scheme != request.type:
            raise urllib.error.HTTPError(request.full_url, code, message, headers, file)
        return super().redirect_request(request, file, code, message, headers, address)


def _readable(address: str) -> str:
    """Percent-encoded letters as letters, where the address stays one."""
    readable = urllib.parse.unquote(address)
    return readable if readable.isprintable() and not re.search(r"[\s?#\ufffd]", readable) else address


def _shown(value: Any) -> str:
    line = " ".join(str(value).split())
    return "".join(character if character.isprintable() else "?" for character in line)[:80]
