"""Loss and hit rates of predictions, token by token, in units that can be compared between tokenizers and without."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from gallery.models.evaluation.held_out import count_characters, encode_records
from lmviz.language_model import LanguageModel

# Logits held at once, 64 MiB in float32, and rows of them that are summed over at once, which a cache holds.
_LOGITS = 1 << 24
_ROWS = 32


@dataclass(frozen=True)
class Measures:
    """What a model makes of texts it has not seen.

    Attributes:
        n_records, n_characters, n_tokens: how much was read, without newlines and the tokens put before records.
        nats: sum of -log of the tokens' probabilities.
        n_top_1, n_top_5: tokens whose rank (1 + the number of entries with a strictly greater logit) is 1, at most 5.
    """

    n_records: int
    n_characters: int
    n_tokens: int
    nats: float
    n_top_1: int
    n_top_5: int

    @classmethod
    def of(cls, records: tuple[str, ...] | list[str], log_probabilities: np.ndarray, ranks: np.ndarray) -> Measures:
        """Sums up log-probabilities (nats) and ranks ``[token]`` of all tokens of the records."""
        return cls(
            len(records), count_characters(records), len(ranks), -float(np.sum(log_probabilities, dtype=np.float64)),
            int(np.sum(ranks == 1)), int(np.sum(ranks <= 5)),
        )  # fmt: skip

    @property
    def nats_per_token(self) -> float:
        return self.nats / self.n_tokens

    @property
    def bits_per_character(self) -> float:
        """Sum of -log2 of the tokens' probabilities over the number of characters; comparable between tokenizers."""
        return self.nats / math.log(2) / self.n_characters

    @property
    def perplexity(self) -> float:
        """Perplexity a token."""
        return math.exp(self.nats_per_token)

    @property
    def top_1(self) -> float:
        """Share of the tokens that were the model's first choice."""
        return self.n_top_1 / self.n_tokens

    @property
    def top_5(self) -> float:
        """Share of the tokens among the model's five most probable."""
        return self.n_top_5 / self.n_tokens


def evaluate(model: LanguageModel, records: tuple[str, ...] | list[str], window: int = 256) -> Measures:
    """Reads records in windows of at most ``window`` tokens; raises what `predict` raises."""
    return Measures.of(records, *predict(model, records, window))


def predict(
    model: LanguageModel, records: tuple[str, ...] | list[str], window: int
) -> tuple[np.ndarray, np.ndarray]:
    """Log-probabilities in nats and ranks ``[token]`` of all tokens of the records, in no order that means anything.

    Each window begins with the last token of the one before, so that every token is predicted exactly once.

    Raises:
        ValueError: a window longer than the model's context, no text, or a tokenizer without an end-of-sequence token.
    """
    if not 2 <= window <= model.context_length:
        raise ValueError(f"--window is 2 to {model.context_length} tokens for {model.name}, not {window}")
    parts = [part for ids in encode_records(model.tokenizer, records) for part in _windows(ids, window)]
    # Windows of one length stand together: hardly a place is filled up.
    parts.sort(key=len, reverse=True)
    rows = max(1, _LOGITS // (window * model.vocabulary_size))
    predicted = [_predict(model, parts[first : first + rows]) for first in range(0, len(parts), rows)]
    return np.concatenate([part for part, _ in predicted]), np.concatenate([part for _, part in predicted])


def _windows(ids: np.ndarray, window: int) -> Iterator[np.ndarray]:
    for begin in range(0, len(ids) - 1, window - 1):
        yield ids[begin : begin + window]


@torch.inference_mode()
def _predict(model: LanguageModel, parts: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Log-probabilities in nats and ranks ``[token]`` of all ids but the first of each part.

    Shorter parts are filled up at their end, which nothing before it sees.
    """
    batch = torch.nn.utils.rnn.pad_sequence([torch.from_numpy(ids) for ids in parts], batch_first=True)
    lengths = torch.tensor([len(ids) - 1 for ids in parts])
    is_token = (torch.arange(batch.shape[1] - 1) < lengths[:, None]).flatten().to(model.device)
    batch = batch.to(model.device)
    logits = model.network(input_ids=batch[:, :-1], use_cache=False).logits.float().flatten(0, 1)
    log_probabilities, ranks = [], []
    for rows, wanted in zip(logits.split(_ROWS), batch[:, 1:].flatten().split(_ROWS), strict=True):
        log_probabilities.append(-F.cross_entropy(rows, wanted, reduction="none"))
        ranks.append(1 + (rows > rows.gather(1, wanted[:, None])).sum(-1))
    return torch.cat(log_probabilities)[is_token].cpu().numpy(), torch.cat(ranks)[is_token].cpu().numpy()
