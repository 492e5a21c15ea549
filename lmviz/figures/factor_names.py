"""What factors, their tokens and the rules of labels are called. Made for tables of tens of thousands of tokens."""

from __future__ import annotations

from collections.abc import Iterable

from lmviz.figures import labels
from lmviz.figures.messages import Language, message, quoted
from lmviz.tokens import TokenTable


def factor_name(factor: int, language: Language) -> str:
    """``因子3`` for factor 2: readers count from 1."""
    return message("term.factor_n", language, number=factor + 1)


def rule_name(rule: str, language: Language) -> str:
    """What a rule speaks of."""
    return message(f"factor_label.{rule}", language)


def entry_name(tokens: TokenTable, position: int, language: Language) -> str:
    """Readable form of the vocabulary entry that stands at ``position``, whatever stands around it.

    An entry of characters and part of another has both: ``この+E7``.
    """
    raw, kind = tokens.raw_bytes[position], tokens.kinds[position]
    if kind in ("special", "unknown"):
        return labels.special("<unk>" if kind == "unknown" else tokens.texts[position] or "<s>", language)
    before, text, after = _characters(raw)
    if not text and raw:
        return message("token.bytes", language, bytes=raw.hex(" ").upper())
    parts = [before.hex(" ").upper(), labels.visible(text), after.hex(" ").upper()]
    return "+".join(filter(None, parts)) or message("token.word_start", language)


def _characters(raw: bytes) -> tuple[bytes, str, bytes]:
    """Bytes that end a character begun before, whole characters, and bytes that begin one."""
    start = next((at for at, byte in enumerate(raw) if byte & 0xC0 != 0x80), len(raw))
    for end in range(len(raw), start, -1):
        try:
            return raw[:start], raw[start:end].decode(), raw[end:]
        except UnicodeDecodeError:
            continue
    return raw, "", b""


def listed(names: Iterable[str], language: Language) -> str:
    """Names in quotation marks, in a row."""
    return message("list.separator", language).join(quoted(name, language) for name in names)
