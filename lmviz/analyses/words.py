"""Words as a model writes them: token ids of a continuation, refused where they say nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lmviz.language_model import LanguageModel


def encode_word(model: LanguageModel, word: str, position: int) -> tuple[int, ...]:
    """Token ids of ``word`` standing at ``position``, without the tokenizer's prefix space.

    Raises:
        ValueError: no tokens, a part that only the unknown token can write, or too long for the context.
    """
    ids = tuple(int(token_id) for token_id in model.tokenizer.encode_continuation(word))
    if not ids:
        raise ValueError(f"the word {word!r} has no tokens in {model.name}; name a word that is not empty")
    if "unknown" in model.tokenizer.labels(ids).kinds:
        raise ValueError(
            f"the tokenizer of {model.name} cannot write the word {word!r} (part of it becomes the unknown token), "
            "so it has no probability; watch another word or another spelling"
        )
    if position + len(ids) - 1 > model.context_length:
        raise ValueError(
            f"the word {word!r} ({len(ids)} tokens) at position {position} does not fit into the context of "
            f"{model.context_length} tokens of {model.name}; choose an earlier position"
        )
    return ids
