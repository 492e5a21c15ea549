"""Texts to be cut: the Japanese that people write, and what nobody should have to read."""

from __future__ import annotations

from hypothesis import strategies as st


def _jis_x_0208() -> str:
    """Its 6,879 characters, row by row, as EUC-JP orders them."""
    pairs = (bytes([row, cell]) for row in range(0xA1, 0xF5) for cell in range(0xA1, 0xFF))
    return "".join(pair.decode("euc_jp", errors="ignore") for pair in pairs)


JIS_X_0208 = _jis_x_0208()

PIECES = [
    "節分は", "豆まき", "「鬼は外。」", "福は内！？", "です。", "モーニング娘。", "\n", "\r\n",
    "\n\n　", "  ", " ", "\u3000", "（笑）", "ＡＢＣ", "３．１４", "3.14", "Tokyo 2020", " word",
    "it's. Yes", "ｶﾞｷﾞｸﾞ", "ﾊﾟ", "か\u3099", "ハ\u309a", "が\u0301", "a\u0301\u0323", "㍿", "㌖",
    "①", "½", "ﷺ", "ﬁ", "İ", "ß", "𠮷野家", "𩸽", "葛\U000e0100", "辻\U000e0101", "👨‍👩‍👧‍👦",
    "👍🏽", "🏳️‍🌈", "🇯🇵", "1️⃣", "\u200b", "\u200d", "\u2060", "\ufeff", "\u202e", "\u2066x\u2069",
    "\u200e", "\ufffd", "\x00", "\x01", "\x1f", "\x7f", "\x85", "\u2028", "\u2029", "\x0b",
    "\u00ad", "\u3099", "\u0301", "\ufe0f", "한국", "각", "ไทย", "क्षि", "▁", "Ġ", "<0xE3>", "</s>",
    "<unk>", "<|endoftext|>", "」」", "「「",
]
TEXTS = st.lists(
    st.one_of(
        st.sampled_from(PIECES),
        st.text(st.sampled_from(JIS_X_0208), min_size=1, max_size=5),
        st.text(st.characters(min_codepoint=0x3041, max_codepoint=0x30FF), min_size=1, max_size=5),
        st.text(st.characters(min_codepoint=0xFF01, max_codepoint=0xFF9F), min_size=1, max_size=4),
        st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=3),
    ),
    min_size=1, max_size=8,
).map("".join)
