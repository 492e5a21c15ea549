"""A built site served as static hosts do it: text compressed with gzip at level 6, nothing else done to it."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

LEVEL = 6
TEXT = {".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".json": "application/json",
        ".svg": "image/svg+xml", ".csv": "text/csv; charset=utf-8"}


@cache
def compressed(path: Path) -> bytes:
    """A file of the site as it goes over the wire; kept, as a host keeps it."""
    return gzip.compress(path.read_bytes(), LEVEL, mtime=0)


class _Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if path.suffix not in TEXT or not path.is_file():
            return super().do_GET()
        content = compressed(path)
        self.send_response(200)
        for name, value in (("Content-Type", TEXT[path.suffix]), ("Content-Encoding", "gzip"),
                            ("Content-Length", str(len(content))), ("Cache-Control", "max-age=600")):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments: object) -> None:
        pass


@contextmanager
def serving(site: Path) -> Iterator[str]:
    """The address of ``site``, with a slash at its end, while the block runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
