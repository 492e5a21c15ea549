"""Weights that have been released never change: each card states their digest, in both languages."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

MODELS = Path(__file__).resolve().parents[2] / "gallery" / "models"


@pytest.mark.parametrize("name", ["ja-gpt2-mini", "ja-gpt2-bytes"])
def test_the_card_states_the_digest_of_the_weights(name):
    digest = hashlib.sha256((MODELS / name / "model.safetensors").read_bytes()).hexdigest()
    card = (MODELS / name / "README.md").read_text(encoding="utf-8")
    assert card.count(digest) == 2, "the weights of a released version never change; release another version"
