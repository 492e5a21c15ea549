"""Several texts, read one by one, as one table of tokens: what analyses of a model rather than of a text speak of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lmviz.tokens import TokenTable

if TYPE_CHECKING:
    from lmviz.language_model import LanguageModel
    from lmviz.recording import Recording


@dataclass(frozen=True)
class Passages:
    """Texts as a model reads them, one after another; no text knows of those before it.

    Attributes:
        texts: as they were given.
        tokens: the tokens of all, start tokens of each included; its `text` is the texts joined without anything
            between them.
        starts: int64 ``[passage]``: the position where each begins.
    """

    texts: tuple[str, ...]
    tokens: TokenTable
    starts: np.ndarray

    def __len__(self) -> int:
        return len(self.texts)

    def positions(self, passage: int) -> range:
        """The positions of one passage, start tokens included."""
        return positions_of(self.starts, len(self.tokens), passage)

    @property
    def counted(self) -> np.ndarray:
        """bool ``[position]``: neither a start token nor the first of its passage, which nothing stands before."""
        return counted(self.starts, len(self.tokens), self.tokens.n_start)


def positions_of(starts: np.ndarray, n_positions: int, passage: int) -> range:
    """The positions of one of several passages that begin at ``starts``."""
    ends = [*starts[1:].tolist(), n_positions]
    return range(int(starts[passage]), ends[passage])


def counted(starts: np.ndarray, n_positions: int, n_start: int) -> np.ndarray:
    """bool ``[position]``: which positions are neither start tokens nor the first of their passage."""
    kept = np.ones(n_positions, dtype=bool)
    for offset in range(max(n_start, 1)):
        kept[starts + offset] = False
    return kept


def read_passages(model: LanguageModel, texts: Sequence[str]) -> Passages:
    """How ``model`` would read each of ``texts``.

    Raises:
        ValueError: no text, or one that is empty, has no tokens or is longer than the model reads; it names the text.
    """
    if isinstance(texts, str) or not texts:
        raise ValueError("give a list of at least one text, such as ['…', '…']")
    tables = []
    for index, text in enumerate(texts):
        table = model.tokenizer.table(text, (), model.start_ids)
        if len(table) == table.n_start:
            raise ValueError(f"passage {index} ({text[:20]!r}) has no tokens; leave it out")
        if len(table) > model.context_length:
            raise ValueError(
                f"passage {index} ({text[:20]!r}…) has {len(table)} tokens, but {model.name} reads at most "
                f"{model.context_length}; divide it"
            )
        tables.append(table)
    lengths = np.array([len(table) for table in tables])
    starts = np.concatenate([[0], lengths.cumsum()[:-1]]).astype(np.int64)
    return Passages(tuple(texts), _joined(tables), starts)


def forward_passes(
    model: LanguageModel, passages: Passages, chosen: Sequence[int] | None = None
) -> Iterator[tuple[range, Recording]]:
    """Each passage's positions, with what one forward pass over it alone left behind; logits are not computed.

    What is yielded is gone with the next one: take from it what is wanted. ``chosen`` are the passages to read, by
    default all.
    """
    for passage in range(len(passages)) if chosen is None else chosen:
        at = passages.positions(passage)
        yield at, forward_pass(model, passages.tokens.token_ids[None, at.start : at.stop])


def forward_pass(model: LanguageModel, token_ids: np.ndarray) -> Recording:
    """What one forward pass over ids ``[text, position]`` leaves behind; logits are not computed."""
    import torch

    with torch.inference_mode(), model.recording() as record:
        model.network.base_model(input_ids=torch.from_numpy(token_ids).to(model.device), use_cache=False)
    return record


def _joined(tables: Sequence[TokenTable]) -> TokenTable:
    n_characters = np.array([len(table.text) for table in tables])
    n_groups = np.array([int(table.groups.max()) + 1 for table in tables])
    characters_before = n_characters.cumsum() - n_characters
    groups_before = n_groups.cumsum() - n_groups
    return TokenTable(
        token_ids=np.concatenate([table.token_ids for table in tables]),
        texts=tuple(text for table in tables for text in table.texts),
        raw_bytes=tuple(raw for table in tables for raw in table.raw_bytes),
        kinds=tuple(kind for table in tables for kind in table.kinds),
        groups=np.concatenate([table.groups + before for table, before in zip(tables, groups_before, strict=True)]),
        n_start=tables[0].n_start,
        n_prompt=int(sum(map(len, tables))),
        spans=np.concatenate([table.spans + before for table, before in zip(tables, characters_before, strict=True)]),
    )
