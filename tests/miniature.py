"""A whole gallery in miniature: random weights behind the real tokenizer, one entry that works, one made to fail, one
whose model is not on the machine. Made without torch.

The prompt ``setsubun`` is read by three models: ``tiny`` (works), ``broken`` (NaN in its weights) and ``away`` (on the
hub, where nobody has put it). The prompt ``mame`` is read by ``tiny`` only, at tier ``full``: a word and a contrast.
Newcomers are shown through ``setsubun`` under ``tiny``.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

REPOSITORY = Path(__file__).resolve().parents[1]
EMBEDDED = REPOSITORY / "gallery" / "models" / "ja-gpt2-mini"
N_POSITIONS, N_LAYERS, WIDTH, VOCABULARY = 64, 2, 16, 16_000

MODELS = """\
- id: tiny
  names: {ja: 小さなモデル, en: tiny model}
  about: {ja: 重みは乱数です。, en: Its weights are random.}
  directory: models/tiny
  start: none
  licence: MIT
- id: broken
  names: {ja: 壊れたモデル, en: broken model}
  about: {ja: 重みに NaN があります。, en: There is NaN in its weights.}
  directory: models/broken
  start: none
  licence: MIT
- id: away
  names: {ja: 遠くのモデル, en: a model elsewhere}
  about: {ja: このコンピュータにはありません。, en: Not on this machine.}
  hub: nobody/nothing-of-the-kind
  revision: null
  start: none
  licence: MIT
"""

GALLERY = """\
tour: {prompt: setsubun, model: tiny}
"""

TAGS = """\
culture: {ja: 文化, en: culture}
"""

SETSUBUN = """\
id: setsubun
titles: {ja: 節分, en: Setsubun}
about: {ja: 季節の変わり目の行事です。, en: A custom at the turn of the seasons.}
text: 節分は、季節の変わり目に豆をまく行事である。
source:
  kind: adapted
  article: 節分
  address: https://ja.wikipedia.org/wiki/節分
  revision: null
  licence: CC-BY-SA-4.0
tags: [culture]
generation: {max_new_tokens: 4}
models: [tiny, broken, away]
figures:
  layer_predictions: {position: {text: 変わり}, top_k: 5}
  watched_words: {words: [鬼, 豆]}
  attribution: {methods: [input_x_gradient, saliency]}
  neuron_factors: {n_components: [2, 3]}
"""

MAME = """\
id: mame
titles: {ja: 豆, en: Beans}
about: {ja: 与えた続きを読みます。, en: A given continuation is read.}
text: 豆をまいて、
source: {kind: own, licence: CC0-1.0}
generation: {continuation: 鬼を追い払う。}
models: [tiny]
figures:
  attribution:
    methods: [integrated_gradients, gradient_shap]
    target: contrast
    foil: 福
    baseline: mean
    targets: [{word: 追い払う}, {text: 鬼}]
  neuron_factors: null
tier: full
"""


def make_miniature(root: Path) -> Path:
    """Write the miniature gallery under ``root`` and return it."""
    catalog = root / "gallery" / "catalog"
    (catalog / "prompts").mkdir(parents=True)
    (catalog / "models.yaml").write_text(MODELS, encoding="utf-8")
    (catalog / "tags.yaml").write_text(TAGS, encoding="utf-8")
    (catalog / "gallery.yaml").write_text(GALLERY, encoding="utf-8")
    (catalog / "prompts" / "setsubun.yaml").write_text(SETSUBUN, encoding="utf-8")
    (catalog / "prompts" / "mame.yaml").write_text(MAME, encoding="utf-8")
    make_model(root / "models" / "tiny")
    make_model(root / "models" / "broken", with_nan=True)
    return root


def make_model(directory: Path, *, seed: int = 0, with_nan: bool = False, n_layers: int = N_LAYERS,
               width: int = WIDTH, n_positions: int = N_POSITIONS) -> None:
    """A small GPT-2 with random weights and the embedded model's tokenizer."""
    directory.mkdir(parents=True, exist_ok=True)
    for name in ("spiece.model", "tokenizer.json", "tokenizer_config.json"):
        shutil.copyfile(EMBEDDED / name, directory / name)
    config = json.loads((EMBEDDED / "config.json").read_text(encoding="utf-8"))
    config |= {"n_embd": width, "n_layer": n_layers, "n_head": 2, "n_positions": n_positions, "dtype": "float32"}
    (directory / "config.json").write_text(json.dumps(config), encoding="utf-8")
    random = np.random.default_rng(seed)

    def matrix(*shape: int) -> np.ndarray:
        return random.normal(0, 0.3, shape).astype(np.float32)

    weights = {"transformer.wte.weight": matrix(VOCABULARY, width)}
    weights["transformer.wpe.weight"] = matrix(n_positions, width)
    for layer in range(n_layers):
        block = f"transformer.h.{layer}"
        weights[f"{block}.attn.c_attn.weight"] = matrix(width, 3 * width)
        weights[f"{block}.attn.c_attn.bias"] = matrix(3 * width)
        weights[f"{block}.attn.c_proj.weight"] = matrix(width, width)
        weights[f"{block}.attn.c_proj.bias"] = matrix(width)
        weights[f"{block}.mlp.c_fc.weight"] = matrix(width, 4 * width)
        weights[f"{block}.mlp.c_fc.bias"] = matrix(4 * width)
        weights[f"{block}.mlp.c_proj.weight"] = matrix(4 * width, width)
        weights[f"{block}.mlp.c_proj.bias"] = matrix(width)
    for norm in ("ln_f", *(f"h.{layer}.{name}" for layer in range(n_layers) for name in ("ln_1", "ln_2"))):
        weights[f"transformer.{norm}.weight"] = np.ones(width, np.float32)
        weights[f"transformer.{norm}.bias"] = np.zeros(width, np.float32)
    if with_nan:
        weights["transformer.h.1.mlp.c_fc.weight"][3, 5] = np.nan
    save_file(weights, directory / "model.safetensors", metadata={"format": "pt"})


def build_miniature(root: Path, **options):
    """Compute what is missing; returns the build's summary."""
    from gallery.engine.run import build
    from gallery.validation import read_catalog

    return build(read_catalog(root), root, device="cpu", **{"jobs": 2, **options})
