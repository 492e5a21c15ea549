"""A SentencePiece model file, read with the `sentencepiece` library itself."""

from __future__ import annotations

from itertools import accumulate
from pathlib import Path

import sentencepiece
from sentencepiece import sentencepiece_model_pb2

from lmviz.loading.surfaces import Span
from lmviz.tokens import TokenKind

SPACE_MARK = "▁"


class SentencePieceModel:
    """Pieces, spans and bytes of a ``spiece.model`` or ``tokenizer.model`` file.

    Raises:
        ValueError: for a file that is not a SentencePiece model (Llama 3's ``tokenizer.model`` is none).
    """

    def __init__(self, path: Path, token_prefix: str | None = None):
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
        self.vocabulary_size = self._model.vocab_size()
        self.unk_id = _or_none(self._model.unk_id())
        self.bos_id = _or_none(self._model.bos_id())
        self.eos_id = _or_none(self._model.eos_id())
        self.pad_id = _or_none(self._model.pad_id())

    def spans(self, text: str, *, continuation: bool) -> list[Span]:
        """Tokens of ``text`` with the characters they stand for; a continuation gets no space before it."""
        if continuation:
            spans = self._spans(self._unprefixed, text)
            # Normalization strips spaces at the start, but in the middle of a text one of them counts.
            stripped = not spans or not self.bytes_of(spans[0].token_id).startswith(b" ")
            if not (text[:1].isspace() and stripped):
                return spans
        return self._spans(self._model, text)

    def _spans(self, model: sentencepiece.SentencePieceProcessor, text: str) -> list[Span]:
        pieces = model.encode(text, return_type="proto").pieces
        character_at = {offset: i for i, offset in enumerate(accumulate((len(c.encode()) for c in text), initial=0))}
        spans = []
        for row, piece in enumerate(pieces):
            prefix = row == 0 and piece.piece == SPACE_MARK and piece.begin == piece.end
            spans.append(Span(piece.id, character_at[piece.begin], character_at[piece.end], prefix))
        return spans

    def bytes_of(self, token_id: int) -> bytes:
        """UTF-8 bytes of an entry; empty for special and unknown entries."""
        if self.kind_of(token_id) in ("special", "unknown"):
            return b""
        piece = self._model.id_to_piece(token_id)
        if self._model.is_byte(token_id):
            return bytes([int(piece[3:5], 16)])
        return piece.replace(self._space_mark, " ").encode()

    def kind_of(self, token_id: int) -> TokenKind:
        model = self._model
        if model.is_unknown(token_id):
            return "unknown"
        if model.is_control(token_id) or model.is_unused(token_id):
            return "special"
        # A byte below 0x80 is a whole character.
        if model.is_byte(token_id) and int(model.id_to_piece(token_id)[3:5], 16) >= 0x80:
            return "bytes"
        return "text"

    def name_of(self, token_id: int) -> str:
        """The entry as it stands in the vocabulary."""
        return self._model.id_to_piece(token_id)


def _or_none(token_id: int) -> int | None:
    return token_id if token_id >= 0 else None
