"""The numbers in the comparisons' prose are those of the models that ship: each is looked for among what is computed.

Percentages are probabilities of candidates that the Japanese text quotes; other decimals are surprisals of what it
quotes, divergences, log-probabilities of watched words, depths, bits a character. Whole numbers without a sign are not
held.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
from miniature import REPOSITORY

import lmviz
from gallery.engine.analyses import position_of, trace
from gallery.validation import read_catalog
from gallery.validation.schema import ModelComparison, PromptComparison
from lmviz.figures import span_measures
from lmviz.figures.compare_span_words import medians_of
from lmviz.figures.compared import Compared

NUMBER = re.compile(r"(?<![\d.])\d+(?:\.\d+)?%|(?<![\d.])\d+\.\d+")
QUOTED = re.compile(r"「([^「」]+)」")
NATS = np.log(2)


@cache
def catalog():
    return read_catalog(REPOSITORY, look_at_models=False)


HELD = [each.id for each in catalog().comparisons if isinstance(each, (ModelComparison, PromptComparison))]


def prose(comparison, language: str) -> list[str]:
    told = [comparison.see, *vars(comparison.notes).values()]
    return [getattr(each, language) for each in told if each]


@cache
def reading(model_id: str, prompt_id: str) -> lmviz.Trace:
    model = next(each for each in catalog().models if each.id == model_id)
    prompt = next(each for each in catalog().prompts if each.id == prompt_id)
    return trace(loaded(model.directory), prompt)


@cache
def loaded(directory: str):
    if not (REPOSITORY / directory / "model.safetensors").exists():
        pytest.skip(f"{directory} is not here")
    return lmviz.load(REPOSITORY / directory, device="cpu")


def percentages(read, quoted: set[str]) -> Iterator[float]:
    """Of quoted candidates wherever the last layer predicts them, and of quoted tokens where they stand."""
    lens = lmviz.layer_predictions(read, top_k=50)
    ids = np.vstack([lens.token_ids[-1], lens.next_token_ids[-1]])
    logs = np.vstack([lens.log_probabilities[-1], lens.next_log_probabilities[-1]])
    named = {i for i, text in zip(lens.labels.token_ids.tolist(), lens.labels.texts, strict=True) if text in quoted}
    yield from (100 * np.exp(logs[np.isin(ids, list(named))])).tolist()
    yield from (100 * 2.0 ** -bits for bits in surprisals(read, quoted))


def surprisals(read, quoted: set[str]) -> Iterator[float]:
    """Bits of quoted pieces of the text that begin and end with tokens."""
    tokens, bits = read.tokens, -lmviz.token_probabilities(read).log_probabilities / NATS
    begins, ends = tokens.spans[:, 0], tokens.spans[:, 1]
    for piece in quoted:
        for found in re.finditer(re.escape(piece), tokens.text):
            own = (begins >= found.start()) & (ends <= found.end()) & (ends > begins)
            if own.any() and begins[own].min() == found.start() and ends[own].max() == found.end():
                yield float(bits[own].sum())


def of_pair(reads) -> Iterator[float]:
    yield from (lmviz.prompt_pair(*reads).divergences / NATS).ravel().tolist()


def of_models(comparison, reads) -> Iterator[float]:
    names = tuple(comparison.models)
    found = span_measures.surprisals(Compared(names, tuple(map(lmviz.token_probabilities, reads))), "ja")
    counted = found.shared.counted
    n_characters = int((found.shared.spans[:, 1] - found.shared.spans[:, 0])[counted].sum())
    yield from (float(each[counted].sum()) / n_characters for each in found.values)
    yield from medians_of(span_measures.settled(Compared(names, tuple(map(lmviz.lens_measures, reads))), "ja"))
    prompt = next(each for each in catalog().prompts if each.id == comparison.prompt)
    if watched := prompt.figures.watched_words:
        for read in reads:
            at = position_of("watched_words", watched.position, read.tokens)
            yield from np.abs(lmviz.watched_words(read, watched.words, at).log_probabilities).ravel().tolist()


@pytest.mark.parametrize("name", HELD)
def test_every_number_that_a_comparison_tells_is_computed(name):
    comparison = next(each for each in catalog().comparisons if each.id == name)
    texts = prose(comparison, "ja")
    quoted = {piece for text in texts for piece in QUOTED.findall(text)}
    if isinstance(comparison, ModelComparison):
        reads = [reading(model, comparison.prompt) for model in comparison.models]
        others = list(of_models(comparison, reads))
    else:
        reads = [reading(comparison.models[0], prompt) for prompt in comparison.prompts]
        others = list(of_pair(reads))
    shares = [share for read in reads for share in percentages(read, quoted)]
    others += [bits for read in reads for bits in surprisals(read, quoted)]
    for number in NUMBER.findall(" ".join(texts)):
        digits = len(number.rstrip("%").partition(".")[2])
        known = shares if number.endswith("%") else others
        assert number.rstrip("%") in {f"{value:.{digits}f}" for value in known}, number
    japanese, english = (NUMBER.findall(" ".join(prose(comparison, language))) for language in ("ja", "en"))
    assert sorted(japanese) == sorted(english)
