"""A gallery of any number of prompts, read by three models with random weights: few figures an entry, short texts."""

from __future__ import annotations

from itertools import product
from pathlib import Path

from miniature import make_model

MODELS = ("tiny-a", "tiny-b", "tiny-c")

_MODEL = """\
- id: {id}
  names: {{ja: 乱数のモデル {id}, en: random model {id}}}
  about: {{ja: 重みは乱数です。, en: Its weights are random.}}
  directory: models/{id}
  start: none
  licence: MIT
"""

_PROMPT = """\
id: p{number:05d}
titles: {{ja: {title}, en: Prompt {number}}}
about: {{ja: 大きな図鑑を測るための文です。, en: A text for measuring a large gallery.}}
text: {text}
source: {{kind: own, licence: CC0-1.0}}
tags: [scale]
generation: {{max_new_tokens: 4}}
figures:
  layer_predictions: {{top_k: 3}}
  characters: null
  attribution: null
  neuron_factors: null
"""

_PARTS = (
    ("春", "夏", "秋", "冬", "朝", "昼", "夕方", "夜", "休みの日", "雨の日"),
    ("山", "川", "海", "町", "駅", "庭", "学校", "図書館", "畑", "港"),
    ("鳥", "花", "魚", "雲", "風", "本", "歌", "友だち", "祭り", "灯り"),
    ("見る", "待つ", "探す", "描く", "思い出す"),
)


def make_gallery(root: Path, n_prompts: int) -> Path:
    """Write catalog and models under ``root``; models that lie there are kept. Gives ``root``.

    Prompts that are there and not among the first ``n_prompts`` are removed. Up to 5,000 texts, all different.
    """
    catalog = root / "gallery" / "catalog"
    prompts = catalog / "prompts"
    prompts.mkdir(parents=True, exist_ok=True)
    (catalog / "tags.yaml").write_text("scale: {ja: 規模, en: scale}\n", encoding="utf-8")
    (catalog / "models.yaml").write_text("".join(_MODEL.format(id=name) for name in MODELS), encoding="utf-8")
    for seed, name in enumerate(MODELS):
        if not (root / "models" / name / "model.safetensors").is_file():
            make_model(root / "models" / name, seed=seed)
    texts = [f"{when}の{place}で{thing}を{act}" for when, place, thing, act in product(*_PARTS)]
    chosen = {f"p{number:05d}.yaml" for number in range(n_prompts)}
    for path in prompts.iterdir():
        if path.name not in chosen:
            path.unlink()
    for number, text in enumerate(texts[:n_prompts]):
        content = _PROMPT.format(number=number, title=text, text=text)
        path = prompts / f"p{number:05d}.yaml"
        if not path.is_file() or path.read_text(encoding="utf-8") != content:
            path.write_text(content, encoding="utf-8")
    return root
