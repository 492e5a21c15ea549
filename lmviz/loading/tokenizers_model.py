"""A `tokenizer.json`, or a `vocab.json` with its `merges.txt`, read with the `tokenizers` library itself."""

from __future__ import annotations

import copy
import json
import re
import unicodedata
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import tokenizers
from tokenizers import decoders, models, normalizers, pre_tokenizers

from lmviz.loading.checkpoint import read_json
from lmviz.loading.special_tokens import SpecialTokens
from lmviz.loading.surfaces import Span
from lmviz.tokens import TokenKind

_BYTE_PIECE = re.compile(r"<0x([0-9A-F]{2})>")
# Qwen2 cuts digits one by one and composes characters first; its vocab.json does not say so.
_QWEN2_PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


class TokenizersModel:
    """Pieces, spans and bytes of a tokenizer that the `tokenizers` library describes.

    Args:
        definition: the object in a ``tokenizer.json``.
        special: names of the special tokens, from the directory's other files.
        token_prefix: mark of a preceding space; by default the one that the definition names.

    Raises:
        ValueError: for a definition that `tokenizers` does not accept.
    """

    def __init__(self, definition: dict[str, Any], special: SpecialTokens, token_prefix: str | None = None):
        # Special tokens are the model's affair (`start`); the post-processor would also trim spaces from spans.
        definition = {**definition, "post_processor": None, "truncation": None, "padding": None}
        self._prefixing = _build(definition)
        unprefixed = _without_prefix(definition)
        self._unprefixed = self._prefixing if unprefixed == definition else _build(unprefixed)
        parts = list(_parts(definition))
        model = definition["model"]
        self._alphabet = _byte_alphabet() if any(part.get("type") == "ByteLevel" for part in parts) else None
        # SentencePiece's table of characters is made from NFKC.
        forms = {"NFC": "NFC", "NFKC": "NFKC", "Precompiled": "NFKC"}
        self._form = next((forms[part["type"]] for part in parts if part.get("type") in forms), None)
        self._byte_fallback = bool(model.get("byte_fallback"))
        marks = [part["replacement"] for part in parts if part.get("type") == "Metaspace"]
        self._space_mark = token_prefix or (marks[0] if marks else "▁")
        self._added = {entry["id"]: entry["content"] for entry in definition.get("added_tokens") or ()}
        self.vocabulary_size = 1 + max(self._prefixing.get_vocab(with_added_tokens=True).values())
        find = self._prefixing.token_to_id
        self.bos_id, self.eos_id, self.pad_id = (
            find(name) if name else None for name in (special.bos, special.eos, special.pad)
        )
        self._special = {entry["id"] for entry in definition.get("added_tokens") or () if entry.get("special")}
        self._special |= {i for i in (self.bos_id, self.eos_id, self.pad_id) if i is not None}
        unk = model.get("unk_token") or special.unk
        self.unk_id = model["unk_id"] if model.get("unk_id") is not None else find(unk) if unk else None
        # GPT-2 calls its end of text "unknown" too, though bytes leave nothing unknown.
        self._unknown = {self.unk_id} - {None, self.bos_id, self.eos_id}

    @classmethod
    def from_vocabulary(cls, directory: Path, special: SpecialTokens, token_prefix: str | None) -> TokenizersModel:
        """Byte-level BPE from ``vocab.json`` and ``merges.txt``, as GPT-2 and Qwen2 have it."""
        settings = read_json(directory / "tokenizer_config.json") or {}
        built = tokenizers.Tokenizer(
            models.BPE.from_file(str(directory / "vocab.json"), str(directory / "merges.txt"))
        )
        prefix = bool(settings.get("add_prefix_space", False))
        if str(settings.get("tokenizer_class", "")).startswith("Qwen2"):
            built.normalizer = normalizers.NFC()
            built.pre_tokenizer = pre_tokenizers.Sequence([
                pre_tokenizers.Split(tokenizers.Regex(_QWEN2_PATTERN), behavior="isolated"),
                pre_tokenizers.ByteLevel(add_prefix_space=prefix, use_regex=False),
            ])
        else:
            built.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=prefix)
        built.decoder = decoders.ByteLevel()
        names = {name for name in (special.bos, special.eos, special.pad, special.unk) if name}
        for _, token in sorted(special.added.items()):
            flagged = token.special or token.content in names
            added = tokenizers.AddedToken(token.content, special=flagged, normalized=False)
            (built.add_special_tokens if flagged else built.add_tokens)([added])
        return cls(json.loads(built.to_str()), special, token_prefix)

    def spans(self, text: str, *, prefix: bool) -> list[Span]:
        """Tokens of ``text`` with the characters they stand for, with or without the tokenizer's prefix space."""
        encoding = (self._prefixing if prefix else self._unprefixed).encode(text, add_special_tokens=False)
        spans = [Span(token_id, *span) for token_id, span in zip(encoding.ids, encoding.offsets, strict=True)]
        if spans and self.bytes_of(spans[0].token_id) == b" ":
            begin = spans[0].begin
            # A space that the text does not have, or one before the space that it has.
            if not text[begin : begin + 1].isspace() or (len(spans) > 1 and spans[1].begin == begin):
                spans[0] = Span(spans[0].token_id, begin, begin)
        return self._sharpened(text, self._with_composed(text, spans))

    def _with_composed(self, text: str, spans: list[Span]) -> list[Span]:
        """The same, but the marks that a character is composed with (◌゙ in が), which no span has, are in its own."""
        if self._form is None or unicodedata.is_normalized(self._form, text):
            return spans
        normalize = partial(unicodedata.normalize, self._form)
        covered = {at for span in spans for at in range(span.begin, span.end)}
        begins, ends = {}, {}
        for base in covered:
            end = base + 1
            while end < len(text) and end not in covered:
                end += 1
            if normalize(text[base:end]) == normalize(text[base]) + normalize(text[base + 1 : end]):
                continue  # nothing there, or dropped
            last = end
            while last < len(text) and unicodedata.combining(text[last]):
                last += 1
            # Marks are brought into an order first: one further on may be what the character is composed with.
            while last > end and normalize(text[base:last]) == normalize(text[base : last - 1]) + text[last - 1]:
                last -= 1
            begins |= dict.fromkeys(range(base, last), base)
            ends |= dict.fromkeys(range(base + 1, last + 1), last)
        return [
            Span(span.token_id, begins.get(span.begin, span.begin), ends.get(span.end, span.end))
            if span.begin < span.end else span
            for span in spans
        ]

    def _sharpened(self, text: str, spans: list[Span]) -> list[Span]:
        """The same, but where a run of characters spelled in bytes has one span, each byte has its character's."""
        sharp: list[Span] = []
        for (begin, end), run in groupby(spans, key=lambda span: (span.begin, span.end)):
            run = list(run)
            pieces = [self.bytes_of(span.token_id) for span in run]
            if end - begin < 2 or len(run) < 2 or b"".join(pieces) != text[begin:end].encode():
                sharp += run
                continue
            of_byte = [i for i, c in enumerate(text[begin:end], begin) for _ in c.encode()]
            offset = 0
            for span, piece in zip(run, pieces, strict=True):
                last = offset + len(piece) - 1
                sharp.append(Span(span.token_id, of_byte[offset], of_byte[last] + 1))
                offset = last + 1
        return sharp

    def bytes_of(self, token_id: int) -> bytes:
        """UTF-8 bytes of an entry; empty for special and unknown entries."""
        if token_id in self._special or token_id in self._unknown:
            return b""
        if token_id in self._added:
            return self._added[token_id].encode()
        piece = self._prefixing.id_to_token(token_id)
        if piece is None:
            return b""
        if self._alphabet is not None:
            return bytes(self._alphabet[c] for c in piece) if self._alphabet.keys() >= set(piece) else piece.encode()
        if self._byte_fallback and (match := _BYTE_PIECE.fullmatch(piece)):
            return bytes([int(match[1], 16)])
        return piece.replace(self._space_mark, " ").encode()

    def kind_of(self, token_id: int) -> TokenKind:
        if token_id in self._unknown:
            return "unknown"
        if token_id in self._special or self._prefixing.id_to_token(token_id) is None:
            return "special"
        # U+FFFD is what others wrote for bytes that they could not read.
        return "bytes" if "\ufffd" in self.bytes_of(token_id).decode(errors="replace") else "text"

    def name_of(self, token_id: int) -> str:
        """The entry as it stands in the vocabulary."""
        return self._prefixing.id_to_token(token_id) or f"#{token_id}"


