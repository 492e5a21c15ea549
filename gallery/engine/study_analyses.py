"""From what the catalog asks to calls of lmviz: one result of a model, or of two, over a reference text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from gallery.engine.analyses import NotPossible
from gallery.engine.manifest import read_manifest
from gallery.engine.request import Wanted
from gallery.engine.task import Task
from gallery.engine.words import words
from gallery.messages import Wording
from gallery.store import DamagedResult, read_file
from lmviz.results import Result

if TYPE_CHECKING:
    import lmviz


def compute(
    wanted: Wanted, models: Sequence[lmviz.LanguageModel], passages: Sequence[str], stored: Callable[..., Result]
) -> Result:
    """The result; ``stored`` gives the model's factors, which some are computed from. Raises ``ValueError``."""
    import lmviz

    model, *others = models
    match wanted.kind:
        case "model_factors":
            return lmviz.model_factors(model, passages, n_components=wanted.options["n_components"])
        case "factor_effects":
            return lmviz.factor_effects(model, stored("model_factors"), passages)
        case "factor_labels":
            return lmviz.factor_labels(stored("model_factors"))
        case "layer_similarity":
            return lmviz.layer_similarity(model, passages, other=others[0] if others else None)
    raise ValueError(f"no analysis makes {wanted.kind}")


def read_factors(path: Path, task: Task) -> Result:
    """The model's factors in a file. Raises `NotPossible` where there are none, with the reason why."""
    try:
        return read_file(path)[0]
    except KeyError:
        raise NotPossible(words("no_factors", study=task.needs or task.id, why=_why(task))) from None
    except DamagedResult as error:
        raise NotPossible(words("no_factors", study=task.needs or task.id, why=error.wording)) from None


def _why(task: Task) -> Wording:
    """Why a study has no factors, as its manifest says."""
    manifest = read_manifest(task.root, task.needs or task.id)
    if manifest is None:
        return words("not_computed")
    failures = [figure.failure or figure.incomplete.get("") for figure in manifest.figures
                if figure.kind == "model_factors"]
    return manifest.reason or next(filter(None, failures), words("not_computed"))
