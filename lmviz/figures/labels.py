"""Readable names of tokens and vocabulary entries. Nothing here ever shows a raw vocabulary form.

Spaces, line breaks and characters without a shape get a visible sign; special tokens get words; the tokens of one
character share the character and are told apart by a count.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from lmviz.figures.messages import Language, group, message
from lmviz.tokens import TokenTable, VocabularyLabels

_SIGNS = {" ": "␣", "\u00a0": "␣", "\u3000": "□", "\n": "↵", "\r": "↵", "\t": "⇥"}
_SPECIAL = {
    "s": "start", "bos": "start", "begin_of_text": "start", "startoftext": "start", "cls": "start",
    "/s": "end", "eos": "end", "eod": "end", "endoftext": "end", "end_of_text": "end", "sep": "separator",
    "im_start": "turn_start", "start_of_turn": "turn_start", "im_end": "turn_end", "end_of_turn": "turn_end",
    "unk": "unknown", "pad": "padding", "mask": "mask",
}


def visible(text: str) -> str:
    """``text`` with a sign for every character that has no shape of its own and gives none to its neighbours.

    ``static/units.js`` puts signs of single characters together in the same way.
    """
    return "".join(
        character if _joins_emoji(text, index) else _visible_character(character, index == 0)
        for index, character in enumerate(text)
    )


def _joins_emoji(text: str, index: int) -> bool:
    """Whether a zero-width joiner makes one picture of what stands on both sides."""
    if text[index] != "\u200d" or not 0 < index < len(text) - 1:
        return False
    before, after = text[index - 1], text[index + 1]
    is_emoji = unicodedata.category(before) == "So" or before in "\ufe0f🏻🏼🏽🏾🏿"
    return is_emoji and unicodedata.category(after) == "So"


def _visible_character(character: str, first: bool) -> str:
    if character in _SIGNS:
        return _SIGNS[character]
    category = unicodedata.category(character)
    if category in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} or character in "\ufffd\u2581\u0120":
        return f"U+{ord(character):04X}"
    if category == "Zs":
        return "␣"
    return "◌" + character if first and category in {"Mn", "Me"} else character


def special(name: str, language: Language) -> str:
    """A special token's name in words, such as 〔文末〕 for ``</s>``."""
    bare = re.sub(r"^[<\[|]+|[>\]|]+$", "", name.strip()).strip("|").lower()
    known = _SPECIAL.get(bare)
    word = message(f"token.special.{known}", language) if known else visible(bare or name)
    return message("token.special_form", language, word=word)


def of_entry(labels: VocabularyLabels, token_id: int, language: Language) -> str:
    """Readable form of the vocabulary entry ``token_id``."""
    row = labels.index(int(token_id))
    text, kind = labels.texts[row], labels.kinds[row]
    if kind in ("special", "unknown"):
        return special(text, language)
    if kind == "bytes":
        return message("token.bytes", language, bytes=text)
    return visible(text) if text else message("token.word_start", language)


def of_position(tokens: TokenTable, position: int, language: Language) -> str:
    """Readable form of the token at ``position``; ``len(tokens)`` is the one after the last."""
    if position == len(tokens):
        return message("token.next", language)
    return _of_group(tokens, position, language)[0]


def of_positions(tokens: TokenTable, language: Language) -> list[str]:
    """Readable forms of all tokens of the text."""
    return [of_position(tokens, position, language) for position in range(len(tokens))]


def of_span(tokens: TokenTable, span: range, language: Language) -> str:
    """Readable form of the tokens of ``span`` as one text; a character is written once."""
    parts = []
    for position in span:
        text, first = _of_group(tokens, position, language)[1:]
        if first or position == span[0]:
            parts.append(text)
    return of_position(tokens, span[0], language) if len(span) == 1 else "".join(parts)


def chip(tokens: TokenTable, position: int, language: Language) -> str:
    """What stands in the strip for ``position``: as `of_position`, but the parts of a character stay uncounted."""
    text, first = _of_group(tokens, position, language)[1:]
    return text if first else "·"


def spoken(tokens: TokenTable, position: int, language: Language) -> str | None:
    """What a screen reader is given for the token in the strip; None where its text will do.

    Parts of a character are counted, and signs that would be passed over in silence are named.
    """
    shown, full = chip(tokens, position, language), of_position(tokens, position, language)
    if full != shown:
        return full
    names = _signs(language)
    if any(sign in shown for sign in _SIGNS.values()) or all(character in names for character in shown):
        signs = message("list.separator", language).join(names[each] for each in shown if each in names)
        return message("token.spoken", language, text=shown, signs=signs) if signs else None
    return None


@cache
def _signs(language: Language) -> dict[str, str]:
    return group("token.sign", language)


def is_word(tokens: TokenTable, position: int) -> bool:
    """Whether the strip shows words about this token, rather than its text."""
    return not tokens.group_text(position)


def _of_group(tokens: TokenTable, position: int, language: Language) -> tuple[str, str, bool]:
    members = [p for p in range(len(tokens)) if tokens.groups[p] == tokens.groups[position]]
    text, kind = tokens.group_text(position), tokens.kinds[position]
    if kind == "special":
        name = text or ("<s>" if position < tokens.n_start else "</s>")
        shown = special(name, language)
    elif not text:
        raw = tokens.raw_bytes[position].strip()
        partial = kind == "bytes" and raw
        shown = message("token.bytes", language, bytes=raw.hex(" ").upper()) if partial else \
            message("token.word_start", language)
    else:
        shown = visible(text)
    if len(members) == 1:
        return shown, shown, True
    count = message("token.part", language, text=shown, part=members.index(position) + 1, parts=len(members))
    return count, shown, position == members[0]


def default_position(tokens: TokenTable) -> int:
    """The position a figure shows first: the first of the continuation, or the last token where there is none."""
    return tokens.n_prompt if tokens.n_prompt < len(tokens) else max(len(tokens) - 1, 0)
