"""The character lens against sums over the vocabulary written out in float64, and against hand-worked cases."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from float64_reference import log_softmax

import lmviz
from lmviz.analyses.character_lens.grouping import VocabularyByCharacter
from lmviz.analyses.character_lens.writing import Outcome, written
from lmviz.tokens import TokenTable

PREFIXES = {
    chr(point).encode()[:n] for point in range(0x80, 0x110000, 64) if not 0xD800 <= point < 0xE000
    for n in range(1, len(chr(point).encode()))
}
"""Every beginning of a character in UTF-8, read off the characters themselves."""
TEXTS = ("鬼は外、𠮷の🍣 Tokyo", "か\u3099豆 と\n福")


@pytest.fixture(scope="module", params=["unigram", "byte_fallback", "byte_level"])
def tiny(request, tmp_path_factory, make_model, sentencepiece_file):
    if request.param == "byte_fallback":
        return lmviz.load(make_model("llama"), device="cpu")
    if request.param == "byte_level":
        return lmviz.load(make_model("qwen2"), device="cpu")
    directory = tmp_path_factory.mktemp("unigram")
    for file in ("config.json", "model.safetensors"):
        shutil.copyfile(make_model("gpt2") / file, directory / file)
    shutil.copyfile(sentencepiece_file(byte_fallback=False), directory / "spiece.model")
    return lmviz.load(directory, device="cpu", start="none")


def named(raw):
    """The outcome that bytes bring, found by trying all their beginnings."""
    for n in range(1, len(raw) + 1):
        try:
            if len(raw[:n].decode()) == 1:
                return "character", raw[:n].decode()
        except UnicodeDecodeError:
            pass
    return ("bytes", raw.hex(" ").upper()) if raw in PREFIXES else None


def brute_force(lm, trace, layer, position, final_norm):
    """Probabilities by outcome, and what the entries that count have together, at one position."""
    norm = final_norm or layer == lm.n_layers - 1
    with torch.no_grad():
        logits = lm.unembed(torch.tensor(trace.hidden_states[layer, position - 1]), final_norm=norm).double().numpy()
    pending = pending_before(trace.tokens, position)
    shares: dict[tuple[str, str], float] = {}
    for token_id, share in enumerate(np.exp(log_softmax(logits))):
        kind, raw = lm.tokenizer.kind(token_id), lm.tokenizer.decode_bytes(token_id)
        found = named(pending + raw) if raw else None
        if pending and (found is None or kind in ("special", "unknown")):
            continue
        key = ("unknown", "") if kind == "unknown" else found or ("no_character", "")
        shares[key] = shares.get(key, 0) + share
    total = sum(shares.values())
    return {key: share / total for key, share in shares.items()}, total, pending


def pending_before(tokens, position):
    raw = b""
    for kind, piece in zip(tokens.kinds[:position], tokens.raw_bytes[:position], strict=True):
        raw = b"" if kind in ("special", "unknown") else raw + piece
    return next((raw[-n:] for n in (3, 2, 1) if raw[-n:] in PREFIXES), b"")


@pytest.mark.parametrize("text, final_norm", [(TEXTS[0], True), (TEXTS[1], False)])
def test_the_distribution_is_the_sum_over_the_vocabulary(tiny, text, final_norm):
    trace = tiny.trace(text, max_new_tokens=6, do_sample=True, temperature=3.0, seed=4)
    result = lmviz.character_lens(trace, top_k=tiny.vocabulary_size, final_norm=final_norm)
    assert not np.isfinite(result.log_probabilities[:, 0]).any() and (result.ranks[:, 0] == 0).all()
    for layer in range(tiny.n_layers):
        for position in range(1, len(trace.tokens)):
            expected, total, pending = brute_force(tiny, trace, layer, position, final_norm)
            assert result.pending[position] == pending.hex(" ").upper()
            assert result.n_outcomes[position] == len(expected)
            assert result.completions[layer, position] == pytest.approx(total, rel=1e-4)
            rows = result.candidates[layer, position]
            logs = result.candidate_log_probabilities[layer, position][rows >= 0]
            found = {(result.outcome_kinds[i], result.outcomes[i]): np.exp(log)
                     for i, log in zip(rows[rows >= 0], logs, strict=True)}
            assert found == pytest.approx(expected, rel=1e-4)
            assert sum(found.values()) == pytest.approx(1, abs=1e-5)
            assert (np.diff(logs) <= 0).all()
            own = named_following(result, position)
            brought = expected.get(own) if own else None
            if brought is None:
                assert result.ranks[layer, position] == 0 and np.isnan(result.log_probabilities[layer, position])
                continue
            assert result.log_probabilities[layer, position] == pytest.approx(np.log(brought), abs=1e-4)
            near = sum(abs(np.log(share / brought)) < 1e-4 for share in expected.values()) - 1
            rank = 1 + sum(share > brought for share in expected.values())
            assert abs(result.ranks[layer, position] - rank) <= near


def named_following(result, position):
    """What the token at a position brings, from the table's bytes alone; None where it breaks a character off."""
    kind, raw = result.tokens.kinds[position], result.tokens.raw_bytes[position]
    pending = bytes.fromhex(result.pending[position])
    own = result.following[position]
    stated = (result.outcome_kinds[own], result.outcomes[own]) if own >= 0 else None
    if pending and kind in ("special", "unknown"):
        expected = None
    elif kind == "unknown":
        expected = ("unknown", "")
    else:
        expected = named(pending + raw) if raw else None
        expected = expected or (None if pending else ("no_character", ""))
    assert stated == expected
    return stated


