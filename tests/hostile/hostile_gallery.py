"""A gallery whose every word is a payload: prompts, titles, lines, tags, watched words, sources, names, authors, and a
tiny model whose vocabulary consists of payloads, so that all its tokens and all that it writes are payloads too.

``long-N`` are entries that are computed, each reading its share of the payloads; ``p-N`` has one payload for every
word of its page, under a model that is not here.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from miniature import N_LAYERS, WIDTH, build_miniature
from miniature import make_model as write_model
from payloads import PAYLOADS
from safetensors.numpy import load_file, save_file

SHARE = 74
N_POSITIONS = 192
_REFUSED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")
ACCEPTED = tuple(payload for payload in PAYLOADS if not _REFUSED.search(payload) and payload.strip())
"""Payloads that a catalog may hold; the others, with control characters, come from the model's vocabulary alone."""


def make_hostile(root: Path) -> Path:
    """Writes the gallery under ``root``, computes it, and returns ``root``. It has no site yet."""
    shares = [ACCEPTED[i : i + SHARE] for i in range(0, len(ACCEPTED), SHARE)]
    for seed, name in enumerate(("evil", "other")):
        _write_model(root / "models" / name, seed)
    catalog = root / "gallery/catalog"
    _write(catalog / "models.yaml", [
        _model("evil", 0, directory="models/evil"), _model("other", 1, directory="models/other", reads="named"),
        _model("away", 2, hub="nobody/nothing-of-the-kind", reads="named"),
    ])
    _write(catalog / "gallery.yaml", {
        "authors": [{"name": ACCEPTED[0]}, {"family": ACCEPTED[1], "given": ACCEPTED[2]}, {"name": ACCEPTED[20]}],
        "tour": {"prompt": "long-0", "model": "evil"},
    })
    _write(catalog / "tags.yaml", {f"t-{i}": _both(i) for i in range(len(ACCEPTED))})
    for i, payload in enumerate(ACCEPTED):
        _write(catalog / f"prompts/p-{i}.yaml", _prompt(f"p-{i}", payload, i, models=["away"], tags=[f"t-{i}"]))
    for i, share in enumerate(shares):
        models = ["evil", "other"] if i == 0 else ["evil"]
        _write(catalog / f"prompts/long-{i}.yaml", _prompt(
            f"long-{i}", ",".join(share), i, models=models,
            generation={"max_new_tokens": 32, "do_sample": True, "temperature": 8.0, "seed": i},
            figures=_figures(share, whole=i == 0),
        ))
    _pair(catalog, shares[0])
    about = {"titles": _both(3), "about": _both(4), "see": _both(5)}
    _write(catalog / "comparisons/two-models.yaml", {
        "id": "two-models", "kind": "models", "prompt": "long-0", "models": ["evil", "other"], **about,
        "notes": {"compare_surprisal": _both(6)},
    })
    _write(catalog / "comparisons/pair.yaml", {
        "id": "pair", "kind": "prompts", "prompts": ["one", "two"], "models": ["evil"], **about,
        "notes": {"pair_divergence": _both(7)},
    })
    build_miniature(root, jobs=1)
    return root


def _both(i: int) -> dict[str, str]:
    return {"ja": ACCEPTED[i % len(ACCEPTED)], "en": ACCEPTED[i % len(ACCEPTED)]}


def _model(name: str, i: int, **where: str) -> dict[str, Any]:
    return {"id": name, "names": _both(i), "about": _both(i + 8), "licence": ACCEPTED[i + 16], **where}


def _prompt(name: str, text: str, i: int, **more: Any) -> dict[str, Any]:
    payload = ACCEPTED[i % len(ACCEPTED)]
    source = {"kind": "adapted", "article": payload, "address": "https://example.org/" + payload.replace(" ", ""),
              "revision": payload, "licence": "CC-BY-SA-" + payload}
    return {"id": name, "titles": _both(i), "about": _both(i), "text": text, "source": source, **more}


def _figures(share: tuple[str, ...], *, whole: bool) -> dict[str, Any]:
    """All figures, or those alone that hold most of a vocabulary: drawing takes longest."""
    words = [word for word in share if len(word) <= 200][:8]
    figures: dict[str, Any] = {
        "layer_predictions": {"position": {"text": share[20][:200]}, "top_k": 20},
        "watched_words": {"words": words},
        "attribution": {
            "methods": ["input_x_gradient", "saliency"], "targets": [{"text": share[12][:200]}], "receipt": False,
        },
        "neuron_factors": {"n_components": [2]},
    }
    return figures if whole else {**figures, "characters": None, "attribution": None, "neuron_factors": None}


def _pair(catalog: Path, share: tuple[str, ...]) -> None:
    for name, i in (("one", 8), ("two", 9)):
        text = ",".join([*share[:8], share[i], *share[20:24]])
        figures = dict.fromkeys(("rankings", "characters", "watched_words", "attribution", "neuron_factors"))
        _write(catalog / f"prompts/{name}.yaml", _prompt(
            name, text, i, models=["evil"], generation={"continuation": share[30]}, figures=figures,
        ))


def _write(path: Path, data: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _write_model(directory: Path, seed: int) -> None:
    """A GPT-2 with random weights that prefers payloads, which are entries of its vocabulary, special ones too."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    write_model(directory, seed=seed)
    for name in ("spiece.model", "tokenizer.json", "tokenizer_config.json"):
        (directory / name).unlink()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE({piece: i for i, piece in enumerate(alphabet)}, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_tokens([AddedToken(payload, normalized=False) for payload in PAYLOADS])
    end = "<script>window.__pwned='the end'</script>"
    tokenizer.add_special_tokens([AddedToken(end, special=True, normalized=False)])
    tokenizer.save(str(directory / "tokenizer.json"))
    (directory / "tokenizer_config.json").write_text(json.dumps({"eos_token": end}), encoding="utf-8")
    n = tokenizer.get_vocab_size()
    config = json.loads((directory / "config.json").read_text(encoding="utf-8"))
    config |= {"vocab_size": n, "n_positions": N_POSITIONS, "eos_token_id": None, "bos_token_id": None,
               "pad_token_id": None}
    (directory / "config.json").write_text(json.dumps(config), encoding="utf-8")
    weights = load_file(directory / "model.safetensors")
    random = np.random.default_rng(seed + 10)
    embedding = random.normal(0, 0.3, (n, WIDTH)).astype(np.float32)
    embedding[len(alphabet) :] *= 6
    weights["transformer.wte.weight"] = embedding
    weights["transformer.wpe.weight"] = random.normal(0, 0.3, (N_POSITIONS, WIDTH)).astype(np.float32)
    assert config["n_layer"] == N_LAYERS
    save_file(weights, directory / "model.safetensors", metadata={"format": "pt"})
