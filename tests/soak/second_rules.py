"""The catalog's rules that no JSON Schema states, written down a second time for `second_reading.py`."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ID = re.compile("[a-z0-9][a-z0-9-]{0,62}")
HUB = re.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,95}/[A-Za-z0-9][A-Za-z0-9_.-]{0,95}")
REVISION = re.compile("[A-Za-z0-9][A-Za-z0-9_./-]{0,200}")
CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
RESERVED = {
    "about", "assets", "cite", "compare", "debug", "design", "en", "f", "figures", "gallery", "how-it-was-built",
    "how-to", "ja", "limits", "models", "notebooks", "pagefind", "schema", "search", "talk", "trust", "units",
    "versions",
}


class Invalid(Exception):
    """Why a catalog is not valid."""


def must(holds: Any, why: str) -> None:
    if not holds:
        raise Invalid(why)


def distinct(values: list) -> bool:
    return len({(type(value), json.dumps(value)) for value in values}) == len(values)


def check_rules(root: Path, models: list, tags: dict, prompts: dict[str, Any], comparisons: dict[str, Any]) -> None:
    """Raises `Invalid`."""
    must(all(map(ID.fullmatch, tags)), "tag")
    models = [*models, *(one for model in models for one in _checkpoints(model))]
    for group in (models, list(prompts.values()), list(comparisons.values())):
        names = [name for one in group for name in (one["id"], *one.get("aliases", []))]
        must(all(map(ID.fullmatch, names)) and distinct(names), "ids")
    by_id = {model["id"]: model for model in models}
    for model in models:
        _model(root, model)
        similar = model.get("similar_to", [])
        must(set(similar) <= by_id.keys() - {model["id"]} and distinct(similar), "similar models")
        _reference(root, model, [by_id[name] for name in similar])
    for stem, prompt in prompts.items():
        _prompt(stem, prompt, by_id, tags)
    texts = {prompt["id"]: prompt for prompt in prompts.values()}
    for stem, comparison in comparisons.items():
        _comparison(stem, comparison, by_id, texts)
    walked = {(one["prompt"], one["model"]) for one in comparisons.values() if one["kind"] == "training"}
    for prompt in prompts.values():
        for model in models:
            is_walked = (prompt["id"], model.get("of", model["id"])) in walked
            if model.get("directory") and (reads(prompt, model) or is_walked):
                _fits(root, prompt, model)


def check_tour(tour: dict, models: list, prompts: dict[str, Any], comparisons: dict[str, Any]) -> None:
    """Raises `Invalid`. The rules of `check_rules` hold already."""
    texts = {prompt["id"]: prompt for prompt in prompts.values()}
    by_id = {model["id"]: model for model in [*models, *(one for model in models for one in _checkpoints(model))]}
    must(tour["prompt"] in texts and tour["model"] in by_id, "a tour of what is not there")
    prompt, model = texts[tour["prompt"]], by_id[tour["model"]]
    walked = {(one["prompt"], one["model"]) for one in comparisons.values() if one["kind"] == "training"}
    is_walked = (prompt["id"], model.get("of", model["id"])) in walked
    must(reads(prompt, model) or is_walked, "a tour of a text that the model does not read")


def reads(prompt: dict, model: dict) -> bool:
    named = prompt.get("models") or []
    return model["id"] in named if named else model.get("reads", "all") == "all"


def _lines(*both: dict) -> None:
    must(all(line.strip() for one in both for line in one.values()), "blank line")


def _model(root: Path, model: dict) -> None:
    _lines(model["names"], model["about"])
    directory, hub, revision = (model.get(key) for key in ("directory", "hub", "revision"))
    must((directory is None) != (hub is None), "directory or hub")
    must(model["licence"].strip(), "licence")
    must(hub is None or (HUB.fullmatch(hub) and ".." not in hub), "hub")
    must(revision is None or (REVISION.fullmatch(revision) and ".." not in revision), "revision")
    if directory is not None:
        must(directory and not directory.startswith("/"), "absolute directory")
        top, there = os.path.realpath(root), os.path.realpath(os.path.join(root, directory))
        must(there.startswith(top + os.sep) and os.path.isdir(there), "directory")
        files = os.listdir(there)
        must("config.json" in files and any(name.endswith(".safetensors") for name in files), "model files")


def _checkpoints(model: dict) -> Iterator[dict]:
    """The models that a model's checkpoints are."""
    before, last = -1, model.get("steps")
    for one in model.get("checkpoints", []):
        must(last is not None and before < one["step"] < last, "steps")
        before, inside, revision = one["step"], one.get("directory"), one.get("revision")
        own = {"directory": None, "hub": model.get("hub"), "revision": revision}
        if model.get("directory") is None:
            must(inside is None and revision is not None, "revision of a checkpoint")
        else:
            must(inside and revision is None, "directory of a checkpoint")
            must(inside[0] not in "/~" and not set(inside) & set("\\:"), "directory of a checkpoint")
            must(not {".", ".."} & set(inside.split("/")), "directory of a checkpoint")
            own = {"directory": f"{model['directory']}/{inside}", "hub": None, "revision": None}
        others = {"reads": "named", "factors": None, "similar_to": [], "aliases": [], "checkpoints": []}
        yield {**model, **others, **own, "id": f"{model['id']}-step-{one['step']}", "of": model["id"]}


