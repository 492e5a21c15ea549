"""Shows a built site in a browser on this machine, and to this machine only."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from gallery.pages.words import Language, Words
from gallery.site.build import SiteError

HOST = "127.0.0.1"
TRIES = 20


class _Handler(SimpleHTTPRequestHandler):
    # What a machine's own table of types says differs; browsers run modules and WebAssembly only under the right ones.
    extensions_map = {
        **SimpleHTTPRequestHandler.extensions_map, ".js": "text/javascript", ".json": "application/json",
        ".wasm": "application/wasm", ".svg": "image/svg+xml", ".csv": "text/csv; charset=utf-8",
        ".css": "text/css", ".html": "text/html; charset=utf-8",
    }

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        page = Path(self.directory) / "404.html"
        if code != HTTPStatus.NOT_FOUND or not page.is_file():
            return super().send_error(code, message, explain)
        content = page.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


def open_server(site_dir: Path, port: int = 8000, language: Language = "ja") -> ThreadingHTTPServer:
    """A server for ``site_dir`` on the first free port from ``port`` on (0: any); not running yet.

    Raises ``SiteError`` where there is no site or no free port.
    """
    words = Words(language)
    if not (site_dir / "index.html").is_file():
        raise SiteError(words("build.no_site", site=site_dir))
    handler = partial(_Handler, directory=str(site_dir))
    for candidate in range(port, port + (TRIES if port else 1)):
        try:
            return ThreadingHTTPServer((HOST, candidate), handler)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise SiteError(words("build.cannot_serve", why=error.strerror)) from error
    raise SiteError(words("build.ports_busy", first=port, last=port + TRIES - 1))


def serve(site_dir: Path, *, port: int = 8000, language: Language = "ja", say: Callable[[str], None] = print) -> None:
    """Serves ``site_dir`` until interrupted."""
    with open_server(Path(site_dir), port, language) as server:
        say(Words(language)("build.serving", url=f"http://{HOST}:{server.server_port}/"))
        sys.stdout.flush()
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            pass
