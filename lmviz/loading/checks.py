"""Checks that run on every model as it is loaded, yours included.

What they guarantee: the token texts of a sample join to that sample, ids fit the embedding, every block and every
down-projection that the architecture names takes part in the forward pass, token embeddings lead to the same hidden
states as ids, and final norm and unembedding applied to the last block's output give the model's own logits. What they
cannot: that the down-projection named for a model of an unknown family is the right module of several.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from lmviz.loading.errors import LoadError, is_out_of_memory

if TYPE_CHECKING:
    from lmviz.language_model import LanguageModel
    from lmviz.loading.tokenizers import Tokenizer
    from lmviz.recording import Recording

SAMPLE = "節分の豆は3粒、㍿ＡＢＣのｶﾚﾝﾀﾞｰ。 Tokyo Celeste  2018\n🍣と𠮷野家、👨‍👩‍👧も café か\u3099"
"""Kana, kanji beyond the BMP, full and half width, Latin, combining marks, emoji, doubled spaces, a newline."""

TOLERANCE = {torch.float32: 1e-4, torch.bfloat16: 2e-2}
"""How far the lens may be from the model's logits, as a share of the largest |logit|."""


def run(model: LanguageModel) -> None:
    """All checks but `finite_weights`, which needs no tokenizer. Raises `LoadError` that names the one that failed."""
    texts_join(model.tokenizer, model.name)
    try:
        lens_equals_logits(model)
    except IndexError:
        raise LoadError(_wrong_embedding(model)) from None
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise LoadError(f"{model.name} cannot be run: {str(error).splitlines()[0]}") from None
        raise LoadError(
            f"out of memory on {model.device} while checking {model.name}; try dtype='bfloat16', another device, or a "
            "smaller model"
        ) from None


def finite_weights(network: torch.nn.Module, name: str) -> None:
    """Raises `LoadError` that names the first weight tensor with a NaN or an infinity."""
    for tensor_name, tensor in network.state_dict().items():
        if tensor.is_floating_point() and tensor.numel() and not torch.isfinite(_largest(tensor)):
            what = "NaN" if torch.isnan(tensor).any() else "infinity"
            count = int((~torch.isfinite(tensor)).sum())
            raise LoadError(
                f"the weights of {name} are damaged: {count} of the {tensor.numel()} values of {tensor_name} are not "
                f"finite ({what}); fetch or train the model again"
            )


def texts_join(tokenizer: Tokenizer, name: str, sample: str = SAMPLE) -> None:
    """Raises `LoadError` unless the token texts of ``sample`` join to it, at the start of a text and after one."""
    for continuation in (None, sample):
        tokens = tokenizer.table(sample, continuation=continuation)
        if tokens.text != sample + (continuation or ""):
            raise LoadError(f"the tokenizer of {name} loses text: {sample!r} came back as {tokens.text!r}; report it")


def lens_equals_logits(model: LanguageModel) -> None:
    """Raises `LoadError` unless final norm and unembedding turn the last block's output into the model's own logits."""
    ids = [*model.start_ids, *model.tokenizer.encode(SAMPLE).token_ids.tolist()][: model.context_length]
    if max(ids) >= model.vocabulary_size:
        raise LoadError(
            f"the tokenizer of {model.name} gives id {max(ids)}, but there are only {model.vocabulary_size} "
            "embeddings; tokenizer and weights belong to different models"
        )
    with torch.no_grad(), model.recording() as record:
        logits = model.network(input_ids=torch.tensor([ids], device=model.device), use_cache=False).logits[0].float()
    _shapes(model, record, len(ids))
    with torch.no_grad():
        lens = model.unembed(record.hidden_states[-1])
        from_embeddings = model.hidden_from_embeddings(model.embed(ids)[None])[0]
    if not _error(from_embeddings, record.hidden_states[-1]) <= TOLERANCE[model.dtype]:
        raise LoadError(_wrong_embedding(model))
    if lens.shape != logits.shape:
        raise LoadError(f"{model.name}: the lens has shape {tuple(lens.shape)}, the logits {tuple(logits.shape)}")
    error = _error(lens, logits)
    if not error <= TOLERANCE[model.dtype]:
        raise LoadError(
            f"{model.name}: final norm {model.architecture.final_norm!r} and unembedding, applied to the last of "
            f"{model.architecture.blocks!r}, do not give the model's logits (off by {error:.1e} of the largest, "
            f"{TOLERANCE[model.dtype]:.0e} allowed); its architecture differs: correct it with architecture={{...}}"
        )


def _error(found: torch.Tensor, expected: torch.Tensor) -> float:
    """Largest difference, as a share of the largest value expected. ``found`` may be overwritten."""
    return float(_largest(found.float().sub_(expected)) / _largest(expected).clamp_min(1e-30))


def _largest(values: torch.Tensor) -> torch.Tensor:
    """Largest absolute value, NaN where there is one. Copies nothing: these checks are the peak of a load's memory."""
    return torch.stack(values.aminmax()).abs().max()


def _wrong_embedding(model: LanguageModel) -> str:
    path = model.architecture.embedding
    return f"{model.name}: {path!r} is not the token embedding; correct it with architecture={{...}}"


def _shapes(model: LanguageModel, record: Recording, length: int) -> None:
    parts = model.architecture
    if record.embeddings is None or tuple(record.embeddings.shape) != (length, model.width):
        raise LoadError(_wrong_embedding(model))
    for layer, (hidden, feed_forward) in enumerate(zip(record.hidden_states, record.feed_forward, strict=True)):
        if hidden is None or tuple(hidden.shape) != (length, model.width):
            found = "nothing" if hidden is None else str(tuple(hidden.shape))
            raise LoadError(
                f"{model.name}: block {layer} of {parts.blocks!r} put out {found}, expected {(length, model.width)}; "
                "correct it with architecture={...}"
            )
        if feed_forward is None or feed_forward.shape[0] != length:
            raise LoadError(
                f"{model.name}: {parts.feed_forward!r} of block {layer} does not read one vector a position; "
                "correct it with architecture={...}"
            )