def test_a_character_of_several_tokens_has_the_product_of_the_models_own_conditionals(make_model):
    lm = lmviz.load(make_model("llama"), device="cpu")
    trace = lm.trace("鬼は𠮷だ")
    result = lmviz.character_lens(trace)
    row = next(i for i, (first, end) in enumerate(result.characters) if end - first == 4)
    first, end = result.characters[row]
    assert b"".join(trace.tokens.raw_bytes[first:end]) == "𠮷".encode()
    own = log_softmax(trace.logits.astype(np.float64))
    # After F0 only 90 to BF can follow, then any continuation byte; each is one entry of the vocabulary.
    allowed = [None, range(0x90, 0xC0), range(0x80, 0xC0), range(0x80, 0xC0)]
    ids = {lm.tokenizer.decode_bytes(i): i for i in range(lm.vocabulary_size)}
    expected = 0.0
    for position, values in zip(range(first, end), allowed, strict=True):
        expected += own[position - 1, trace.token_ids[position]]
        if values is not None:
            expected -= np.logaddexp.reduce([own[position - 1, ids[bytes([value])]] for value in values])
    assert result.character_log_probabilities[-1, row] == pytest.approx(expected, abs=1e-4)


@dataclass
class Toy:
    """A vocabulary written by hand: raw bytes, or the kind of an entry without text."""

    entries: tuple

    def kind(self, token_id):
        entry = self.entries[token_id]
        return entry if isinstance(entry, str) else "text"

    def decode_bytes(self, token_id):
        entry = self.entries[token_id]
        return b"" if isinstance(entry, str) else entry


SHARES = {
    "special": .01, "unknown": .02, "あ".encode(): .10, "ああ".encode(): .05, " あ".encode(): .07, b" ": .03,
    b" \xe3\x81": .04, b"\xe3": .06, b"\xe3\x81": .08, b"\x81": .09, b"\x81\x82": .11, b"\x82": .12,
    b"\x82\xe3": .05, b"\x84a": .03, b"\xff": .04, b"\xed\xa0": .06, "い".encode(): .04,
}


