"""A gallery of the largest entry that pages are made for: 100 tokens, 24 layers, 13 methods, every figure of an entry.

The weights are random and the model narrow: what a page holds grows with tokens, layers and methods, not with the
width. Random weights make it heavier than trained ones would, since hardly two predictions are of the same token.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from miniature import REPOSITORY, make_model

sys.path.insert(0, str(Path(__file__).parent / "figures"))

from fake_attributions import attributions

ENTRY = "hundred/deep"
N_TOKENS, N_LAYERS, N_METHODS = 100, 24, 13
WIDTH, N_POSITIONS = 32, 128
N_SENTENCES = 150
"""Of the text that the model's factors are of."""

MODEL = """\
- id: deep
  names: {ja: 24層の乱数, en: 24 layers of random numbers}
  about: {ja: 重みは乱数です。, en: Its weights are random.}
  directory: models/deep
  start: none
  licence: MIT
"""

PROMPT = """\
id: hundred
titles: {ja: 百トークン, en: A hundred tokens}
about: {ja: いちばん大きなページを測るための文です。, en: A text for measuring the largest page.}
text: 節分は、季節の変わり目に行われる日本の行事で、今では二月の初めの立春の前の日を指すことが多い。\
夜になると家の戸を開け、鬼は外、福は内と声を上げながら、炒った豆を庭や部屋にまく。\
まいた豆は、自分の年の数だけ拾って食べ、次の節分まで元気に過ごせるように願う。
source: {kind: own, licence: CC0-1.0}
tier: full
generation: {continuation: 柊の枝に鰯の頭を刺して、門口や窓に立てる土地もある。}
figures:
  watched_words: {words: [鬼, 豆, 福, 柊, 鰯]}
"""


def make_gallery(root: Path, *, factors: bool = False) -> Path:
    """Write catalog and model under ``root``, nothing computed; give ``root``. A model that is there is kept.

    Args:
        factors: whether the model has factors, whose study takes most of the computing.
    """
    catalog = root / "gallery" / "catalog"
    (catalog / "prompts").mkdir(parents=True, exist_ok=True)
    studied = "  factors: {components: 8, text: texts/reference.txt}\n" if factors else ""
    (catalog / "models.yaml").write_text(MODEL + studied, encoding="utf-8")
    (catalog / "tags.yaml").write_text("{}\n", encoding="utf-8")
    (catalog / "prompts" / "hundred.yaml").write_text(PROMPT, encoding="utf-8")
    sentences = (REPOSITORY / "gallery/reference/sentences.txt").read_text(encoding="utf-8").split()
    (root / "texts").mkdir(exist_ok=True)
    (root / "texts" / "reference.txt").write_text("\n\n".join(sentences[:N_SENTENCES]) + "\n", encoding="utf-8")
    if not (root / "models" / "deep" / "model.safetensors").is_file():
        make_model(root / "models" / "deep", n_layers=N_LAYERS, width=WIDTH, n_positions=N_POSITIONS)
    return root


def store_attributions(root: Path) -> int:
    """Put made-up attributions by all methods, and a receipt of them, where a build looks for those that it would
    compute for minutes; how many results that were: none where the entry is built already.

    A page's weight depends on how many numbers it holds and how they are rounded, not on what they are.
    """
    import lmviz
    from gallery.engine.machine import KnownFiles
    from gallery.engine.plan import steps
    from gallery.store import Store
    from gallery.validation import read_catalog

    (task,) = (step.task for step in steps(read_catalog(root), root, KnownFiles(root)) if step.id == ENTRY)
    if task is None:
        return 0
    prompt = task.asked.prompts[0]
    table = lmviz.load_tokenizer(task.directory).table(prompt.text, continuation=prompt.generation.continuation)
    found = {name: replace(result, model=task.model.id) for name, result in attributions(table=table).items()}
    wanted = [one for one in task.asked.wanted if one.kind in ("attribution", "attribution_receipt")]
    for one in wanted:
        Store(root).write(task.key(one), found[one.name], {"made": "made up"})
    return len(wanted)
