"""Checks that need a model's own tokenizer and shape: texts that fit its context, positions and layers that it has."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from gallery.validation.attribution import written
from gallery.validation.models import context_length, n_layers, read_config
from gallery.validation.nodes import File, Node
from gallery.validation.positions import last_position, position_at, span_of
from gallery.validation.schema import At, Model, Prompt
from lmviz.tokens import TokenTable


@dataclass(frozen=True)
class Shape:
    """What a prompt must fit into: a model's tokenizer, its positions and its blocks."""

    model: Model
    tokenizer: object
    start: tuple[int, ...]
    n_positions: int | None
    n_layers: int | None


@lru_cache(maxsize=16)
def _tokenizer(directory: Path, lower_case: bool, token_prefix: str | None) -> object:
    from lmviz import load_tokenizer

    return load_tokenizer(directory, lower_case=lower_case, token_prefix=token_prefix)


def shape_of(model: Model, directory: Path) -> Shape:
    """Raises ``ValueError`` where the tokenizer cannot be read or lacks the start token."""
    tokenizer = _tokenizer(directory, model.tokenizer.lower_case, model.tokenizer.token_prefix)
    config = read_config(directory) or {}
    start: tuple[int, ...] = ()
    if model.start != "none":
        token_id = getattr(tokenizer, f"{model.start}_id")
        token_id = config.get(f"{model.start}_token_id") if token_id is None else token_id
        if not isinstance(token_id, int):
            raise ValueError(f"it has no {model.start} token, which `start` asks for")
        start = (token_id,)
    return Shape(model, tokenizer, start, context_length(config), n_layers(config))


def check_fit(prompt: Prompt, file: File, node: Node, shape: Shape) -> None:
    _check_layers(prompt, file, node, shape)
    if _is_short(prompt, shape) and not _names_positions(prompt):
        return
    generation = prompt.generation
    try:
        table = shape.tokenizer.table(prompt.text, start=shape.start, continuation=generation.continuation)
    except ValueError as error:
        file.report(node.at("text"), "text_unreadable", model=shape.model.id, why=str(error))
        return
    n_new = generation.max_new_tokens if generation.continuation is None else 0
    n_all, limit = len(table) + n_new, shape.n_positions
    if limit is not None and n_all > limit:
        if table.n_prompt > limit:
            file.report(node.at("text"), "text_past_context", model=shape.model.id, found=table.n_prompt, limit=limit)
        else:
            place = node.at("generation", "max_new_tokens" if generation.continuation is None else "continuation")
            place = node.at("text") if place is node else place
            new = n_all - table.n_prompt
            file.report(
                place, "continuation_past_context", model=shape.model.id, prompt=table.n_prompt, new=new, limit=limit,
                room=limit - table.n_prompt,
            )
    for kind in ("layer_predictions", "watched_words"):
        position = getattr(getattr(prompt.figures, kind), "position", None)
        place = node.at("figures", kind, "position")
        last = last_position(kind, n_all)
        if isinstance(position, int) and position > last:
            file.report(place, "position_past_end", model=shape.model.id, found=position, last=last)
        if isinstance(position, At) and position_at(table.texts, position) == 0:
            file.report(place, "position_zero", model=shape.model.id, text=position.text[:40])
    if prompt.figures.attribution and prompt.figures.attribution.targets:
        _check_targets(prompt, file, node.at("figures", "attribution", "targets"), shape, table, n_all - 1)


def _is_short(prompt: Prompt, shape: Shape) -> bool:
    """Whether it fits however it is cut.

    Nearly all prompts are, and cutting thousands of them is most of what reading a large catalog would cost.
    """
    generation = prompt.generation
    try:
        n_most = most_tokens(prompt.text) + most_tokens(generation.continuation or "")
    except UnicodeEncodeError:
        return False
    n_new = generation.max_new_tokens if generation.continuation is None else 0
    return bool(prompt.text.strip()) and shape.n_positions is not None and (
        len(shape.start) + n_most + n_new <= shape.n_positions
    )


def most_tokens(text: str) -> int:
    """No token holds less than a byte of a normalized text, and a prefix space may be one. Raises ``ValueError``."""
    return len(unicodedata.normalize("NFKC", text).encode()) + 1


def _names_positions(prompt: Prompt) -> bool:
    asked = prompt.figures
    pointing = (asked.layer_predictions, asked.watched_words)
    return any(options is not None and options.position is not None for options in pointing) or bool(
        asked.attribution and asked.attribution.targets
    )


def _check_targets(prompt: Prompt, file: File, node: Node, shape: Shape, table: TokenTable, last: int) -> None:
    """Targets need something before them, an end in the text, and first tokens of their own."""
    begun: dict[int, object] = {}
    for i, target in enumerate(prompt.figures.attribution.targets):
        span = span_of(target, table)
        if span is None:
            continue
        if span.start > last:
            file.report(node.at(i), "position_past_end", model=shape.model.id, found=span.start, last=last)
        elif span.start == 0:
            file.report(node.at(i), "position_zero", model=shape.model.id, text=written(target))
        elif (other := begun.setdefault(span.start, target)) != target:
            file.report(
                node.at(i), "targets_together", model=shape.model.id, name=written(target), other=written(other)
            )


def _check_layers(prompt: Prompt, file: File, node: Node, shape: Shape) -> None:
    if shape.n_layers is None:
        return
    predictions, factors = prompt.figures.layer_predictions, prompt.figures.neuron_factors
    last = factors.layers[1] if factors and isinstance(factors.layers, tuple) else None
    for layer, place in (
        (predictions and predictions.layer, node.at("figures", "layer_predictions", "layer")),
        (last, node.at("figures", "neuron_factors", "layers")),
    ):
        if layer is not None and layer >= shape.n_layers:
            file.report(place, "layer_past_end", model=shape.model.id, found=layer, last=shape.n_layers - 1)
