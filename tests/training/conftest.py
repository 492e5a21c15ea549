"""A small corpus for the training recipe: the documentation's own Japanese pages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

DOCUMENTATION = Path(__file__).resolve().parents[2] / "docs" / "ja"


@pytest.fixture(scope="session", autouse=True)
def _one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def texts(tmp_path_factory) -> Path:
    """Directory of two sources: ``pages`` (.txt, a page a document) and ``lines`` (.jsonl, a paragraph a document)."""
    directory = tmp_path_factory.mktemp("texts")
    (directory / "pages").mkdir()
    pages = [path.read_text(encoding="utf-8") for path in sorted(DOCUMENTATION.rglob("*.md"))]
    for number, page in enumerate(pages):
        (directory / "pages" / f"{number}.txt").write_text(page, encoding="utf-8")
    paragraphs = dict.fromkeys(part for page in pages for part in page.split("\n\n")[::2] if len(part) > 20)
    records = [json.dumps({"title": "", "text": part}, ensure_ascii=False) for part in paragraphs]
    (directory / "lines.jsonl").write_text("\n".join(records), encoding="utf-8")
    return directory