def _reference(root: Path, model: dict, similar: list[dict]) -> None:
    """The text that a model is studied over, which those that it is compared with read too."""
    factors = model.get("factors")
    if factors is None and not similar:
        return
    name = (factors or {}).get("text", "gallery/reference/sentences.txt")
    top, there = os.path.realpath(root), os.path.realpath(os.path.join(root, name))
    must(name and "\0" not in name and not name.startswith("/") and there.startswith(top + os.sep), "place of the text")
    must(os.path.isfile(there) and os.path.getsize(there) <= 2 * 1024 * 1024, "text")
    try:
        text = Path(there).read_text(encoding="utf-8-sig")  # reads every kind of line break as one
    except UnicodeDecodeError:
        raise Invalid("a text that is not UTF-8") from None
    passages = [part.replace("\n", "") for part in re.split(r"\n(?:\s*\n)+", text) if part.strip()]
    must(len(passages) >= 2 and not CONTROL.search(text), "passages")
    for reader in (model, *similar):
        if reader.get("directory"):
            for passage in sorted(passages, key=len, reverse=True)[:40]:
                _fits(root, {"text": passage, "generation": {"max_new_tokens": 0}}, reader)


def _prompt(stem: str, prompt: dict, models: dict, tags: dict) -> None:
    must(prompt["id"] == stem and not RESERVED & {stem, *prompt.get("aliases", [])}, "name of the prompt")
    _lines(prompt["titles"], prompt["about"])
    for named, known in ((prompt.get("models", []), models), (prompt.get("tags", []), tags)):
        must(set(named) <= set(known) and distinct(named), "names of models and tags")
    must(prompt["text"].strip(), "blank text")
    source = prompt["source"]
    must(source["licence"].strip(), "licence")
    if source.get("address") is not None:
        try:
            parts = urlsplit(source["address"])
        except ValueError:
            raise Invalid("address") from None
        must(parts.scheme in ("http", "https") and parts.netloc and " " not in source["address"], "address")
    if source["kind"] != "own":
        must((source.get("article") or "").strip() and (source.get("address") or "").strip(), "article and address")
        must(source["licence"].upper().startswith("CC-BY-SA-"), "licence")
    generation = prompt.get("generation", {})
    given, sampled = generation.get("continuation"), generation.get("do_sample", False)
    must(given is None or (given.strip() and not sampled), "continuation")
    must(sampled or all(generation.get(key) in (None, 1.0) for key in ("temperature", "top_k", "top_p")), "sampling")
    _figures(prompt.get("figures", {}), prompt["text"] + (given or ""))


