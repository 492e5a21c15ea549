"""Comparisons for the miniature gallery, of each kind one that works and one that does not.

``fuku-oni`` is a minimal pair under ``tiny`` (works) and ``broken`` (NaN in its weights); ``two-models`` compares
``tiny`` and ``second``, which reads only what names it, on one text; ``elsewhere`` one model that has read its text,
one that could not and one that is not here. ``second-learns`` walks a text of its own through the training of
``second``, of which there are two checkpoints (other random numbers).
"""

from __future__ import annotations

from pathlib import Path

from miniature import make_model

SECOND = """\
- id: second
  names: {ja: もう一つのモデル, en: another model}
  about: {ja: 重みは別の乱数です。, en: Its weights are other random numbers.}
  directory: models/second
  reads: named
  start: none
  licence: MIT
"""

TRAINED = SECOND.replace("  licence:", """\
  steps: 32
  checkpoints:
    - {step: 2, directory: step-000002}
    - {step: 8, directory: step-000008}
  licence:""")

FUKU = """\
id: fuku
titles: {ja: 福は, en: Luck}
about: {ja: 福を呼びます。, en: Luck is called in.}
text: 「福は内」と言って、豆をまいた
source: {kind: own, licence: CC0-1.0}
generation: {continuation: のである。}
models: [tiny, broken, second]
figures:
  layer_predictions: {top_k: 5}
  watched_words: {words: [鬼, 豆]}
  attribution: {methods: [saliency, input_x_gradient]}
  neuron_factors: null
"""

ONI = FUKU
for _old, _new in (
    ("id: fuku", "id: oni"), ("「福は内」", "「鬼は外」"), ("[tiny, broken, second]", "[tiny, broken]"),
    ("福は, en: Luck", "鬼は, en: Demons"), ("福を呼び", "鬼を追い"), ("Luck is called in", "Demons go"),
    ("  watched_words: {words: [鬼, 豆]}\n", ""),
    ("attribution: {methods: [saliency, input_x_gradient]}", "attribution: null"),
):
    ONI = ONI.replace(_old, _new)

PAIR = """\
id: fuku-oni
kind: prompts
titles: {ja: 福と鬼, en: Luck and demons}
about: {ja: かけ声だけを変えます。, en: Only the call is changed.}
prompts: [fuku, oni]
models: [tiny, broken]
see: {ja: かけ声のあとを見てください。, en: Look after the call.}
notes:
  pair_divergence: {ja: 最後の層まで離れません。, en: They never part.}
aliases: [oni-fuku]
"""

TWO_MODELS = """\
id: two-models
kind: models
titles: {ja: 二つの乱数, en: Two sets of random numbers}
about: {ja: 同じ文章を読みます。, en: They read the same text.}
prompt: fuku
models: [tiny, second]
see: {ja: 何も見えません。, en: There is nothing to see.}
"""

ELSEWHERE = """\
id: elsewhere
kind: models
titles: {ja: 遠くのモデルと, en: With a model elsewhere}
about: {ja: 片方はまだ読んでいません。, en: One has not read it yet.}
prompt: setsubun
models: [tiny, broken, away]
see: {ja: まだ比べられません。, en: Nothing to compare yet.}
"""

MAKU = """\
id: maku
titles: {ja: 豆をまく, en: Throwing beans}
about: {ja: 学習の途中でも読みます。, en: Read on the way as well.}
text: 鬼は外、福は内と
source: {kind: own, licence: CC0-1.0}
generation: {continuation: 豆をまく。}
models: [tiny]
figures:
  layer_predictions: null
  characters: null
  attribution: {methods: [saliency, input_x_gradient], receipt: false}
  neuron_factors: {n_components: [2]}
"""

LEARNS = """\
id: second-learns
kind: training
titles: {ja: 乱数の学習, en: Random numbers learning}
about: {ja: 重みを取りかえていきます。, en: Weights are exchanged one after another.}
prompt: maku
model: second
notes:
  training_ranks: {ja: 何も学びません。, en: Nothing is learned.}
"""


def add_comparisons(root: Path) -> Path:
    """Add the comparisons, and the prompts and the model that they need, to the gallery under ``root``; return it."""
    catalog = root / "gallery" / "catalog"
    with open(catalog / "models.yaml", "a", encoding="utf-8") as models:
        models.write(TRAINED)
    for name, text in (("fuku", FUKU), ("oni", ONI), ("maku", MAKU)):
        (catalog / "prompts" / f"{name}.yaml").write_text(text, encoding="utf-8")
    (catalog / "comparisons").mkdir()
    for name, text in (
        ("fuku-oni", PAIR), ("two-models", TWO_MODELS), ("elsewhere", ELSEWHERE), ("second-learns", LEARNS),
    ):
        (catalog / "comparisons" / f"{name}.yaml").write_text(text, encoding="utf-8")
    for seed, name in ((3, "second"), (5, "second/step-000002"), (6, "second/step-000008")):
        make_model(root / "models" / name, seed=seed)
    return root
