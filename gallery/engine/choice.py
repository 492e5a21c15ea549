"""What of the catalog a command is about."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from gallery.engine.asked import asked_studies, at_tier
from gallery.subjects import study_id
from gallery.validation.schema import Catalog, Model, TrainingComparison


def choose(
    catalog: Catalog, only: str | None, model_ids: Sequence[str] = (), *, tier: str | None = None,
    with_studies: bool = True,
) -> Catalog:
    """The catalog with only the studies, entries and comparisons that match.

    A comparison brings the entries that it is drawn from, an entry the study whose factors it shows.

    Args:
        only: a glob on ``prompt/model``, ``compare/comparison/model``, ``models/model`` and ``models/model+other``;
            without a slash, on what stands before it.
        model_ids: models to read with; all where empty.
        tier: ``full`` for all of them; None for that which the catalog gives each.
        with_studies: whether entries bring studies; else only those that match are chosen.
    """
    glob = only if only is None or "/" in only else f"{only}/*"

    def is_chosen(name: str) -> bool:
        named = not model_ids or {*_models_in(name)} <= {*model_ids}
        return named and (glob is None or fnmatchcase(name, glob))

    compared = {
        comparison.id: tuple(
            model for model in catalog.model_ids(comparison) if is_chosen(f"compare/{comparison.id}/{model}"))
        for comparison in catalog.comparisons
    }
    needed = {
        f"{prompt}/{model}" for comparison in catalog.comparisons for prompt in comparison.prompt_ids
        for model in compared[comparison.id]
    }
    readers: dict[str, list[str]] = {}
    for prompt in catalog.prompts:
        for model in catalog.models:
            name = f"{prompt.id}/{model.id}"
            if prompt.is_read_by(model) and (is_chosen(name) or name in needed):
                readers.setdefault(prompt.id, []).append(model.id)
    used = {model for models in readers.values() for model in models}
    brought = {study_id((model,)) for model in catalog.models if model.id in used and with_studies}
    studies = [one for one in asked_studies(catalog) if is_chosen(one.id) or one.id in brought]
    used |= {model.id for study in studies for model in study.models}
    return catalog.model_copy(update={
        "models": tuple(model for model in catalog.models if model.id in used),
        "prompts": tuple(
            at_tier(prompt, tier).model_copy(update={"models": tuple(readers[prompt.id])})
            for prompt in catalog.prompts if prompt.id in readers
        ),
        "comparisons": tuple(
            comparison if isinstance(comparison, TrainingComparison)
            else comparison.model_copy(update={"models": compared[comparison.id]})
            for comparison in catalog.comparisons if compared[comparison.id]
        ),
        "studies": tuple(study.id for study in studies),
    })


def named_hub_models(catalog: Catalog, only: str | None, model_ids: Sequence[str] = ()) -> list[Model]:
    """Hub models that were asked for by name, wildcards not counting."""
    named = {*model_ids, *(_models_in(only) if only and "/" in only else ())}
    return [model for model in catalog.models if model.hub is not None and model.id in named]


def _models_in(name: str) -> list[str]:
    """The models that stand last in an id: one, or the two of a study of two."""
    return name.rsplit("/", 1)[1].split("+")
