"""A model card for the miniature gallery: a text that tries to break out of its page, and figures as if measured."""

from __future__ import annotations

import hashlib
from pathlib import Path

from gallery.models.evaluation.record import (
    Evaluation,
    Figures,
    HeldOut,
    MeasuredModel,
    Samples,
    Trigrams,
    write_evaluation,
)

CARD = """# tiny

日本語 ・ [English](#english)

小さなモデルです。

## 学習

<script>alert(1)</script>を **二度** 読みました。

| 資料 | 分量 |
|---|---|
| 節分<img src=x onerror=alert(1)> | 3 件 |

## 限界

[悪い](javascript:alert(1)) [よい](https://example.org/) ![絵](http://example.org/x.png)

---

<a id="english"></a>

# tiny (English)

<!-- from evaluation.json: evaluation en -->
Small.
<!-- end -->

## Training

Read *twice*.
"""


def figures(bits: float) -> Figures:
    return Figures(
        n_tokens=40, nats_per_token=bits + 1, bits_per_character=bits, perplexity=1234.56, top_1=0.125, top_5=0.25
    )


def add_card(root: Path) -> Path:
    """Give the model ``tiny`` of the gallery under ``root`` a card and figures; return the gallery."""
    tiny = root / "models/tiny"
    (tiny / "README.md").write_text(CARD, encoding="utf-8")
    digest = hashlib.sha256((tiny / "model.safetensors").read_bytes()).hexdigest()
    model = MeasuredModel(name="tiny", version=1, files={"model.safetensors": digest}, figures=figures(4.56789))
    texts = [Trigrams(sources=("b<",), n_documents=2, n_tokens=98765, figures=figures(bits)) for bits in (7.5, 6.5)]
    held_out = HeldOut(file="held-out.jsonl", sha256="ab", n_records=7, n_characters=5678, window=64)
    write_evaluation(tiny, Evaluation(
        held_out=held_out, model=model, baselines=tuple(texts), beside=(), versions={},
        samples=Samples(max_new_tokens=1, seed=0, start="none", texts=()),
    ))  # fmt: skip
    return root
