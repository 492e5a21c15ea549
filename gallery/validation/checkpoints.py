"""Checkpoints: what a catalog says of them, the model that each is, and the prompts that are walked through them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from gallery.validation.models import check_directory, check_revision
from gallery.validation.nodes import File, Node
from gallery.validation.problems import words
from gallery.validation.schema import (
    Bilingual,
    Checkpoint,
    CheckpointModel,
    Comparison,
    Model,
    Prompt,
    TrainingComparison,
)

_LONGEST_ID = 63
_OF_ITS_OWN = frozenset({
    "id", "names", "about", "directory", "revision", "reads", "factors", "similar_to", "aliases", "steps",
    "checkpoints",
})
"""What a checkpoint does not take from its model."""
_NEEDED = {"directory": "checkpoint_needs_directory", "revision": "checkpoint_needs_revision"}


def check_checkpoints(model: Model, file: File, node: Node, root: Path, *, look_at_files: bool) -> list[Checkpoint]:
    """Reports to ``file`` what is wrong; the checkpoints of which nothing is."""
    if model.checkpoints and model.steps is None:
        file.report(node.at("checkpoints"), "checkpoints_without_steps", id=model.id)
    sound, before = [], -1
    for i, one in enumerate(model.checkpoints):
        place, problems = node.at("checkpoints", i), len(file.problems)
        if one.step <= before:
            file.report(place.at("step"), "checkpoint_not_later", found=one.step, before=before)
        elif model.steps is not None and one.step >= model.steps:
            file.report(place.at("step"), "checkpoint_past_end", found=one.step, steps=model.steps)
        before = max(before, one.step)
        if len(checkpoint_id(model, one)) > _LONGEST_ID:
            file.report(place, "checkpoint_id_too_long", id=checkpoint_id(model, one), limit=_LONGEST_ID)
        _check_place(model, one, file, place, root, look_at_files)
        if len(file.problems) == problems and not file.is_full:
            sound.append(one)
    return sound


def checkpoint_id(model: Model, checkpoint: Checkpoint) -> str:
    """The id of a checkpoint as a model: ``ja-gpt2-nano-step-64``."""
    return f"{model.id}-step-{checkpoint.step}"


def checkpoint_model(model: Model, checkpoint: Checkpoint) -> CheckpointModel:
    """A checkpoint as a model of its own, which reads nothing but what names it."""
    said = {name: getattr(model, name) for name in type(model).model_fields if name not in _OF_ITS_OWN}
    values = {"model": model.id, "step": f"{checkpoint.step:,}"}
    inside = checkpoint.directory and model.directory and posixpath.join(model.directory, checkpoint.directory)
    return CheckpointModel(
        id=checkpoint_id(model, checkpoint), names=Bilingual(**words("checkpoint_name", **values)),
        about=Bilingual(**words("checkpoint_about", **values)), directory=inside or None,
        revision=checkpoint.revision, reads="named", of=model.id, step=checkpoint.step, **said,
    )


def with_readers(prompt: Prompt, comparisons: Iterable[Comparison], models: Sequence[Model]) -> Prompt:
    """The prompt, read as well by the models through whose training it is walked, and by their checkpoints."""
    walked = {one.model for one in comparisons if isinstance(one, TrainingComparison) and one.prompt == prompt.id}
    brought = [m.id for m in models if (m.of if isinstance(m, CheckpointModel) else m.id) in walked]
    if not brought:
        return prompt
    readers = [model.id for model in models if prompt.is_read_by(model)]
    return prompt.model_copy(update={"models": tuple(dict.fromkeys([*readers, *brought]))})


def _check_place(
    model: Model, checkpoint: Checkpoint, file: File, node: Node, root: Path, look_at_files: bool
) -> None:
    """Of a model's directory a checkpoint is a directory, of one of the hub a revision."""
    needed, other = ("directory", "revision") if model.directory is not None else ("revision", "directory")
    if getattr(checkpoint, needed) is None or getattr(checkpoint, other) is not None:
        file.report(node, _NEEDED[needed], step=checkpoint.step)
    elif needed == "revision":
        check_revision(checkpoint.revision, file, node.at("revision"))
    elif re.search(r"^[/~]|\\|(^|/)\.\.?(/|$)|:", checkpoint.directory) or not checkpoint.directory:
        file.report(node.at("directory"), "checkpoint_outside", found=checkpoint.directory[:80])
    else:
        one = model.model_copy(update={"directory": posixpath.join(model.directory, checkpoint.directory)})
        check_directory(one, file, node.at("directory"), root, look_at_files=look_at_files)