def _build(definition: dict[str, Any]) -> tokenizers.Tokenizer:
    try:
        built = tokenizers.Tokenizer.from_str(json.dumps(definition))
    except Exception as error:
        raise ValueError(str(error).splitlines()[0]) from None
    # What looks like a special token in a text is text.
    built.encode_special_tokens = True
    return built


def _parts(definition: dict[str, Any]):
    """Every normalizer, pre-tokenizer and decoder, those within sequences too."""
    for role, members in (("normalizer", "normalizers"), ("pre_tokenizer", "pretokenizers"), ("decoder", "decoders")):
        part = definition.get(role)
        if part is not None:
            yield from part.get(members) or [part]


def _without_prefix(definition: dict[str, Any]) -> dict[str, Any]:
    definition = copy.deepcopy(definition)
    for part in _parts(definition):
        if part.get("type") == "ByteLevel" and "add_prefix_space" in part:
            part["add_prefix_space"] = False
        elif part.get("type") == "Metaspace":
            part["prepend_scheme"] = "never"
            part.pop("add_prefix_space", None)
        elif part.get("type") == "Prepend":
            part["prepend"] = ""
        elif part.get("type") == "Strip" and "strip_left" in part:
            # In the middle of a text, a space counts.
            part["strip_left"] = False
    return definition


def _byte_alphabet() -> dict[str, int]:
    """Byte for each character of byte-level BPE: printable Latin-1 stands for itself, the rest from U+0100 on."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in set(printable)]
    return {chr(b): b for b in printable} | {chr(0x100 + i): b for i, b in enumerate(others)}
