"""One text in the pieces that several tokenizers agree on.

Tokenizers cut a text in different places, and numbers of tokens cannot be laid side by side. The places at which every
tokenizer cuts divide the text into *shared spans*: within one, each model has whole tokens, whose log-probabilities
add up to that of the span.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from os.path import commonprefix

import numpy as np

from lmviz.tokens import TokenTable
from lmviz.units import align


@dataclass(frozen=True)
class SharedSpans:
    """The common beginning of several texts, cut where all tokenizers cut.

    Attributes:
        texts: ``[span]``; joined, they are the text that is compared.
        spans: int64 ``[span, 2]``, characters ``[begin, end)``.
        positions: ``[table][span]`` of tuples: the tokens of the span. A token without characters (a prefix space)
            belongs to the span that begins where it stands; start and end tokens belong to none, and neither does a
            prefix space at position 0, which does a start token's work.
        predicted: bool ``[table, span]``: whether the model predicts every character of the span. Not so where the
            span holds position 0, a character that the tokenizer dropped, or ``<unk>``.
        unknown: bool ``[table, span]``: whether a token of the span is ``<unk>``, whose probability is not that of the
            characters it stands for.
    """

    texts: tuple[str, ...]
    spans: np.ndarray
    positions: tuple[tuple[tuple[int, ...], ...], ...]
    predicted: np.ndarray
    unknown: np.ndarray

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def text(self) -> str:
        """The text that is compared."""
        return "".join(self.texts)

    @property
    def counted(self) -> np.ndarray:
        """bool ``[span]``: the spans that all models predict; only these enter totals."""
        return self.predicted.all(axis=0)

    @property
    def n_characters(self) -> int:
        """How many characters (code points) are counted."""
        return int((self.spans[:, 1] - self.spans[:, 0])[self.counted].sum())

    def sum(self, table: int, values: np.ndarray) -> np.ndarray:
        """Numbers of tokens ``[..., position]`` as float64 ``[..., span]``; NaN where the model does not predict."""
        values = np.asarray(values, dtype=np.float64)
        return np.stack([
            values[..., list(own)].sum(axis=-1) if known else np.full(values.shape[:-1], np.nan)
            for own, known in zip(self.positions[table], self.predicted[table], strict=True)
        ], axis=-1) if len(self) else np.zeros((*values.shape[:-1], 0))

    def first(self, table: int) -> np.ndarray:
        """int64 ``[span]``: the position of the token that the model expects at the span's beginning; -1 for none."""
        return np.array([
            own[0] if own and own[0] > 0 else -1 for own in self.positions[table]
        ], dtype=np.int64)

    def bits_per_character(self, table: int, log_probabilities: np.ndarray) -> float:
        """Surprisal of the counted spans over their characters, from nats; NaN where nothing is counted."""
        total = -self.sum(table, log_probabilities)[self.counted].sum() / np.log(2)
        return float(total / self.n_characters) if self.n_characters else float("nan")


def shared_spans(tables: Sequence[TokenTable]) -> SharedSpans:
    """The smallest runs of characters whose boundaries all tokenizers share, over the longest common beginning.

    Where a token reaches beyond the common beginning, the text ends at the last boundary before it.

    Raises:
        ValueError: for fewer than two tables.
    """
    if len(tables) < 2:
        raise ValueError(f"spans are shared by two texts or more; {len(tables)} given")
    common = len(commonprefix([table.text for table in tables]))
    cuts = reduce(np.intersect1d, [_cuts(table) for table in tables])
    cuts = cuts[cuts <= common]
    spans = np.stack([cuts[:-1], cuts[1:]], axis=1)
    positions = tuple(_positions(table, spans) for table in tables)
    unknown = np.array([
        [any(table.kinds[p] == "unknown" for p in own) for own in each]
        for table, each in zip(tables, positions, strict=True)
    ], dtype=bool).reshape(len(tables), len(spans))
    complete = np.array([
        [_is_complete(table, span, own) for span, own in zip(spans, each, strict=True)]
        for table, each in zip(tables, positions, strict=True)
    ], dtype=bool).reshape(len(tables), len(spans))
    text = tables[0].text
    return SharedSpans(tuple(text[a:b] for a, b in spans.tolist()), spans, positions, complete & ~unknown, unknown)


def head(table: TokenTable, n_characters: int) -> TokenTable:
    """The tokens of the first ``n_characters``, which must end where a token does."""
    after = np.flatnonzero(table.spans[:, 1] > n_characters)
    n = int(after[0]) if after.size else len(table)
    texts = list(table.texts[:n])
    beyond = len("".join(texts)) - n_characters
    if beyond > 0:
        # Characters that the tokenizer dropped stand in the text of the token before them.
        last = max(position for position, text in enumerate(texts) if text)
        texts[last] = texts[last][:-beyond]
    return replace(
        table, token_ids=table.token_ids[:n], texts=tuple(texts), raw_bytes=table.raw_bytes[:n],
        kinds=table.kinds[:n], groups=table.groups[:n], n_prompt=min(table.n_prompt, n), spans=table.spans[:n],
    )


def _cuts(table: TokenTable) -> np.ndarray:
    """Characters at which the text can be cut without cutting a token, 0 and the end included."""
    return np.cumsum([0, *(len(text) for text in align(table).texts)], dtype=np.int64)


def _positions(table: TokenTable, spans: np.ndarray) -> tuple[tuple[int, ...], ...]:
    begins = table.spans[:, 0]
    bare = table.spans[:, 0] == table.spans[:, 1]
    loose = np.array([kind == "special" for kind in table.kinds], dtype=bool) | (np.arange(len(table)) == 0)
    belongs = ~(bare & loose)
    return tuple(
        tuple(np.flatnonzero(belongs & (begins >= begin) & (begins < end)).tolist()) for begin, end in spans.tolist()
    )


def _is_complete(table: TokenTable, span: np.ndarray, own: tuple[int, ...]) -> bool:
    held = np.zeros(int(span[1] - span[0]), dtype=bool)
    for begin, end in (table.spans[list(own)] - span[0]).tolist():
        held[begin:end] = True
    return bool(held.all()) and 0 not in own
