"""A SentencePiece model file, read with the `sentencepiece` library itself."""

from __future__ import annotations

from pathlib import Path

import sentencepiece
from sentencepiece import sentencepiece_model_pb2

from lmviz.loading.special_tokens import SpecialTokens
from lmviz.loading.surfaces import Span
from lmviz.tokens import TokenKind

SPACE_MARK = "▁"


class SentencePieceModel:
    """Pieces, spans and bytes of a ``spiece.model`` or ``tokenizer.model`` file.

    Args:
        path: the file.
        special: what the directory's other files say: the names of special tokens and the tokens added after training.
        token_prefix: mark of a preceding space, where it is not ``▁``.

    Raises:
        ValueError: for a file that is not a SentencePiece model (Llama 3's ``tokenizer.model`` is none).
    """

    def __init__(self, path: Path, special: SpecialTokens, token_prefix: str | None = None):
        proto = sentencepiece_model_pb2.ModelProto()
        try:
            proto.ParseFromString(path.read_bytes())
            if not proto.pieces:
                raise ValueError("no pieces")
            self._model = sentencepiece.SentencePieceProcessor(model_proto=proto.SerializeToString())
        except Exception as error:
            raise ValueError(f"{path} is not a SentencePiece model: {error}") from None
        self._space_mark = token_prefix or SPACE_MARK
        # Same model, without the space that is put before a text: how a continuation is cut.
        proto.normalizer_spec.add_dummy_prefix = False
        self._unprefixed = sentencepiece.SentencePieceProcessor(model_proto=proto.SerializeToString())
        size = self._model.vocab_size()
        self._added = {i: token for i, token in special.added.items() if i >= size}
        self.vocabulary_size = max([size, *(i + 1 for i in self._added)])
        self._own_size = size
        self._ids = {token.content: i for i, token in self._added.items()}
        self.unk_id = _or_none(self._model.unk_id())
        self.bos_id = self._find(special.bos, self._model.bos_id())
        self.eos_id = self._find(special.eos, self._model.eos_id())
        self.pad_id = self._find(special.pad, self._model.pad_id())

    def _find(self, name: str | None, otherwise: int) -> int | None:
        """The id that ``name`` has in the vocabulary; SentencePiece gives unknown names the id of the unknown."""
        if name in self._ids:
            return self._ids[name]
        found = self._model.piece_to_id(name) if name else -1
        return found if found >= 0 and self._model.id_to_piece(found) == name else _or_none(otherwise)

    def spans(self, text: str, *, prefix: bool) -> list[Span]:
        """Tokens of ``text`` with the characters they stand for, with or without the tokenizer's prefix space."""
        model = self._model if prefix else self._unprefixed
        # A piece's own begin and end tell nothing where it holds a part of what one character became (㍿, 株式会社).
        normalized, origins = model.normalize(text, with_offsets=True)
        character_of = [i for i, character in enumerate(normalized) for _ in character.encode()]
        ends = origins[1:]
        for i in range(len(ends) - 2, -1, -1):
            ends[i] = ends[i + 1] if ends[i] == origins[i] else ends[i]
        spans, at = [], 0
        for row, piece in enumerate(model.encode(text, return_type="proto").pieces):
            begin = origins[character_of[at]]
            at += 1 if model.is_byte(piece.id) else len(piece.piece.encode())
            if row == 0 and piece.piece == SPACE_MARK and piece.begin == piece.end:
                spans.append(Span(piece.id, begin, begin))
            else:
                spans.append(Span(piece.id, begin, ends[character_of[at - 1]]))
        return spans

    def bytes_of(self, token_id: int) -> bytes:
        """UTF-8 bytes of an entry; empty for special and unknown entries."""
        if self.kind_of(token_id) in ("special", "unknown"):
            return b""
        if token_id >= self._own_size:
            return self._added[token_id].content.encode()
        piece = self._model.id_to_piece(token_id)
        if self._model.is_byte(token_id):
            return bytes([int(piece[3:5], 16)])
        return piece.replace(self._space_mark, " ").encode()

    def kind_of(self, token_id: int) -> TokenKind:
        model = self._model
        if token_id >= self._own_size:
            return "text" if token_id in self._added and not self._added[token_id].special else "special"
        if model.is_unknown(token_id):
            return "unknown"
        if model.is_control(token_id) or model.is_unused(token_id):
            return "special"
        if model.is_byte(token_id):
            # A byte below 0x80 is a whole character.
            return "text" if int(model.id_to_piece(token_id)[3:5], 16) < 0x80 else "bytes"
        # U+FFFD is what others wrote for bytes that they could not read.
        return "bytes" if "\ufffd" in model.id_to_piece(token_id) else "text"

    def name_of(self, token_id: int) -> str:
        """The entry as it stands in the vocabulary."""
        if token_id < self._own_size:
            return self._model.id_to_piece(token_id)
        return self._added[token_id].content if token_id in self._added else f"#{token_id}"


def _or_none(token_id: int) -> int | None:
    return token_id if token_id >= 0 else None