def _figures(figures: dict, read: str) -> None:
    def found(named: Any) -> None:
        if isinstance(named, dict):
            text, at = named.get("word", named.get("text")), -1
            for _ in range(min(named.get("occurrence", 1), len(read) + 1)):
                at = read.find(text, at + 1)
                must(at >= 0, "named text")

    for kind in ("layer_predictions", "watched_words"):
        found((figures.get(kind) or {}).get("position"))
    words = (figures.get("watched_words") or {}).get("words", [])
    must(distinct(words) and all(word.strip() for word in words), "watched words")
    asked = figures.get("attribution", {}) or {}
    methods, targets, foil = asked.get("methods") or [], asked.get("targets") or [], asked.get("foil")
    must(distinct(methods), "methods")
    full = [{"occurrence": 1, **target} if isinstance(target, dict) else target for target in targets]
    must(distinct([dict(sorted(one.items())) if isinstance(one, dict) else one for one in full]), "targets")
    for target in targets:
        found(target)
        is_word = isinstance(target, dict) and "word" in target
        must(not is_word or (asked.get("target") != "logit" and target["word"] != foil), "word")
    must(foil is None or (foil.strip() and asked.get("target") == "contrast"), "foil")
    factors = figures.get("neuron_factors") or {}
    must(distinct(factors.get("n_components", [])), "components")
    layers = factors.get("layers")
    must(not isinstance(layers, list) or 0 <= layers[0] <= layers[1], "layers")
    must(distinct((figures.get("factor_responses") or {}).get("rules", [])), "rules")


def _comparison(stem: str, comparison: dict, models: dict, prompts: dict) -> None:
    must(comparison["id"] == stem, "name of the comparison")
    _lines(comparison["titles"], comparison["about"], comparison.get("see") or {})
    if comparison["kind"] == "training":
        model, prompt = models.get(comparison["model"], {}), prompts.get(comparison["prompt"], {})
        must(model.get("checkpoints"), "checkpoints")
        generation = prompt.get("generation", {})
        must(generation.get("continuation") is not None or generation.get("max_new_tokens", 16) == 0, "one text")
        return
    named = comparison["models"]
    must(set(named) <= set(models) and distinct(named), "models")
    texts = comparison["prompts"] if comparison["kind"] == "prompts" else [comparison["prompt"]]
    must(set(texts) <= set(prompts) and distinct(texts), "prompts")
    must(distinct([prompts[name]["text"] for name in texts]), "the same text twice")
    must(all(reads(prompts[text], models[name]) for text in texts for name in named), "a model that does not read it")


@lru_cache(maxsize=32)
def _tokenizer(directory: Path, lower_case: bool = False, token_prefix: str | None = None) -> Any:
    from lmviz import load_tokenizer

    return load_tokenizer(directory, lower_case=lower_case, token_prefix=token_prefix)


def _fits(root: Path, prompt: dict, model: dict) -> None:
    """Against the tokenizer: its own tests are elsewhere, so it is asked here, and only the arithmetic done again."""
    directory = root / model["directory"]
    config = json.loads((directory / "config.json").read_text(encoding="utf-8"))
    try:
        tokenizer = _tokenizer(directory, **model.get("tokenizer", {}))
        start = model.get("start", "none")
        begin = () if start == "none" else (config.get(f"{start}_token_id"),)
        given = prompt.get("generation", {}).get("continuation")
        table = tokenizer.table(prompt["text"], start=begin, continuation=given)
    except ValueError as error:
        raise Invalid(f"tokenizer: {error}") from None
    n = len(table) + (prompt.get("generation", {}).get("max_new_tokens", 16) if given is None else 0)
    must(n <= config["n_positions"], "context")
    ends = [0]
    for text in table.texts:
        ends.append(ends[-1] + len(text))

    def at(named: Any) -> int:
        if not isinstance(named, dict):
            return named
        text, place = named.get("word", named.get("text")), -1
        for _ in range(named.get("occurrence", 1)):
            place = "".join(table.texts).find(text, place + 1)
            if place < 0:
                return 1  # generated text holds what was not found, or the tokenizer changed it
        return next(i for i in range(len(table)) if ends[i + 1] > place)

    figures = prompt.get("figures", {})
    for kind, last in (("layer_predictions", n - 1), ("watched_words", n)):
        position = (figures.get(kind) or {}).get("position")
        must(position is None or (at(position) <= last and at(position) > 0), f"position of {kind}")
    starts = [at(target) for target in (figures.get("attribution") or {}).get("targets") or []]
    must(distinct(starts) and all(0 < one < n for one in starts), "targets")
    layer = (figures.get("layer_predictions") or {}).get("layer")
    layers = (figures.get("neuron_factors") or {}).get("layers")
    must((layer or 0) < config["n_layer"] and (not isinstance(layers, list) or layers[1] < config["n_layer"]), "layers")
