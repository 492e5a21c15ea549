"""Checks of comparisons: their prompts and models are there, read each other, and differ in what is compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel

from gallery.validation.explain import check, check_lines
from gallery.validation.nodes import File, Node
from gallery.validation.problems import did_you_mean, listed
from gallery.validation.salvage import Checked, check_rest
from gallery.validation.schema import (
    Comparison,
    Model,
    ModelComparison,
    Prompt,
    PromptComparison,
    TrainingComparison,
)

_CLASSES = {"models": ModelComparison, "prompts": PromptComparison, "training": TrainingComparison}


class _Kind(BaseModel):
    """The key that says which other keys there are."""

    kind: Literal["models", "prompts", "training"]


def read_comparison(file: File, node: Node) -> Checked:
    """The comparison, without what is wrong in it, which is reported to ``file``."""
    kind = check(_Kind, file, node)
    if kind is not None:
        return check_rest(_CLASSES[kind.kind], file, node)
    if node.entries is None:
        return Checked(None, node)
    guess = "training" if "model" in node.entries else "models" if "prompt" in node.entries else "prompts"
    place = node.at("kind")
    entries = {**node.entries, "kind": (place, Node(place.line, place.column, guess))}
    rest = check_rest(_CLASSES[guess], file, Node(node.line, node.column, entries=entries))
    return Checked(rest.item, rest.node, rest.aside | {"kind"})


def check_comparison(
    comparison: Comparison, file: File, node: Node, stem: str, models: Mapping[str, Model | None] | None,
    prompts: Mapping[str, Prompt | None],
) -> None:
    """Reports to ``file`` what is wrong.

    Args:
        models, prompts: by id; None for one that has mistakes of its own, which are reported where they are, and for
            all where the file cannot be read.
    """
    if comparison.id != stem:
        file.report(node.at("id"), "name_is_not_id", id=comparison.id, expected=f"{comparison.id}.yaml")
    for name in ("titles", "about", "see"):
        if getattr(comparison, name) is not None:
            check_lines(name, file, node.at(name))
    if isinstance(comparison, TrainingComparison):
        _check_training(comparison, file, node, models, prompts)
        return
    _references(comparison.models, node.at("models"), file, "unknown_model", models)
    if isinstance(comparison, ModelComparison):
        _references((comparison.prompt,), node.at("prompt"), file, "unknown_prompt", prompts)
    else:
        _references(comparison.prompts, node.at("prompts"), file, "unknown_prompt", prompts)
        _check_pair(comparison, file, node, prompts)
    for i, model_id in enumerate(dict.fromkeys(comparison.models)):
        for prompt_id in dict.fromkeys(comparison.prompt_ids):
            model, prompt = (models or {}).get(model_id), prompts.get(prompt_id)
            if model and prompt and not prompt.is_read_by(model):
                file.report(node.at("models", i), "model_does_not_read", model=model_id, prompt=prompt_id)


def _check_training(
    comparison: TrainingComparison, file: File, node: Node, models: Mapping[str, Model | None] | None,
    prompts: Mapping[str, Prompt | None],
) -> None:
    """No checkpoint may write a continuation of its own: all read one text."""
    _reference(comparison.model, node.at("model"), file, "unknown_model", models)
    _reference(comparison.prompt, node.at("prompt"), file, "unknown_prompt", prompts)
    model, prompt = (models or {}).get(comparison.model), prompts.get(comparison.prompt)
    if model and not model.checkpoints:
        file.report(node.at("model"), "model_without_checkpoints", id=model.id)
    if prompt and prompt.generation.continuation is None and prompt.generation.max_new_tokens:
        file.report(node.at("prompt"), "training_generates", id=prompt.id)


def check_entry(
    prompt_id: str, model_id: str, file: File, node: Node, models: Mapping[str, Model | None] | None,
    prompts: Mapping[str, Prompt | None],
) -> None:
    """That ``prompt`` and ``model`` of a mapping are there, and that the model reads the prompt."""
    _reference(model_id, node.at("model"), file, "unknown_model", models)
    _reference(prompt_id, node.at("prompt"), file, "unknown_prompt", prompts)
    model, prompt = (models or {}).get(model_id), prompts.get(prompt_id)
    if model and prompt and not prompt.is_read_by(model):
        file.report(node.at("model"), "model_does_not_read", model=model_id, prompt=prompt_id)


def _references(
    names: tuple[str, ...], node: Node, file: File, key: str,
    known: Mapping[str, Model | Prompt | None] | None,
) -> None:
    for i, name in enumerate(names):
        if not _reference(name, node.at(i), file, key, known) and name in names[:i]:
            file.report(node.at(i), "named_twice", name=name)


def _reference(
    name: str, node: Node, file: File, key: str, known: Mapping[str, Model | Prompt | None] | None
) -> bool:
    """Reports a name that is not known; whether it did."""
    if known is None or name in known:
        return False
    guess = did_you_mean(name, known)
    file.report(node, key, id=name, did_you_mean=guess, known=listed(sorted(known)) or "–")
    return True


def _check_pair(comparison: PromptComparison, file: File, node: Node, prompts: Mapping[str, Prompt | None]) -> None:
    first, second = (prompts.get(name) for name in comparison.prompts)
    if first and second and first.id != second.id and first.text == second.text:
        file.report(node.at("prompts"), "pair_alike", first=first.id, second=second.id)
