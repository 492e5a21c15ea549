"""Which character each layer expects next: the lens's distribution over tokens, read as one over what is written.

    P(c | tokens so far) = sum of P(entry | tokens so far) over the entries that write c first

with the probabilities of the logit lens (see `lmviz.analyses.lens`). An entry counts for the character it begins with;
a leading space mark is a space. An entry that holds only part of a character counts for its bytes, which all
characters that begin so share. Special tokens and bytes that begin no character count as "no character", ``<unk>`` as
"any other". Where the tokens so far end inside a character, only entries that complete or continue it count, and the
probabilities are conditional on one of them coming (``completions`` is what they had together). So the probabilities
of all outcomes sum to 1 at every layer and position.

    result = lmviz.character_lens(trace)
    result.outcomes[result.candidates[layer, position, 0]]     # the layer's first choice

A character that the model wrote in several tokens has the product of its tokens' probabilities, which is that of
writing it so; other ways of writing it are not added.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from lmviz.analyses.candidates import strongest
from lmviz.analyses.character_lens.grouping import by_character
from lmviz.analyses.character_lens.writing import hexadecimal, written
from lmviz.analyses.lens import lens_chunks
from lmviz.results import CharacterLens
from lmviz.validation import switch, traced, whole_number

if TYPE_CHECKING:
    from lmviz.trace import Trace

_NONE = -1


def character_lens(trace: Trace, top_k: int = 10, final_norm: bool = True) -> CharacterLens:
    """What each layer would write next at each position, in characters, and the exact rank of what was written.

    Args:
        trace: the text as the model read it.
        top_k: outcomes a position; where fewer are possible, fewer are given.
        final_norm: False leaves the final norm out at every layer but the last, which reproduces ecco.

    Raises:
        ValueError: ``top_k`` is not between 1 and the size of the vocabulary.
    """
    model = traced(trace).model
    top_k = whole_number("top_k", top_k, 1, model.vocabulary_size)
    final_norm = switch("final_norm", final_norm)
    text = written(trace.tokens)
    vocabulary = by_character(model.tokenizer, model.vocabulary_size)
    after = {pending: vocabulary.after(pending) for pending in sorted(set(text.pending[1:]))}
    # Outcomes are numbered through all groupings for now; those that two of them share are joined in the end.
    numbers = dict(zip(after, np.cumsum([0, *(len(each.outcomes) for each in after.values())]), strict=False))
    following = np.full(len(text.pending), _NONE, dtype=np.int64)
    for position, (pending, brought) in enumerate(zip(text.pending, text.outcomes, strict=True)):
        if position and brought:
            following[position] = numbers[pending] + after[pending].outcomes.index(brought)

    shape = trace.hidden_states.shape[:2]
    candidates = np.full((*shape, top_k), _NONE, dtype=np.int64)
    candidate_logs = np.full(candidates.shape, np.nan, dtype=np.float32)
    log_probabilities = np.full(shape, np.nan, dtype=np.float32)
    ranks = np.zeros(shape, dtype=np.int64)
    completions = np.full(shape, np.nan, dtype=np.float32)
    for layer, rows, logits in lens_chunks(trace, final_norm):
        for pending, positions in _by_pending(text.pending, rows).items():
            grouping = after[pending]
            own_logits = logits[positions - 1 - rows.start]
            masses = grouping.log_masses(own_logits)
            total = np.logaddexp.reduce(masses, axis=1)
            completions[layer, positions] = 1 if not pending else np.exp(
                total - torch.logsumexp(own_logits, dim=1).cpu().numpy()
            )
            logs = masses - total[:, None]
            k = min(top_k, logs.shape[1])
            if k:
                best, values = strongest(torch.from_numpy(logs), k)
                candidates[layer, positions, :k], candidate_logs[layer, positions, :k] = best + numbers[pending], values
            known = following[positions] != _NONE
            own = logs[known, following[positions[known]] - numbers[pending]]
            log_probabilities[layer, positions[known]] = own
            ranks[layer, positions[known]] = 1 + (logs[known] > own[:, None]).sum(axis=1)

    outcomes = [brought for grouping in after.values() for brought in grouping.outcomes]
    mentioned = sorted({outcomes[i] for i in np.union1d(candidates, following) if i != _NONE})
    rows = {brought: row for row, brought in enumerate(mentioned)}
    joined = np.array([*(rows.get(brought, _NONE) for brought in outcomes), _NONE], dtype=np.int64)
    characters = np.array(text.characters, dtype=np.int64).reshape(-1, 2)
    return CharacterLens(
        tokens=trace.tokens,
        model=model.name,
        outcomes=tuple(brought.text for brought in mentioned),
        outcome_kinds=tuple(brought.kind for brought in mentioned),
        candidates=joined[candidates],
        candidate_log_probabilities=candidate_logs,
        following=joined[following],
        log_probabilities=log_probabilities,
        ranks=ranks,
        n_outcomes=np.array([0, *(len(after[pending].outcomes) for pending in text.pending[1:])], dtype=np.int64),
        completions=completions,
        pending=tuple(map(hexadecimal, text.pending)),
        characters=characters,
        character_log_probabilities=np.stack(
            [log_probabilities[:, first:end].sum(axis=1) for first, end in characters], axis=1
        ) if len(characters) else np.zeros((shape[0], 0), dtype=np.float32),
        final_norm=final_norm,
    )


def _by_pending(pending: tuple[bytes, ...], rows: slice) -> dict[bytes, np.ndarray]:
    """Positions that ``rows`` predict, by the bytes that stand unfinished before them; not the one after the last."""
    positions: dict[bytes, list[int]] = {}
    for position in range(rows.start + 1, min(rows.stop + 1, len(pending))):
        positions.setdefault(pending[position], []).append(position)
    return {each: np.array(found) for each, found in positions.items()}
