"""Traces: generation, what is recorded where, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import transformers

import lmviz
from lmviz.generation import Generation, sample


def test_shapes_and_types(lm):
    trace = lm.trace("節分は、", max_new_tokens=5)
    n = len(trace.token_ids)
    assert trace.n_start == 0 and trace.n_prompt == n - 5 == len(lm.tokenizer.encode("節分は、"))
    assert trace.logits.shape == (n, lm.vocabulary_size) and trace.embeddings.shape == (n, lm.width)
    assert trace.hidden_states.shape == (lm.n_layers, n, lm.width)
    assert trace.feed_forward.shape == (lm.n_layers, n, 4 * lm.width)
    assert trace.token_ids.dtype == np.int64 and trace.text.startswith("節分は、") and trace.text == trace.tokens.text
    assert trace.model is lm and trace.generation == Generation(max_new_tokens=5)
    count = f"{n} tokens (5 of the continuation), {lm.n_layers} layers"
    assert repr(trace) == f"Trace({trace.text!r}, {count}, 'ja-gpt2-mini')"
    with pytest.raises(AttributeError):
        trace.logits = None


@pytest.mark.parametrize("prompt", ["節分は、", "東京は日本の首都であり、", "1998年"])
def test_greedy_generation_equals_transformers(lm, embedded, prompt):
    trace = lm.trace(prompt, max_new_tokens=24)
    network = transformers.AutoModelForCausalLM.from_pretrained(embedded, dtype=torch.float32).eval()
    ids = torch.tensor(trace.token_ids[: trace.n_prompt])[None]
    expected = network.generate(ids, attention_mask=torch.ones_like(ids), max_new_tokens=24, do_sample=False)[0]
    assert trace.token_ids.tolist() == expected.tolist()


@pytest.mark.parametrize("family", ["llama", "gemma2", "gpt_neox"])
def test_the_cache_changes_no_token(make_model, family):
    lm = lmviz.load(make_model(family), device="cpu")
    trace = lm.trace("節分は、鬼を", max_new_tokens=20)
    for position in range(trace.n_prompt, len(trace.token_ids)):
        assert trace.token_ids[position] == trace.logits[position - 1].argmax()


def test_an_end_of_sequence_token_ends_the_text_and_is_kept(lm, monkeypatch):
    free = lm.trace("節分は、", max_new_tokens=12)
    third = int(free.token_ids[free.n_prompt + 2])
    first = free.n_prompt + free.token_ids[free.n_prompt :].tolist().index(third)
    monkeypatch.setattr(lm, "eos_ids", (third,))
    ended = lm.trace("節分は、", max_new_tokens=12)
    assert ended.token_ids.tolist() == free.token_ids[: first + 1].tolist()
    table = lm.tokenizer.table("節分は、", [lm.tokenizer.eos_id])
    assert table.kinds[-1] == "special" and table.texts[-1] == "" and table.raw_bytes[-1] == b""


def test_greedy_ties_go_to_the_lowest_id(make_model):
    lm = lmviz.load(make_model("llama", tie_word_embeddings=False), device="cpu")
    with torch.no_grad():
        best = lm.trace("節").logits[-1].argmax()
        lm.network.lm_head.weight[7] = lm.network.lm_head.weight[int(best)]
        lm.network.lm_head.weight[300] = lm.network.lm_head.weight[int(best)]
    assert lm.trace("節", max_new_tokens=1).token_ids[-1] == min(7, best)


def test_sampling_is_reproducible_and_depends_on_the_seed(lm):
    texts = [lm.trace("節分は、", max_new_tokens=16, do_sample=True, seed=seed).text for seed in (0, 0, 1)]
    assert texts[0] == texts[1] != texts[2]
    greedy = lm.trace("節分は、", max_new_tokens=8)
    assert lm.trace("節分は、", max_new_tokens=8, do_sample=True, top_k=1).text == greedy.text


@pytest.mark.parametrize("settings", [
    {}, {"temperature": 0.5}, {"temperature": 2.0, "top_k": 3}, {"top_p": 0.8},
    {"temperature": 1.5, "top_k": 5, "top_p": 0.6},
])
def test_sampling_has_the_distribution_that_transformers_warpers_leave(settings):
    logits = np.array([1.0, -0.5, 2.0, 0.3, -3.0, 1.4, 0.0], dtype=np.float32)
    warped = torch.tensor(logits)[None]
    if "temperature" in settings:
        warped = transformers.TemperatureLogitsWarper(settings["temperature"])(None, warped)
    if "top_k" in settings:
        warped = transformers.TopKLogitsWarper(settings["top_k"])(None, warped)
    if "top_p" in settings:
        warped = transformers.TopPLogitsWarper(settings["top_p"])(None, warped)
    expected = warped.softmax(-1)[0].numpy()
    random = np.random.Generator(np.random.PCG64(3))
    n, generation = 20_000, Generation(do_sample=True, **settings)
    counts = np.bincount([sample(logits, generation, random) for _ in range(n)], minlength=7)
    assert ((counts == 0) == (expected == 0)).all()
    assert (np.abs(counts / n - expected) < 4.5 * np.sqrt(expected * (1 - expected) / n) + 1e-12).all()


def test_a_continuation_is_read_instead_of_generating(lm):
    trace = lm.trace("節分は、", continuation="季節の変わり目", max_new_tokens=16)
    assert trace.text == "節分は、季節の変わり目"
    assert trace.token_ids.tolist() == lm.tokenizer.encode("節分は、季節の変わり目").token_ids.tolist()
    assert trace.n_prompt == len(lm.tokenizer.encode("節分は、"))
    assert lm.trace("節分は、", continuation="").text == "節分は、"


def test_logits_of_a_position_do_not_depend_on_what_follows(lm):
    short, long = lm.trace("節分は、豆を"), lm.trace("節分は、豆を", continuation="まく行事である。")
    n = len(short.token_ids)
    np.testing.assert_allclose(long.logits[:n], short.logits, atol=2e-5 * np.abs(short.logits).max())


@pytest.mark.parametrize(("prompt", "options", "message"), [
    ("", {}, "the prompt is empty"),
    ("  \n", {}, "has no tokens: the tokenizer drops all of it"),
    (None, {}, "a text is a string, not NoneType"),
    ("鬼", {"max_new_tokens": -1}, "max_new_tokens is a whole number of at least 0, not -1"),
    ("鬼", {"max_new_tokens": 2.5}, "max_new_tokens is a whole number"),
    ("鬼", {"max_new_tokens": True}, "max_new_tokens is a whole number"),
    ("鬼", {"do_sample": "yes"}, "do_sample is True or False"),
    ("鬼", {"temperature": 0}, "temperature is a number above 0, not 0"),
    ("鬼", {"temperature": float("nan")}, "temperature is a number above 0"),
    ("鬼", {"top_k": 0}, "top_k is a whole number of at least 1"),
    ("鬼", {"top_p": 1.5}, "top_p is a number above 0 and at most 1"),
    ("鬼", {"seed": -1}, "seed is a whole number"),
    ("鬼", {"continuation": 3}, "continuation is a text, not int"),
    ("鬼", {"continuation": "豆", "do_sample": True}, "continuation is read instead of generating"),
    ("鬼", {"continuation": "  "}, "the continuation '  ' has no tokens"),
    ("鬼は外。" * 100, {}, r"the text is too long: \d+ tokens, but ja-gpt2-mini reads at most 256; shorten the text$"),
    ("鬼", {"max_new_tokens": 255}, "2 tokens and 255 new tokens, .* at most 256; .* or lower max_new_tokens"),
    ("鬼", {"continuation": "鬼は外。" * 100}, "the text is too long"),
])
def test_what_cannot_be_traced_is_refused(lm, prompt, options, message):
    with pytest.raises(ValueError, match=message):
        lm.trace(prompt, **options)


def test_the_longest_text_is_read(lm):
    assert len(lm.trace("鬼", max_new_tokens=0, continuation="鬼" * 254).token_ids) == 256


def test_overflow_is_named_by_layer(make_model):
    lm = lmviz.load(make_model("gpt2"), device="cpu")
    with torch.no_grad():
        lm.network.transformer.h[1].mlp.c_proj.bias.fill_(float("inf"))
    with pytest.raises(ValueError, match="not finite from layer 1, position 0 on"):
        lm.trace("節分")


def test_running_out_of_memory_is_one_line(make_model, monkeypatch):
    lm = lmviz.load(make_model("gpt2"), device="cpu")

    def out_of_memory(*args, **kwargs):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.\nGPU 0 has ...")

    monkeypatch.setattr(lm.network, "forward", out_of_memory)
    with pytest.raises(ValueError, match="out of memory on cpu while .* read 4 tokens") as raised:
        lm.trace("節分")
    assert "\n" not in str(raised.value)
