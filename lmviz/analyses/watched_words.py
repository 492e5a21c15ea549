"""How strongly each layer expects given words at one position: words as forced continuations, read with the logit lens.

A word of several tokens is written after the text before the position and read by the model; its log-probability at a
layer is the sum over its tokens of what that layer gives to each after those before it (chain rule). For the deeper
tokens the layer has read the word's own beginning through all blocks below it, as it would if the text went on so.

    result = lmviz.watched_words(trace, ["鬼", "豆"], position=13)
    result.ranks[word, layer]
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch

from lmviz.analyses.candidates import ranks
from lmviz.analyses.forced_continuations import forced_states
from lmviz.analyses.lens import LOGITS_AT_ONCE, even_slices, lens_logits
from lmviz.analyses.words import encode_word
from lmviz.results import WatchedWords
from lmviz.validation import switch, traced, whole_number

if TYPE_CHECKING:
    from lmviz.trace import Trace


def watched_words(
    trace: Trace, words: Iterable[str], position: int | None = None, final_norm: bool = True
) -> WatchedWords:
    """Log-probabilities and ranks of words at one position, at every layer.

    Args:
        trace: the text as the model read it.
        words: each is encoded as a continuation, without the tokenizer's prefix space.
        position: where the words are put to the test: 1 to ``len(trace.tokens)``, the one after the last; by default
            where the continuation begins.
        final_norm: False leaves the final norm out at every layer but the last, which reproduces ecco.

    Returns:
        ``log_probabilities`` ``[word, layer]`` in nats; ``ranks`` ``[word, layer]``, 0 for a word of several tokens.

    Raises:
        ValueError: no words, a word that the tokenizer does not know, a position that nothing predicts or past the end,
            or a word too long for the model's context.
    """
    model = traced(trace).model
    final_norm = switch("final_norm", final_norm)
    if isinstance(words, (str, bytes)) or not isinstance(words, Iterable):
        example = words if isinstance(words, str) else "鬼"
        raise ValueError(f"words is {words!r}; give a list of words, such as [{example!r}]")
    words = tuple(words)
    if not words:
        raise ValueError("no words were given; name at least one word to watch")
    position = trace.n_prompt if position is None else position
    n_positions = len(trace.token_ids)
    whole_number("position", position, least=None)
    if not 1 <= position <= n_positions:
        raise ValueError(
            f"words cannot be watched at position {position}: this text has positions 1 to {n_positions} for that "
            f"({n_positions} is the one after the last; position 0 has no prediction)"
        )
    encoded = [encode_word(model, word, position) for word in words]
    log_probabilities, own_ranks = _at_every_layer(trace, position, encoded, final_norm)
    labels = [model.tokenizer.labels(ids) for ids in encoded]
    return WatchedWords(
        tokens=trace.tokens,
        model=model.name,
        words=words,
        word_token_ids=tuple(encoded),
        word_token_texts=tuple(
            tuple(label.texts[label.index(token_id)] for token_id in ids)
            for ids, label in zip(encoded, labels, strict=True)
        ),
        position=position,
        log_probabilities=log_probabilities.astype(np.float32),
        ranks=own_ranks,
        vocabulary_size=model.vocabulary_size,
        final_norm=final_norm,
    )


def _at_every_layer(
    trace: Trace, position: int, encoded: Sequence[tuple[int, ...]], final_norm: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Log-probabilities float64 and ranks int64, both ``[word, layer]``."""
    model = trace.model
    several = [ids[:-1] for ids in encoded if len(ids) > 1]
    hidden_states = np.concatenate(
        [trace.hidden_states[:, position - 1 : position], *forced_states(trace, position, several)], axis=1
    )
    # Row 0 predicts the first token of every word, each other row one token of one word.
    is_first = np.concatenate([np.arange(len(ids)) == 0 for ids in encoded])
    row_of = np.where(is_first, 0, np.cumsum(~is_first))
    word_of, own_ids = np.cumsum(is_first) - 1, np.concatenate(encoded)
    log_probabilities = np.zeros((len(encoded), model.n_layers), dtype=np.float64)
    own_ranks = np.zeros((len(encoded), model.n_layers), dtype=np.int64)
    for rows in even_slices(0, hidden_states.shape[1], LOGITS_AT_ONCE // (model.n_layers * model.vocabulary_size)):
        here = (rows.start <= row_of) & (row_of < rows.stop)
        row, own = (torch.tensor(each[here], device=model.device) for each in (row_of - rows.start, own_ids))
        for layer, logits in enumerate(lens_logits(model, hidden_states[:, rows], final_norm)):
            chosen = logits[row, own] - torch.logsumexp(logits, dim=1)[row]
            np.add.at(log_probabilities[:, layer], word_of[here], chosen.double().cpu().numpy())
            if rows.start == 0:
                for word, ids in enumerate(encoded):
                    if len(ids) == 1:
                        own_ranks[word, layer] = ranks(logits[:1], torch.tensor(ids, device=model.device))[0]
    return log_probabilities, own_ranks
