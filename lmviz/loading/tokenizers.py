"""Tokenizers that never lose a character: ids for the model, the curator's own text for every token.

A directory's tokenizer is read with `sentencepiece` where there is a SentencePiece model, else with `tokenizers`;
neither torch nor transformers is needed. Special tokens stand only where the model's ``start`` puts them: what looks
like one in a text is text, and nothing is ever appended.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from lmviz.loading.checkpoint import read_json
from lmviz.loading.errors import LoadError
from lmviz.loading.sentencepiece_model import SentencePieceModel
from lmviz.loading.special_tokens import read_special_tokens
from lmviz.loading.surfaces import Span, divide, join_bytes
from lmviz.loading.tokenizers_model import TokenizersModel
from lmviz.tokens import TokenKind, TokenTable, VocabularyLabels

SENTENCEPIECE_FILES = ("spiece.model", "tokenizer.model", "sentencepiece.model")


@dataclass(frozen=True)
class Encoded:
    """A text as tokens.

    Attributes:
        token_ids: int64 ``[token]``.
        texts: ``[token]``; joined, they give the text as it was passed in.
        groups: int64 ``[token]``, non-decreasing; tokens of one character share a number.
        spans: int64 ``[token, 2]``: characters of the text, see `lmviz.tokens.TokenTable`.
    """

    token_ids: np.ndarray
    texts: tuple[str, ...]
    groups: np.ndarray
    spans: np.ndarray

    def __len__(self) -> int:
        return len(self.texts)


class Backend(Protocol):
    """What a vocabulary's file format has to offer."""

    vocabulary_size: int
    unk_id: int | None
    bos_id: int | None
    eos_id: int | None
    pad_id: int | None

    def spans(self, text: str, *, prefix: bool) -> list[Span]: ...
    def bytes_of(self, token_id: int) -> bytes: ...
    def kind_of(self, token_id: int) -> TokenKind: ...
    def name_of(self, token_id: int) -> str: ...


class Tokenizer:
    """A vocabulary with its segmentation, as `load_tokenizer` gives it.

    Attributes:
        vocabulary_size: number of entries.
        unk_id, bos_id, eos_id, pad_id: None where there is none.
        lower_case: whether texts are lower-cased before they are encoded (their tokens keep the original text).
    """

    def __init__(self, backend: Backend, *, lower_case: bool = False):
        self._backend = backend
        self.lower_case = lower_case
        self.vocabulary_size = backend.vocabulary_size
        self.unk_id, self.bos_id = backend.unk_id, backend.bos_id
        self.eos_id, self.pad_id = backend.eos_id, backend.pad_id

    def encode(self, text: str) -> Encoded:
        """The tokens of a text that stands at the beginning. Raises ``ValueError`` for what is not Unicode text."""
        return self._encode(text, continuation=False)

    def encode_continuation(self, text: str) -> np.ndarray:
        """Ids int64 ``[token]`` of a text that follows another: without the tokenizer's prefix space."""
        return self._encode(text, continuation=True).token_ids

    def _encode(self, text: str, *, continuation: bool) -> Encoded:
        if not isinstance(text, str):
            raise ValueError(f"a text is a string, not {type(text).__name__}")
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise ValueError(
                f"the text is not valid Unicode: character {error.start} is U+{ord(text[error.start]):04X}, half of a "
                "surrogate pair; remove it"
            ) from None
        if not text:
            return Encoded(np.zeros(0, np.int64), (), np.zeros(0, np.int64), np.zeros((0, 2), np.int64))
        lowered, origin = _lower(text) if self.lower_case else (text, None)
        spans = self._backend.spans(lowered, prefix=not continuation)
        # Normalization strips spaces at the start of a text; in the middle, where a continuation stands, one counts.
        if continuation and text[0].isspace() and (not spans or spans[0].begin > 0):
            spans = self._backend.spans(lowered, prefix=True)
        if origin is not None:
            spans = [
                Span(s.token_id, origin[s.begin], origin[s.end - 1] + 1 if s.begin < s.end else origin[s.begin])
                for s in spans
            ]
        return Encoded(np.array([s.token_id for s in spans], dtype=np.int64), *divide(text, spans))

    def decode_bytes(self, token_id: int) -> bytes:
        """UTF-8 bytes that an entry stands for; empty for special, unknown and unassigned ids."""
        return self._backend.bytes_of(int(token_id)) if self._assigned(token_id) else b""

    def kind(self, token_id: int) -> TokenKind:
        """The kind of an entry; ids beyond the vocabulary (padding of the model's matrix) are special."""
        return self._backend.kind_of(int(token_id)) if self._assigned(token_id) else "special"

    def _assigned(self, token_id: int) -> bool:
        return 0 <= token_id < self.vocabulary_size

    def labels(self, token_ids: Iterable[int] | np.ndarray) -> VocabularyLabels:
        """Readable labels of vocabulary entries; repeated ids count once, negative ones (no entry) not at all."""
        ids = np.unique(np.asarray(token_ids, dtype=np.int64))
        ids = ids[ids >= 0]
        kinds = tuple(self.kind(i) for i in ids.tolist())
        return VocabularyLabels(ids, tuple(map(self._label, ids.tolist(), kinds)), kinds)

    def _label(self, token_id: int, kind: TokenKind) -> str:
        if kind in ("special", "unknown"):
            return self._backend.name_of(token_id) if self._assigned(token_id) else f"#{token_id}"
        raw = self.decode_bytes(token_id)
        return raw.hex(" ").upper() if kind == "bytes" else raw.decode()

    def table(
        self,
        prompt: str,
        continuation_ids: Sequence[int] | np.ndarray = (),
        start: Sequence[int] | np.ndarray = (),
        continuation: str | None = None,
    ) -> TokenTable:
        """What stands at each position of start tokens, prompt and continuation.

        Args:
            prompt: the text as the curator wrote it.
            continuation_ids: tokens that the model wrote; ignored where ``continuation`` is given.
            start: ids of the start tokens.
            continuation: the text that is read instead, as the curator wrote it.
        """
        nothing = np.zeros((len(start), 2), np.int64)
        encoded = self.encode(prompt)
        parts = [Encoded(np.asarray(start, np.int64), ("",) * len(start), np.arange(len(start)), nothing), encoded]
        if continuation is not None:
            parts.append(self._encode(continuation, continuation=True))
        else:
            ids = np.asarray(continuation_ids, np.int64)
            has_text = [self.kind(i) in ("text", "bytes") for i in ids.tolist()]
            pieces = [self.decode_bytes(i) if yes else None for i, yes in zip(ids.tolist(), has_text, strict=True)]
            parts.append(Encoded(ids, *join_bytes(pieces)))
        token_ids = np.concatenate([part.token_ids for part in parts]).astype(np.int64)
        groups, offset = [], 0
        for part in parts:
            groups.append(part.groups + offset)
            offset += int(part.groups[-1]) + 1 if len(part) else 0
        return TokenTable(
            token_ids=token_ids,
            texts=tuple(text for part in parts for text in part.texts),
            raw_bytes=tuple(self.decode_bytes(i) for i in token_ids.tolist()),
            kinds=tuple(self.kind(i) for i in token_ids.tolist()),
            groups=np.concatenate(groups).astype(np.int64),
            n_start=len(start),
            n_prompt=len(start) + len(encoded),
            # The texts of a tokenizer that drops a whole prompt of spaces do not hold it.
            spans=np.concatenate([nothing, encoded.spans, parts[-1].spans + len("".join(encoded.texts))]),
        )


