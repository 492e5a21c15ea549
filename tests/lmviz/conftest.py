"""Fixtures shared by the tests of the core: the embedded model, and a tokenizer that may be at hand."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import lmviz

ROOT = Path(__file__).resolve().parents[2]
EMBEDDED = ROOT / "gallery" / "models" / "ja-gpt2-mini"


@pytest.fixture(scope="session", autouse=True)
def _one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def embedded() -> Path:
    """Directory of the model that ships with the project."""
    return EMBEDDED


@pytest.fixture(scope="session")
def rinna_tokenizer() -> Path:
    """Directory with the tokenizer of rinna/japanese-gpt2-medium; skips where it is not at hand."""
    directory = ROOT.parent / "shared" / "tokenizers" / "rinna-gpt2"
    if not (directory / "spiece.model").is_file():
        pytest.skip("../shared/tokenizers/rinna-gpt2 is not here: rinna's tokenizer is no part of the repository")
    return directory


@pytest.fixture(scope="session")
def lm() -> lmviz.LanguageModel:
    """The model that ships with the project."""
    return lmviz.load(EMBEDDED, device="cpu")
