"""Tokenizers: the ids are those of the reference library, and no character of a text is lost or moved."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
import sentencepiece
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import lmviz

NASTY = [
    "節分は、㍿の🍣  だ。\n次", "  前後に空白  ", "İstanbul ＡＢＣ ｶﾞｷﾞ ㌖ ½ \u3000x", "</s>[MASK]<s><|endoftext|>",
    "👨‍👩‍👧‍👦は家族、👍🏽", "\ttab\r\nLF\n\n", "a\u0300が か\u3099", "¨x ´", "▁x Ġ <0xE3>",
    "\u200b\ufeffBOM\x00NUL\x7f", "𠮷野家で𩸽",
    "ﷺ", "�か", "か", "\u0301", "e\u0301\u0301\u0301", "한국어 العربية ไทย",
]
PLAIN = st.text(
    st.one_of(
        st.sampled_from("節分は豆まき　 \n\t、。「」Ａａ1２①㍿㌖ｶﾞ🍣𠮷\u3099\u0301İßﬁ▁Ġ�\u200d"),
        st.characters(exclude_categories=("Cs",)),
    ),
    min_size=1, max_size=24,
)


@pytest.fixture(scope="module", params=[
    "unigram", "byte_fallback", "byte_level", "byte_level_prefix", "vocabulary_files", "tokenizer_json", "llama_json",
])
def directory(request, tmp_path_factory, sentencepiece_file, write_byte_level, embedded):
    import shutil

    path = tmp_path_factory.mktemp(request.param)
    if request.param in ("unigram", "byte_fallback"):
        shutil.copyfile(sentencepiece_file(byte_fallback=request.param == "byte_fallback"), path / "spiece.model")
    elif request.param == "tokenizer_json":
        for name in ("tokenizer.json", "tokenizer_config.json"):
            shutil.copyfile(embedded / name, path / name)
    elif request.param == "llama_json":
        write_llama_json(path)
    else:
        write_byte_level(
            path, vocabulary_files=request.param == "vocabulary_files",
            add_prefix_space=request.param == "byte_level_prefix",
        )
    return path


def write_llama_json(path):
    """BPE with byte fallback and a prepended mark, as Llama 2 has it."""
    from tokenizers import Tokenizer, models, normalizers

    byte_pieces = [f"<0x{byte:02X}>" for byte in range(256)]
    pieces = ["<unk>", "<s>", "</s>", *byte_pieces, "▁", "a", "x", "は", "、", "▁は", "節", "分", "節分"]
    vocabulary = {piece: i for i, piece in enumerate(pieces)}
    merges = [("▁", "は"), ("節", "分")]
    tokenizer = Tokenizer(models.BPE(vocabulary, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.add_special_tokens(["<unk>", "<s>", "</s>"])
    tokenizer.save(str(path / "tokenizer.json"))
    (path / "tokenizer_config.json").write_text(json.dumps({"bos_token": "<s>", "eos_token": {"content": "</s>"}}))


@pytest.fixture(scope="module")
def tokenizer(directory):
    return lmviz.load_tokenizer(directory)


@pytest.fixture(scope="module")
def lowering(directory):
    return lmviz.load_tokenizer(directory, lower_case=True)


def joins(tokenizer, text):
    encoded = tokenizer.encode(text)
    if len(encoded):  # a SentencePiece model drops a text of nothing but spaces
        assert "".join(encoded.texts) == text
    assert (np.diff(encoded.groups) >= 0).all() and (np.diff(encoded.groups) <= 1).all()
    for row in range(1, len(encoded)):
        if encoded.groups[row] == encoded.groups[row - 1]:
            assert encoded.texts[row] == ""


@pytest.mark.parametrize("text", NASTY)
def test_texts_join(tokenizer, text):
    joins(tokenizer, text)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=PLAIN)
def test_texts_join_whatever_is_written(tokenizer, text):
    joins(tokenizer, text)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=PLAIN)
def test_lower_casing_changes_ids_not_texts(tokenizer, lowering, text):
    joins(lowering, text)
    assert lowering.encode(text).token_ids.tolist() == tokenizer.encode(text.lower()).token_ids.tolist()


def test_each_token_has_the_characters_it_stands_for(embedded):
    tokenizer = lmviz.load_tokenizer(embedded)
    encoded = tokenizer.encode("㍿の🍣  ｶﾞ\n次")
    assert encoded.texts == ("㍿", "の", "🍣", "", "", "", "  ", "ｶﾞ", "\n", "次")
    assert encoded.groups.tolist() == [0, 1, 2, 2, 2, 2, 3, 4, 5, 6]
    assert tokenizer.encode("鬼").texts == ("", "鬼")
    assert tokenizer.encode(" 鬼").texts == (" ", "鬼")
    assert tokenizer.encode("½").texts == ("", "½", "", "")


def test_a_prefix_space_stands_for_no_space_of_the_text(tmp_path):
    write_llama_json(tmp_path)
    tokenizer = lmviz.load_tokenizer(tmp_path)
    for text in (" は", "  は", "\u3000は", "は", "🍣"):
        encoded = tokenizer.encode(text)
        pieces = [tokenizer.decode_bytes(i) for i in encoded.token_ids]
        assert b"".join(pieces) == b" " + text.encode()
        if pieces[0] == b" ":
            assert encoded.spans[0].tolist() == [0, 0] and encoded.spans[1, 0] == 0


def test_ids_equal_the_reference_library(directory, tokenizer):
    file = directory / "spiece.model"
    if file.is_file():
        reference = sentencepiece.SentencePieceProcessor(model_file=str(file))
        expected = [reference.encode(text) for text in NASTY]
    else:
        from tokenizers import ByteLevelBPETokenizer, Tokenizer

        if (directory / "tokenizer.json").is_file():
            reference = Tokenizer.from_file(str(directory / "tokenizer.json"))
        else:
            reference = ByteLevelBPETokenizer(str(directory / "vocab.json"), str(directory / "merges.txt"))
        expected = [reference.encode(text, add_special_tokens=False).ids for text in NASTY]
        expected[3] = None  # holds names of special tokens, which are text here
    for text, ids in zip(NASTY, expected, strict=True):
        if ids is not None:
            assert tokenizer.encode(text).token_ids.tolist() == ids


@pytest.mark.parametrize("tokenizer_class", ["GPT2Tokenizer", "Qwen2Tokenizer"])
def test_vocabulary_files_give_the_ids_that_transformers_gives(tmp_path, write_byte_level, tokenizer_class):
    import transformers

    write_byte_level(tmp_path, vocabulary_files=True)
    settings_file = tmp_path / "tokenizer_config.json"
    settings_file.write_text(json.dumps({**json.loads(settings_file.read_text()), "tokenizer_class": tokenizer_class}))
    reference = getattr(transformers, tokenizer_class).from_pretrained(tmp_path)
    tokenizer = lmviz.load_tokenizer(tmp_path)
    for text in [*NASTY[:3], *NASTY[4:], "2018年に10回、it's 3.14"]:
        assert tokenizer.encode(text).token_ids.tolist() == reference.encode(text, add_special_tokens=False)
        joins(tokenizer, text)


def test_rinna_ids_equal_sentencepiece(rinna_tokenizer):
    reference = sentencepiece.SentencePieceProcessor(model_file=str(rinna_tokenizer / "spiece.model"))
    tokenizer = lmviz.load_tokenizer(rinna_tokenizer)
    for text in [*NASTY, "Tokyo Celeste 🍣"]:
        assert tokenizer.encode(text).token_ids.tolist() == reference.encode(text)
        joins(tokenizer, text)
    lowering = lmviz.load_tokenizer(rinna_tokenizer, lower_case=True)
    encoded = lowering.encode("Tokyo Celeste 🍣")
    assert encoded.token_ids.tolist() == reference.encode("tokyo celeste 🍣")
    assert "".join(encoded.texts) == "Tokyo Celeste 🍣"
    assert (tokenizer.unk_id, tokenizer.bos_id, tokenizer.eos_id) == (0, 1, 2)


def test_unknown_tokens_keep_the_curators_text_and_write_none(rinna_tokenizer):
    tokenizer = lmviz.load_tokenizer(rinna_tokenizer)
    table = tokenizer.table("寿司🍣𠮷です", [0, tokenizer.encode_continuation("鬼")[0]])
    row = table.kinds.index("unknown")
    assert table.texts[row] == "🍣𠮷" and table.raw_bytes[row] == b""
    assert table.kinds[-2:] == ("unknown", "text") and table.texts[-2:] == ("", "鬼")
    assert table.text == "寿司🍣𠮷です鬼"


def test_continuation_is_what_follows_in_one_text(tokenizer):
    for before, text in [("節分は、", "節分の豆"), ("節分は、", " x は"), ("は、", "🍣x")]:
        whole, prompt = tokenizer.encode(before + text).token_ids.tolist(), tokenizer.encode(before).token_ids.tolist()
        assert whole[: len(prompt)] == prompt
        assert tokenizer.encode_continuation(text).tolist() == whole[len(prompt) :]


def test_continuation_has_no_prefix_space(embedded):
    tokenizer = lmviz.load_tokenizer(embedded)
    ids = tokenizer.encode_continuation("鬼")
    assert [tokenizer.decode_bytes(i) for i in ids] == ["鬼".encode()]


def test_continuation_that_is_read_keeps_its_text(tokenizer):
    for text in NASTY:
        table = tokenizer.table("節分は、", continuation=text)
        assert table.text == "節分は、" + text
        assert table.token_ids[table.n_prompt :].tolist() == tokenizer.encode_continuation(text).tolist()


def test_bytes_of_generated_tokens_are_decoded_as_they_arrive(embedded):
    tokenizer = lmviz.load_tokenizer(embedded)
    of = {tokenizer.decode_bytes(i): i for i in range(4, 260)}
    sushi = [of[bytes([byte])] for byte in "🍣".encode()]
    oni = int(tokenizer.encode_continuation("鬼")[0])
    table = tokenizer.table("豆", [*sushi, oni, *sushi[:3], oni, sushi[1], tokenizer.eos_id, *sushi[:2]])
    start = table.n_prompt
    assert table.texts[start:] == ("🍣", "", "", "", "鬼", "", "", "", "鬼", "", "", "", "")
    kinds = "bytes bytes bytes bytes text bytes bytes bytes text bytes special bytes bytes".split()
    assert list(table.kinds[start:]) == kinds
    assert (table.groups[start:] - table.groups[start]).tolist() == [0, 0, 0, 0, 1, 2, 2, 2, 3, 4, 5, 6, 6]
    assert table.group_text(start + 2) == "🍣"


def test_token_that_ends_one_character_and_begins_the_next():
    from lmviz.loading.surfaces import Span, divide, join_bytes

    of_bytes = join_bytes([b"\xe3\x81", b"\x82\xe3", b"\x81\x84", b"x"])
    of_spans = divide("あいx", [Span(0, 0, 1), Span(1, 0, 2), Span(2, 1, 2), Span(3, 2, 3)])
    for texts, groups, spans in (of_bytes, of_spans):
        assert texts == ("あい", "", "", "x") and groups.tolist() == [0, 0, 0, 1]
        assert spans.tolist() == [[0, 1], [0, 2], [1, 2], [2, 3]]


def test_every_entry_of_a_byte_level_vocabulary_stands_for_its_bytes(tmp_path, write_byte_level):
    write_byte_level(tmp_path)
    tokenizer = lmviz.load_tokenizer(tmp_path)
    for text in NASTY:
        encoded = tokenizer.encode(text)
        assert b"".join(tokenizer.decode_bytes(i) for i in encoded.token_ids) == text.encode()


def test_labels_show_no_raw_vocabulary(tokenizer):
    labels = tokenizer.labels([*range(tokenizer.vocabulary_size), -1, 3, tokenizer.vocabulary_size + 7])
    assert labels.token_ids.tolist() == [*range(tokenizer.vocabulary_size), tokenizer.vocabulary_size + 7]
    for text, kind in zip(labels.texts, labels.kinds, strict=True):
        assert "▁" not in text and "Ġ" not in text and "\ufffd" not in text
        if kind == "bytes":
            assert bytes.fromhex(text)
    assert labels.kinds[labels.index(tokenizer.eos_id)] == "special"


def test_names_of_special_tokens_in_a_text_are_text(tmp_path, write_byte_level):
    write_byte_level(tmp_path)
    tokenizer = lmviz.load_tokenizer(tmp_path)
    assert tokenizer.eos_id not in tokenizer.encode("<|endoftext|>").token_ids


def test_start_tokens_have_no_text(embedded):
    table = lmviz.load_tokenizer(embedded).table("鬼", start=(1,))
    assert (table.n_start, table.n_prompt, table.texts, table.kinds[0]) == (1, 3, ("", "", "鬼"), "special")


def test_what_is_not_unicode_text_is_refused(tokenizer):
    with pytest.raises(ValueError, match=r"U\+D800, half of a surrogate pair"):
        tokenizer.encode("鬼\ud800")


def test_unreadable_tokenizers_are_named(tmp_path):
    with pytest.raises(lmviz.loading.LoadError, match="no tokenizer in .*; expected spiece.model"):
        lmviz.load_tokenizer(tmp_path)
    (tmp_path / "tokenizer.model").write_text("IQ== 0\nIg== 1\n")  # Llama 3's is no SentencePiece model
    with pytest.raises(lmviz.loading.LoadError, match="not a SentencePiece model"):
        lmviz.load_tokenizer(tmp_path)
    (tmp_path / "tokenizer.json").write_text('{"version": "1.0", "model": {"type": "Nonsense"}}')
    with pytest.raises(lmviz.loading.LoadError, match="cannot be read"):
        lmviz.load_tokenizer(tmp_path)
    with pytest.raises(lmviz.loading.LoadError, match="no such directory"):
        lmviz.load_tokenizer(tmp_path / "nowhere")


def test_llama_3_tokenizer_model_gives_way_to_tokenizer_json(tmp_path, write_byte_level):
    write_byte_level(tmp_path)
    expected = lmviz.load_tokenizer(tmp_path).encode("節分").token_ids.tolist()
    (tmp_path / "tokenizer.model").write_text("IQ== 0\nIg== 1\n")
    assert lmviz.load_tokenizer(tmp_path).encode("節分").token_ids.tolist() == expected


def test_neither_torch_nor_transformers_is_imported(embedded):
    code = (
        "import sys, lmviz, lmviz.loading\n"
        f"lmviz.load_tokenizer({str(embedded)!r}).table('鬼')\n"
        f"assert set(lmviz.loading.digests({str(embedded)!r})) == {{'weights', 'tokenizer'}}\n"
        "assert not {'torch', 'transformers'} & set(sys.modules), sorted(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=embedded.parents[2])
