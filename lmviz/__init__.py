"""lmviz looks into causal language models: a model and a text go in, results and figures come out.

Names are loaded when first used, so that reading stored results needs neither torch nor transformers.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOME = {
    "load": "lmviz.loading",
    "load_tokenizer": "lmviz.loading.tokenizers",
    "LanguageModel": "lmviz.language_model",
    "Trace": "lmviz.trace",
    "token_probabilities": "lmviz.analyses.token_probabilities",
    "layer_predictions": "lmviz.analyses.layer_predictions",
    "rankings": "lmviz.analyses.rankings",
    "lens_measures": "lmviz.analyses.lens_measures",
    "prompt_pair": "lmviz.analyses.prompt_pair",
    "character_lens": "lmviz.analyses.character_lens",
    "watched_words": "lmviz.analyses.watched_words",
    "attribute": "lmviz.analyses.attribution",
    "attribution_methods": "lmviz.analyses.attribution",
    "attribution_receipt": "lmviz.analyses.attribution_receipt",
    "method_trust": "lmviz.analyses.method_trust",
    "neuron_factors": "lmviz.analyses.neuron_factors",
    "model_factors": "lmviz.analyses.model_factors",
    "factor_responses": "lmviz.analyses.model_factors",
    "factor_effects": "lmviz.analyses.factor_effects",
    "factor_labels": "lmviz.analyses.factor_labels",
    "layer_similarity": "lmviz.analyses.layer_similarity",
}
_MODULES = ("comparison", "figures", "results", "tokens", "units")

__all__ = [*_HOME, *_MODULES, "__version__"]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        value = getattr(import_module(_HOME[name]), name)
    elif name in _MODULES:
        value = import_module(f"lmviz.{name}")
    else:
        raise AttributeError(f"module 'lmviz' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