def test_entries_count_for_what_they_write_first():
    vocabulary = VocabularyByCharacter(Toy(tuple(SHARES)), len(SHARES))
    logits = torch.log(torch.tensor([list(SHARES.values())]))

    def masses(pending):
        grouping = vocabulary.after(pending)
        return dict(zip(grouping.outcomes, np.exp(grouping.log_masses(logits)[0]), strict=True))

    stray = .09 + .11 + .12 + .05 + .03
    assert masses(b"") == pytest.approx({
        Outcome("character", "あ"): .15, Outcome("character", "い"): .04, Outcome("character", " "): .14,
        Outcome("bytes", "E3"): .06, Outcome("bytes", "E3 81"): .08, Outcome("unknown", ""): .02,
        # An entry that begins in the middle of a character, or with bytes that no character has.
        Outcome("no_character", ""): .01 + stray + .04 + .06,
    })
    assert masses(b"\xe3") == pytest.approx({
        # 81 alone leaves あ and い open; 82 and 84 begin other rows of the same block.
        Outcome("bytes", "E3 81"): .09, Outcome("character", "あ"): .11, Outcome("bytes", "E3 82"): .12,
    })
    assert masses(b"\xe3\x81") == pytest.approx({
        Outcome("character", "あ"): .17, Outcome("character", "い"): .03, Outcome("character", "\u3041"): .20,
    })
    assert masses(b"\xf4") == pytest.approx({
        Outcome("bytes", "F4 81"): .09, Outcome("bytes", "F4 82"): .12, Outcome("bytes", "F4 81 82"): .11,
    })
    assert masses(b"\xc2\x00") == {}


def test_outcomes_too_improbable_for_float32_keep_their_order():
    vocabulary = VocabularyByCharacter(Toy((b"a", b"b", b"c", b"cc")), 4)
    masses = vocabulary.after(b"").log_masses(torch.tensor([[0.0, -300.0, -301.0, -301.0]]))[0]
    assert masses == pytest.approx([0, -300, -301 + np.log(2)], abs=1e-5)


def test_a_large_group_is_summed_without_losing_its_small_entries():
    vocabulary = VocabularyByCharacter(Toy((b"a",) * 100_001), 100_001)
    logits = torch.full((1, 100_001), float(np.log(1e-8)))
    logits[0, 0] = 0
    assert np.exp(vocabulary.after(b"").log_masses(logits)[0, 0]) == pytest.approx(1 + 100_000 * 1e-8, abs=1e-6)


@pytest.mark.parametrize("pieces, pending, characters", [
    ([b"a", b"\xe3", b"\x81", b"\x82", "鬼は".encode()], ["", "", "E3", "E3 81", ""], [(0, 1), (1, 4), (4, 5)]),
    # The second token finishes one character and begins another, whose first byte stands within the token.
    ([b"\xe3\x81", b"\x82\xe3", b"\x81\x84", b"b"], ["", "E3 81", "E3", ""], [(0, 2), (3, 4)]),
    # A character broken off, by a letter and by a special token.
    ([b"\xe3", b"a", b"\xe3", None, b"b"], ["", "E3", "", "E3", ""], [(4, 5)]),
    ([b"a", b"\xf0\x9f"], ["", ""], [(0, 1)]),
])
def test_what_stands_unfinished_and_which_tokens_write_a_character(pieces, pending, characters):
    n = len(pieces)
    table = TokenTable(
        np.arange(n), ("",) * n, tuple(piece or b"" for piece in pieces),
        tuple("special" if piece is None else "text" for piece in pieces), np.arange(n), 0, n,
    )
    text = written(table)
    assert [raw.hex(" ").upper() for raw in text.pending] == pending
    assert list(text.characters) == characters


def test_a_text_of_one_token_has_no_numbers(lm):
    result = lmviz.character_lens(lm.trace("「"))
    assert result.characters.tolist() == [[0, 1]] and result.following.tolist() == [-1]
    assert np.isnan(result.character_log_probabilities).all() and (result.candidates == -1).all()


def test_the_grouping_is_made_once_for_a_tokenizer(lm, monkeypatch):
    trace = lm.trace("日本の首都")
    first = lmviz.character_lens(trace)
    monkeypatch.setattr(VocabularyByCharacter, "__init__", None)
    assert np.array_equal(lmviz.character_lens(trace).ranks, first.ranks)
