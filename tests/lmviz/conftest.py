"""Fixtures shared by the tests of the core: the embedded model, and tiny random models of every family."""

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
def lm() -> lmviz.LanguageModel:
    """The model that ships with the project."""
    return lmviz.load(EMBEDDED, device="cpu")
