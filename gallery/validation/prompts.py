"""Checks of prompts beyond their types that need no tokenizer: names, references, sources, options that contradict."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from gallery.validation.attribution import check_attribution, check_text
from gallery.validation.explain import check_lines
from gallery.validation.factor_rules import FACTOR_RULES
from gallery.validation.nodes import File, Node
from gallery.validation.problems import did_you_mean, listed
from gallery.validation.schema import RESERVED_IDS, At, Prompt


def check_prompt(
    prompt: Prompt, file: File, node: Node, stem: str, model_ids: Collection[str] | None,
    tag_ids: Collection[str] | None,
) -> None:
    """Reports to ``file`` what is wrong.

    Args:
        model_ids, tag_ids: what may be named; None where the file that says so cannot be read.
    """
    if prompt.id != stem:
        file.report(node.at("id"), "name_is_not_id", id=prompt.id, expected=f"{prompt.id}.yaml")
    for name, place in ((prompt.id, node.at("id")), *zip(prompt.aliases, node.at("aliases").items or (), strict=True)):
        if name in RESERVED_IDS:
            file.report(place, "reserved_id", id=name, reserved=listed(sorted(RESERVED_IDS)))
    for name in ("titles", "about"):
        check_lines(name, file, node.at(name))
    _references(prompt.models, node.at("models"), file, "unknown_model", model_ids)
    _references(prompt.tags, node.at("tags"), file, "unknown_tag", tag_ids)
    if not prompt.text.strip():
        file.report(node.at("text"), "blank_text", where="text")
    _check_source(prompt, file, node)
    _check_generation(prompt, file, node)
    _check_figures(prompt, file, node)


def _references(names: tuple[str, ...], node: Node, file: File, key: str, known: Collection[str] | None) -> None:
    for i, name in enumerate(names):
        if known is not None and name not in known:
            names_known = listed(sorted(known)) or "–"
            file.report(node.at(i), key, id=name[:63], did_you_mean=did_you_mean(name, known), known=names_known)
        elif name in names[:i]:
            file.report(node.at(i), "named_twice", name=name)


def _check_source(prompt: Prompt, file: File, node: Node) -> None:
    source, at = prompt.source, node.at("source")
    if not source.licence.strip():
        file.report(at.at("licence"), "empty_text", where="source.licence")
    if source.address is not None:
        parts = urlsplit(source.address) if _splits(source.address) else None
        if parts is None or parts.scheme not in ("http", "https") or not parts.netloc or " " in source.address:
            file.report(at.at("address"), "not_an_address", found=source.address[:80])
    if source.kind == "own":
        return
    for name in ("article", "address"):
        if not (getattr(source, name) or "").strip():
            file.report(at, "source_needs", kind=source.kind, key=f"source.{name}")
    if not source.licence.upper().startswith("CC-BY-SA-"):
        file.report(at.at("licence"), "licence_not_by_sa", kind=source.kind, found=source.licence[:40])


def _splits(address: str) -> bool:
    try:
        urlsplit(address)
    except ValueError:
        return False
    return True


def _check_generation(prompt: Prompt, file: File, node: Node) -> None:
    generation, at = prompt.generation, node.at("generation")
    if generation.continuation is not None:
        if not generation.continuation.strip():
            file.report(at.at("continuation"), "blank_text", where="generation.continuation")
        if generation.do_sample:
            file.report(at.at("do_sample"), "continuation_and_sampling")
    if not generation.do_sample:
        for name in ("temperature", "top_k", "top_p"):
            if name in generation.model_fields_set and getattr(generation, name) not in (None, 1.0):
                file.report(at.at(name), "sampling_option_without_sampling", key=f"generation.{name}")


def _check_figures(prompt: Prompt, file: File, node: Node) -> None:
    figures, at = prompt.figures, node.at("figures")
    read = prompt.text + (prompt.generation.continuation or "")
    for kind in ("layer_predictions", "watched_words"):
        position = getattr(getattr(figures, kind), "position", None)
        if isinstance(position, At):
            check_text(position, read, file, at.at(kind, "position"))
    if figures.watched_words:
        words = figures.watched_words.words
        _no_repetition(words, at.at("watched_words", "words"), file)
        for i, word in enumerate(words):
            if not word.strip():
                file.report(at.at("watched_words", "words", i), "blank_text", where="figures.watched_words.words")
    if figures.attribution:
        check_attribution(prompt, file, at.at("attribution"))
    if figures.neuron_factors:
        _no_repetition(figures.neuron_factors.n_components, at.at("neuron_factors", "n_components"), file)
        layers = figures.neuron_factors.layers
        if isinstance(layers, tuple) and not 0 <= layers[0] <= layers[1]:
            file.report(at.at("neuron_factors", "layers"), "layers_backwards", first=layers[0], last=layers[1])
    if figures.factor_responses:
        _references(figures.factor_responses.rules, at.at("factor_responses", "rules"), file, "unknown_rule",
                    FACTOR_RULES)


def _no_repetition(values: tuple, node: Node, file: File) -> None:
    for i, value in enumerate(values):
        if value in values[:i]:
            file.report(node.at(i), "named_twice", name=str(value)[:40])
