"""Token streams on disk, and the rows that training takes from them: which, follows from the seed and a position."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from gallery.models.training.documents import lines_of
from gallery.models.training.vocabulary import Encode


def encode_documents(documents: list[str], encode: Encode, end: int) -> list[np.ndarray]:
    """Ids int64 ``[token]`` of each document: its lines encoded one by one, then ``end``."""
    encoded = []
    for document in documents:
        ids = [i for line in encode(lines_of(document)) for i in line]
        encoded.append(np.array([*ids, end], dtype=np.int64))
    return encoded


def write_stream(path: Path, documents: list[str], encode: Encode, end: int, entries: int) -> int:
    """Writes documents one after the other as one array ``[token]``; its length."""
    stream = np.concatenate(encode_documents(documents, encode, end))
    np.save(path, stream.astype(np.uint16 if entries <= 1 << 16 else np.uint32))
    return len(stream)


class RowSource:
    """Rows of ``length + 1`` tokens of one stream, each part of it once a pass, in an order drawn for each pass.

    A pass begins at a random offset, so that rows do not always break at the same places.

    Attributes:
        position: rows taken so far.
        rows_a_pass: rows that one pass over the stream gives.
    """

    def __init__(self, stream: np.ndarray, length: int, seed: int, number: int):
        if len(stream) < 2 * length + 2:
            raise ValueError(
                f"a source of texts has {len(stream)} tokens; at least {2 * length + 2} are needed for a context of "
                f"{length}: give more text or a shorter context"
            )
        self._stream, self._length, self._seed = stream, length, (seed, number)
        self.position = 0
        self._pass = -1
        self.rows_a_pass = (len(stream) - 1) // length - 1

    def row(self) -> np.ndarray:
        """The next row, int64 ``[length + 1]``."""
        number, index = divmod(self.position, self.rows_a_pass)
        if number != self._pass:
            generator = np.random.default_rng([*self._seed, number])
            self._offset = int(generator.integers(self._length))
            self._order = generator.permutation(self.rows_a_pass)
            self._pass = number
        self.position += 1
        begin = self._offset + int(self._order[index]) * self._length
        return self._stream[begin : begin + self._length + 1].astype(np.int64)


class Sampler:
    """Batches of rows from several sources, in given shares."""

    def __init__(self, streams: dict[str, np.ndarray], length: int, seed: int):
        self._sources = {name: RowSource(stream, length, seed, i) for i, (name, stream) in enumerate(streams.items())}
        self._sizes = {name: len(stream) for name, stream in streams.items()}
        self._seed = seed

    def batch(self, step: int, rows: int, shares: dict[str, float]) -> np.ndarray:
        """Ids int64 ``[row, length + 1]`` of a step; sources that have no share divide the rest by their size."""
        others = {name: size for name, size in self._sizes.items() if name not in shares}
        rest = max(0.0, 1 - sum(shares.values())) / max(1, sum(others.values()))
        weights = np.array([shares.get(name, rest * size) for name, size in self._sizes.items()])
        generator = np.random.default_rng([self._seed, len(self._sources), step])
        names = list(self._sources)
        chosen = generator.choice(len(names), size=rows, p=weights / weights.sum())
        return np.stack([self._sources[names[i]].row() for i in chosen])

    def check(self, shares: dict[str, float]) -> None:
        """Raises ``ValueError`` where shares name a source that there is not, or leave nothing to take rows from."""
        unknown = shares.keys() - self._sources.keys()
        if unknown:
            raise ValueError(f"no source is named {', '.join(sorted(unknown))}; there are {', '.join(self._sources)}")
        if shares.keys() == self._sources.keys() and not sum(shares.values()):
            raise ValueError("the shares of all sources are 0: give one of them more")

    def positions(self) -> dict[str, int]:
        """Rows taken so far, by source."""
        return {name: source.position for name, source in self._sources.items()}

    def restore(self, positions: dict[str, int]) -> None:
        for name, position in positions.items():
            self._sources[name].position = position

    def passes(self) -> dict[str, float]:
        """How often each source has been read so far."""
        return {name: source.position / source.rows_a_pass for name, source in self._sources.items()}


def read_streams(directory: Path) -> dict[str, np.ndarray]:
    """The streams that are named in ``sources.json`` of a directory, in its order, mapped from disk."""
    names = json.loads((directory / "sources.json").read_text(encoding="utf-8"))
    return {name: np.load(directory / f"{name}.npy", mmap_mode="r") for name in names}
