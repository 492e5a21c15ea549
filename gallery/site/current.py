"""What one run of MkDocs is writing: set by the hooks, read by the script that mkdocs-gen-files runs."""

from __future__ import annotations

from gallery.pages.edition import Edition

edition: Edition | None = None
url: str = ""
other_pages: frozenset[str] = frozenset()
