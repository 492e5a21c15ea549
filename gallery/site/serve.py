"""Shows a built site in a browser on this machine, and to this machine only; pages follow it when it is built anew."""

from __future__ import annotations

import errno
import html
import io
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from gallery.pages.words import Language, Words
from gallery.site.build import SiteError
from gallery.site.live.news import News

HOST = "127.0.0.1"
TRIES = 20
EVENTS, SCRIPT = "/_live/events", "/_live/reload.js"
"""No page has such an address: ids begin with a letter or a digit."""
_RELOAD = Path(__file__).parent / "live" / "reload.js"


class _Handler(SimpleHTTPRequestHandler):
    # What a machine's own table of types says differs; browsers run modules and WebAssembly only under the right ones.
    extensions_map = {
        **SimpleHTTPRequestHandler.extensions_map, ".js": "text/javascript", ".json": "application/json",
        ".wasm": "application/wasm", ".svg": "image/svg+xml", ".csv": "text/csv; charset=utf-8",
        ".css": "text/css", ".html": "text/html; charset=utf-8",
    }

    def __init__(self, *arguments, news: News | None = None, **settings):
        self.news = news
        super().__init__(*arguments, **settings)

    def do_GET(self) -> None:
        if self.news is not None and self.path == EVENTS:
            return self._tell()
        super().do_GET()

    def send_head(self):
        if self.news is not None and self.path == SCRIPT:
            return self._send(_RELOAD.read_bytes(), "text/javascript")
        path = Path(self.translate_path(self.path))
        page = path / "index.html" if self.path.partition("?")[0].endswith("/") else path
        if self.news is None or page.suffix != ".html" or not page.is_file():
            return super().send_head()
        return self._send(self._following(page), "text/html; charset=utf-8")

    def _send(self, content: bytes, kind: str, status: int = HTTPStatus.OK) -> io.BytesIO:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        return io.BytesIO(content)

    def _following(self, page: Path) -> bytes:
        """The page with the script that reloads it; the page's own policy lets scripts of the site run."""
        if self.news is None:
            return page.read_bytes()
        site = self.news.site  # before the page is read: one that is put there meanwhile is then read once more
        script = f'<script defer src="{SCRIPT}" data-site="{html.escape(site)}"></script></head>'
        return page.read_bytes().replace(b"</head>", script.encode(), 1)

    def _tell(self) -> None:
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        with suppress(OSError):  # the page is gone
            for event in self.news.events():
                self.wfile.write(event)
                self.wfile.flush()

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        page = Path(self.directory) / "404.html"
        if code != HTTPStatus.NOT_FOUND or not page.is_file():
            return super().send_error(code, message, explain)
        content = self._send(self._following(page), "text/html; charset=utf-8", code)
        if self.command != "HEAD":
            self.wfile.write(content.getvalue())

    def log_message(self, format: str, *args: object) -> None:
        pass


def open_server(
    site_dir: Path, port: int = 8000, language: Language = "ja", news: News | None = None
) -> ThreadingHTTPServer:
    """A server for ``site_dir`` on the first free port from ``port`` on (0: any); not running yet.

    Args:
        news: what pages are told; without it they are handed out as they are.

    Raises ``SiteError`` where there is no site or no free port.
    """
    words = Words(language)
    if not (site_dir / "index.html").is_file():
        raise SiteError(words("build.no_site", site=site_dir))
    handler = partial(_Handler, directory=str(site_dir), news=news)
    for candidate in range(port, port + (TRIES if port else 1)):
        try:
            return ThreadingHTTPServer((HOST, candidate), handler)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise SiteError(words("build.cannot_serve", why=error.strerror)) from error
    raise SiteError(words("build.ports_busy", first=port, last=port + TRIES - 1))


def serve(site_dir: Path, *, port: int = 8000, language: Language = "ja", say: Callable[[str], None] = print,
          news: News | None = None) -> None:
    """Serves ``site_dir`` until interrupted."""
    with open_server(Path(site_dir), port, language, news) as server:
        say(Words(language)("build.serving", url=f"http://{HOST}:{server.server_port}/"))
        sys.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            pass
