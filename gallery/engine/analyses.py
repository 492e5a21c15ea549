"""From what the catalog asks to calls of lmviz: one result of one trace, or of two."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gallery.engine.request import Wanted, generation_of
from gallery.engine.words import words
from gallery.messages import Wording
from gallery.validation.attribution import written
from gallery.validation.positions import last_position, resolve, span_of
from gallery.validation.schema import At, Model, Prompt, Word
from lmviz.results import Result
from lmviz.tokens import TokenTable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import lmviz


class NotPossible(ValueError):
    """What was asked cannot be computed; ``wording`` says why in both languages."""

    def __init__(self, wording: Wording):
        self.wording = wording
        super().__init__(wording["en"])


def load(model: Model, directory: Path, device: str) -> lmviz.LanguageModel:
    """The model as the catalog describes it, under its id. Raises ``lmviz.loading.LoadError``."""
    import lmviz

    loaded = lmviz.load(
        directory, device=device, dtype=model.dtype, start=model.start, lower_case=model.tokenizer.lower_case,
        token_prefix=model.tokenizer.token_prefix, architecture=model.architecture,
    )
    loaded.name = model.id
    return loaded


def trace(model: lmviz.LanguageModel, prompt: Prompt) -> lmviz.Trace:
    """One reading of a prompt. Raises ``ValueError``."""
    return model.trace(prompt.text, **generation_of(prompt))


def position_of(kind: str, asked: Any, tokens: TokenTable) -> int:
    """A position as a request gives it (number, mapping or None) to a figure of ``kind``, as a number.

    Raises:
        NotPossible: no such text, or past the end: a continuation may end before all its tokens are written.
    """
    position = At(**asked) if isinstance(asked, dict) else asked
    resolved = resolve(position, tokens.texts, tokens.n_prompt)
    if resolved is None:
        raise NotPossible(words("position_not_found", text=position.text, occurrence=position.occurrence))
    last = last_position(kind, len(tokens))
    if resolved > last:
        raise NotPossible(words("position_past_end", found=resolved, last=last))
    return resolved


def targets_of(asked: list[Any] | None, tokens: TokenTable) -> list[range] | None:
    """The targets of an attribution as a request gives them (numbers and mappings), as positions.

    Raises:
        NotPossible: no such text, past the end, or in the very first token.
    """
    if asked is None:
        return None
    spans, last = [], len(tokens) - 1
    for one in asked:
        target = one if isinstance(one, int) else Word(**one) if "word" in one else At(**one)
        span = span_of(target, tokens)
        if span is None:
            raise NotPossible(words("target_not_found", text=written(target), occurrence=target.occurrence))
        if span.start > last:
            raise NotPossible(words("position_past_end", found=span.start, last=last))
        if span.start == 0:
            raise NotPossible(words("target_first", text=written(target)))
        spans.append(span)
    return spans


def compute(wanted: Wanted, traces: Sequence[lmviz.Trace], stored: Callable[..., Result]) -> Result:
    """The result; ``stored`` gives by kind and name those that it is computed from: a receipt's attributions, factors.

    Raises ``ValueError`` (`NotPossible` among them) for what cannot be answered.
    """
    import lmviz

    options = dict(wanted.options)
    trace = traces[0]
    match wanted.kind:
        case "token_probabilities":
            return lmviz.token_probabilities(trace, **options)
        case "layer_predictions":
            return lmviz.layer_predictions(trace, **options)
        case "lens_measures":
            return lmviz.lens_measures(trace, **options)
        case "character_lens":
            return lmviz.character_lens(trace, **options)
        case "watched_words":
            position = position_of(wanted.kind, options.pop("position"), trace.tokens)
            return lmviz.watched_words(trace, options.pop("words"), position=position, **options)
        case "attribution":
            targets = targets_of(options.pop("targets", None), trace.tokens)
            return lmviz.attribute(trace, targets=targets, **options)
        case "attribution_receipt":
            attributions = {method: stored("attribution", method) for method in options["methods"]}
            own = {name: options[name] for name in ("n_orders", "sensitivity", "seed")}
            return lmviz.attribution_receipt(trace, attributions, **own)
        case "neuron_factors":
            layers = options.pop("layers")
            chosen = range(layers[0], layers[1] + 1) if isinstance(layers, list) else layers
            return lmviz.neuron_factors(trace, layers=chosen, **options)
        case "factor_responses":
            return lmviz.factor_responses(trace, stored("model_factors"))
        case "prompt_pair":
            return lmviz.prompt_pair(*traces, **options)
    raise ValueError(f"no analysis makes {wanted.kind}")
