"""Files beside the miniature gallery's, so that each key that a catalog may have stands in it and is mutated."""

from __future__ import annotations

from pathlib import Path

from miniature_studies import TEXT

IMPRINT = """\
authors:
  - {family: 鬼塚, given: 福子, orcid: 0000-0002-1825-0097}
  - {name: 豆まきの会}
year: 2026
doi: 10.5281/zenodo.1234567
tour: {prompt: setsubun, model: tiny}
"""

LOCK = f"""\
away:
  hub: nobody/nothing-of-the-kind
  revision: null
  commit: {'a1' * 20}
"""

FAR_AWAY = """\
- id: far-away
  names: {ja: もっと遠くのモデル, en: a model further away}
  about: {ja: 形も切り方も自分で書きます。, en: Its shape and its tokenizer are described here.}
  hub: nobody/nothing-either
  revision: main
  version: 2
  start: eos
  dtype: bfloat16
  tokenizer: {lower_case: true, token_prefix: ▁}
  architecture: {embedding: wte, blocks: h, final_norm: ln_f, feed_forward: mlp.act}
  reads: named
  steps: 4096
  checkpoints:
    - {step: 16, revision: step16}
    - {step: 256, revision: step256}
  licence: MIT
  aliases: [far-off]
"""

SAMPLED = """\
id: sampled
titles: {ja: 引き当てた続き, en: A continuation drawn}
about: {ja: 書けることをすべて書きます。, en: All that can be said is said.}
text: 豆をまき、また豆をまく。
source: {kind: quoted, article: 節分, address: https://ja.wikipedia.org/wiki/節分, revision: 1, licence: CC-BY-SA-4.0}
tags: [culture]
generation: {max_new_tokens: 3, do_sample: true, temperature: 0.8, top_k: 20, top_p: 0.9, seed: 7}
models: [tiny, far-away]
figures:
  layer_predictions: {position: 2, layer: 1, top_k: 3}
  rankings: {}
  characters: {top_k: 4}
  watched_words: {words: [鬼], position: {text: 豆, occurrence: 2}}
  attribution:
    methods: [integrated_gradients]
    n_steps: 8
    targets: [{word: 豆, occurrence: 2}, {text: 。, occurrence: 1}, 2]
    receipt: false
  neuron_factors: {n_components: [2], layers: [0, 1], seed: 3}
  factor_responses: {rules: [kanji, hiragana]}
tier: full
aliases: [drawn]
"""

MODELS_ANNOTATED = """\
id: models-annotated
kind: models
titles: {ja: すべてに書き添える, en: A note to everything}
about: {ja: 図ごとに書き添えます。, en: Each figure has its note.}
prompt: fuku
models: [tiny, second, broken]
see: {ja: 何も見えません。, en: There is nothing to see.}
notes:
  compare_surprisal: {ja: 意外さ, en: surprisal}
  compare_ranks: {ja: 順位, en: ranks}
  compare_settled: {ja: 落ち着く層, en: where it settles}
  compare_watched_words: null
  compare_attribution: {ja: 寄与, en: attribution}
aliases: [annotated]
"""

PAIR_ANNOTATED = """\
id: pair-annotated
kind: prompts
titles: {ja: すべてに書き添える, en: A note to everything}
about: {ja: 図ごとに書き添えます。, en: Each figure has its note.}
prompts: [oni, fuku]
models: [tiny]
see: {ja: 何も見えません。, en: There is nothing to see.}
notes: {pair_predictions: {ja: 予測, en: predictions}, pair_divergence: null}
"""

TRAINING_ANNOTATED = """\
id: training-annotated
kind: training
titles: {ja: すべてに書き添える, en: A note to everything}
about: {ja: 図ごとに書き添えます。, en: Each figure has its note.}
prompt: fuku
model: far-away
see: {ja: 何も見えません。, en: There is nothing to see.}
notes:
  training_course: {ja: 歩み, en: the course}
  training_ranks: null
  training_factors: {ja: 因子, en: factors}
  training_attribution: {ja: 寄与, en: attribution}
aliases: [learns]
"""

REFERENCE = "gallery/catalog/reference.txt"
"""Where the text that ``tiny`` is studied over lies, so that it is mutated with the catalog."""


def add_every_key(root: Path) -> Path:
    """Complete the catalog of the gallery under ``root``, which has comparisons and studies; return ``root``."""
    catalog = root / "gallery/catalog"
    models = (catalog / "models.yaml").read_text(encoding="utf-8")
    (catalog / "models.yaml").write_text(models.replace(TEXT, REFERENCE) + FAR_AWAY, encoding="utf-8")
    (root / TEXT).rename(root / REFERENCE)
    for name, text in (
        ("gallery", IMPRINT), ("models.lock", LOCK), ("prompts/sampled", SAMPLED),
        ("comparisons/models-annotated", MODELS_ANNOTATED), ("comparisons/pair-annotated", PAIR_ANNOTATED),
        ("comparisons/training-annotated", TRAINING_ANNOTATED),
    ):
        (catalog / f"{name}.yaml").write_text(text, encoding="utf-8")
    return root
