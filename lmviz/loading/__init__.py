"""Loading: from a directory or a hub id to a checked `LanguageModel`.

Importing this imports neither torch nor transformers.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from lmviz.loading.checkpoint import digests
from lmviz.loading.errors import LoadError

if TYPE_CHECKING:
    import torch

    from lmviz.language_model import LanguageModel

__all__ = ["LoadError", "digests", "load"]


def load(
    name_or_directory: str | Path,
    *,
    device: str = "auto",
    dtype: str | torch.dtype | None = None,
    revision: str | None = None,
    start: str | None = None,
    lower_case: bool = False,
    architecture: Mapping[str, str] | object | None = None,
    token_prefix: str | None = None,
) -> LanguageModel:
    """Loads a causal language model and checks that what lmviz reads from it is what the model computes.

    Args:
        name_or_directory: a directory, or ``owner/name`` on the Hugging Face hub (the local cache is looked at first;
            only safetensors, JSON and tokenizer files are fetched, and no code of the repository is ever run).
        device: ``"auto"`` (a GPU where there is one), ``"cpu"``, ``"cuda"``, ``"cuda:1"`` ...
        dtype: ``"float32"`` (the default) or ``"bfloat16"``.
        revision: branch, tag or commit of a hub model.
        start: ``"none"``, ``"bos"`` or ``"eos"``: the token put before every text; by default what the model's family
            and tokenizer settings say.
        lower_case: lower-case texts before they are encoded, for tokenizers whose training did.
        architecture: for a family that lmviz does not know, or to correct one: a mapping or object with module paths
            ``embedding``, ``blocks``, ``final_norm``, and ``feed_forward`` within a block (its down-projection).
        token_prefix: mark of a preceding space in vocabulary entries, where it is not the tokenizer's usual one.

    Raises:
        LoadError: (a ``ValueError``) what was found, what was expected, and what to do.
    """
    from lmviz.loading.loader import load_language_model

    return load_language_model(
        name_or_directory, device=device, dtype=dtype, revision=revision, start=start, lower_case=lower_case,
        architecture=architecture, token_prefix=token_prefix,
    )