def load_tokenizer(
    directory: str | Path, *, lower_case: bool = False, token_prefix: str | None = None
) -> Tokenizer:
    """The tokenizer of a model directory, without torch and without transformers.

    Args:
        directory: holds ``spiece.model``, ``tokenizer.model``, ``tokenizer.json``, or ``vocab.json``, ``merges.txt``.
        lower_case: lower-case a text before encoding it, as the model's training did.
        token_prefix: mark of a preceding space in vocabulary entries, where it is not the usual one.

    Raises:
        LoadError: no tokenizer, or one that cannot be read.
    """
    if not isinstance(directory, (str, Path)):
        raise LoadError(f"a tokenizer is read from a directory, not from {directory!r}")
    if not isinstance(lower_case, bool):
        raise LoadError(f"lower_case is True or False, not {lower_case!r}")
    if token_prefix is not None and not (isinstance(token_prefix, str) and token_prefix):
        raise LoadError(f"token_prefix is the mark of a space, such as '▁', not {token_prefix!r}")
    directory = Path(directory)
    if not directory.is_dir():
        raise LoadError(f"no such directory: {directory}; give the directory of a model")
    return Tokenizer(_backend(directory, token_prefix), lower_case=lower_case)


def _backend(directory: Path, token_prefix: str | None) -> Backend:
    try:
        special = read_special_tokens(directory)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, LoadError):
            raise
        raise LoadError(
            f"the special tokens in {directory} cannot be read ({error}): tokenizer_config.json, "
            "special_tokens_map.json or added_tokens.json is damaged; fetch them again"
        ) from None
    failures = []
    for name in SENTENCEPIECE_FILES:
        if (directory / name).is_file():
            try:
                return SentencePieceModel(directory / name, special, token_prefix)
            except ValueError as error:
                failures.append(str(error))
    definition = read_json(directory / "tokenizer.json")
    try:
        if definition is not None:
            return TokenizersModel(definition, special, token_prefix)
        if (directory / "vocab.json").is_file() and (directory / "merges.txt").is_file():
            return TokenizersModel.from_vocabulary(directory, special, token_prefix)
    except (KeyError, TypeError, ValueError) as error:
        raise LoadError(f"the tokenizer in {directory} cannot be read: {error}") from None
    if failures:
        raise LoadError(f"no readable tokenizer in {directory}: {'; '.join(failures)}")
    raise LoadError(
        f"no tokenizer in {directory}; expected spiece.model, tokenizer.model, tokenizer.json, or vocab.json with "
        "merges.txt"
    )


def _lower(text: str) -> tuple[str, list[int]]:
    """``text.lower()``, and for each of its characters the one in ``text`` (İ becomes two); for its end, the end."""
    lowered, origin = text.lower(), [at for at, character in enumerate(text) for _ in character.lower()]
    if len(origin) != len(lowered):
        lowered = "".join(character.lower() for character in text)
    return lowered, [*origin, len(text)]
