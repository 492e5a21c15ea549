"""The short Japanese text that all plausible results speak of, and a longer one for narrow screens."""

from __future__ import annotations

import numpy as np

from lmviz.tokens import TokenTable


def tokens() -> TokenTable:
    """A prefix space, a prompt with a line break and a character of three byte tokens, and a continuation."""
    prompt = ["", *"節分 は 、 季節 の 変わり 目 に 生じる 邪気 を".split()]
    prompt += ["\n", "鰯", "", "", "の", " Tokyo", "頭", "で"]
    continuation = [
        *"追い払う ため の 行事 で ある 。 豆 を まき 、 福 を 呼び込む 。".split(),
        *"立春 の 前日 とし て 知ら れ て いる 。".split(), "",
    ]
    texts = tuple(prompt + continuation)
    raw = [text.encode() for text in texts]
    raw[0] = b" "
    raw[13:16] = [bytes([byte]) for byte in "鰯".encode()]
    kinds = ["text"] * len(texts)
    kinds[13:16] = ["bytes"] * 3
    kinds[-1] = "special"
    groups = np.arange(len(texts))
    groups[13:16] = 13
    ids = np.array([100 + (hash_of(text) % 900) for text in texts])
    ids[0], ids[-1] = 9, 2
    return TokenTable(ids, texts, tuple(raw), tuple(kinds), groups, 0, len(prompt))


def sixty_tokens() -> TokenTable:
    """Sixty tokens, the last twenty of them the continuation."""
    words = (
        "節分 は 、 季節 の 変わり 目 に 生じる 鬼 を 追い払う ため の 行事 で 、 立春 の 前日 に 行わ れ 、 炒っ た "
        "大豆 を まき 、 年 の 数 だけ 食べ て 一 年 の 無病 息災 を 願う 。 この 日 は 恵方巻 を "
        "食べ 、 柊 と 鰯 の 頭 を 門口 に 飾る 習わし も ある 。"
    ).split()[:60]
    ids = np.array([100 + (hash_of(text) % 900) for text in words])
    return TokenTable(ids, tuple(words), tuple(word.encode() for word in words), ("text",) * len(words),
                      np.arange(len(words)), 0, len(words) - 20)


def hundred_tokens() -> TokenTable:
    """A hundred tokens: `sixty_tokens`, with its first forty read once more before it."""
    table = sixty_tokens()
    texts = table.texts[:40] + table.texts
    ids = np.concatenate([table.token_ids[:40], table.token_ids])
    return TokenTable(ids, texts, tuple(word.encode() for word in texts), ("text",) * 100, np.arange(100), 0, 80)


def cracked_tokens() -> TokenTable:
    """A text whose tokens and units are at odds in every way.

    A prefix space, 目に across two words, a zero-width space that the tokenizer dropped, a mark that combines with the
    character before it, a character of three tokens, and a prompt that ends inside the word 食べる.
    """
    texts = ("", "変わり", "目に", "咲く", "\u200b花", "か", "\u3099", "\n", "鰯", "", "", "を食べ", "る", "。")
    spans = [(0, 0), (0, 3), (3, 5), (5, 7), (8, 9), (9, 10), (10, 11), (11, 12)]
    spans += [(12, 13)] * 3 + [(13, 16), (16, 17), (17, 18)]
    raw = [b" ", *(text.lstrip("\u200b").encode() for text in texts[1:])]
    raw[8:11] = [bytes([byte]) for byte in "鰯".encode()]
    kinds = ["text"] * 8 + ["bytes"] * 3 + ["text"] * 3
    groups = np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 8, 8, 11, 12, 13])
    return TokenTable(np.arange(100, 114), texts, tuple(raw), tuple(kinds), groups, 0, 12, np.array(spans))


def hash_of(text: str) -> int:
    return sum((i + 1) * ord(c) for i, c in enumerate(text))
