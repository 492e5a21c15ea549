"""Model cards: every measured number in them is that of ``evaluation.json``, which is of the weights beside it."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import markdown
import pytest
from bs4 import BeautifulSoup

from gallery.models.evaluation.cards import parts_of, with_measured_parts
from gallery.models.evaluation.record import (
    Evaluation,
    Figures,
    HeldOut,
    MeasuredModel,
    Sample,
    Samples,
    Trigrams,
    read_evaluation,
    write_evaluation,
)

MODELS = Path(__file__).resolve().parents[2] / "gallery" / "models"
CARDS = sorted(MODELS.glob("*/README.md"))
SECTIONS = {
    "ja": ["使いみち", "学習", "再現", "ライセンスについて", "評価", "出力の例", "限界", "引用"],
    "en": ["Intended use", "Training", "Reproducing it", "Licence", "Evaluation", "Samples", "Limits", "Citing"],
}
HOSTILE = "|<b>*太*</b>`a`\n[x](javascript:alert(1)) &amp; \x07"


def figures(start: float) -> Figures:
    return Figures(n_tokens=1234, nats_per_token=start, bits_per_character=start + 1.00049, perplexity=1000 * start,
                   top_1=0.12345, top_5=0.5)


@pytest.fixture
def evaluation() -> Evaluation:
    model = MeasuredModel(name="tiny", version=2, files={"model.safetensors": "00"}, figures=figures(3.1))
    other = MeasuredModel(name="a|b", version=None, files={}, figures=figures(4.2))
    sample = Sample(prompt="節分の", greedy=HOSTILE, greedy_ended=True, sampled="豆", sampled_ended=False)
    return Evaluation(
        held_out=HeldOut(file="held-out.jsonl", sha256="ab" * 32, n_records=7, n_characters=5678, window=64),
        model=model, beside=(other,), versions={"torch": "0"},
        baselines=(Trigrams(sources=("a", "b"), n_documents=4321, n_tokens=98765, figures=figures(5.3)),),
        samples=Samples(max_new_tokens=24, seed=5, start="none", texts=(sample,)),
    )  # fmt: skip


def tables(card: str) -> list[list[list[str]]]:
    """Cells of every table of a card, as a reader sees them."""
    read = BeautifulSoup(markdown.markdown(card, extensions=["tables"]), "html.parser")
    assert not read.select("td a, td b, td em, td code")
    return [[[cell.get_text() for cell in row.select("th, td")] for row in table.select("tr")]
            for table in read.select("table")]


def numbers(text: str) -> list[float]:
    return [float(number.replace(",", "")) for number in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]


def written_for(model: MeasuredModel | Trigrams) -> list[float]:
    """What a row of a card says, rounded here as a reader would round it."""
    found = model.figures
    return [round(found.bits_per_character, 3), round(found.nats_per_token, 3), round(found.perplexity, 1),
            round(100 * found.top_1, 1), round(100 * found.top_5, 1), found.n_tokens]


def test_measured_parts_say_what_was_measured_and_nothing_else_changes(evaluation):
    begin = "<!-- from evaluation.json: {} -->\n古い値 9.999\n<!-- end -->\n".format
    card = "# 題\n\n" + "\n言葉\n\n".join(map(begin, ("evaluation ja", "samples ja", "evaluation en"))) + "\n終わり\n"
    written = with_measured_parts(card, evaluation)
    assert "9.999" not in written and with_measured_parts(written, evaluation) == written
    assert re.sub(r"((?:ja|en) -->\n).*?(<!-- end)", r"\1古い値 9.999\n\2", written, flags=re.S) == card
    in_japanese, samples, in_english = tables(written)
    for rows in (in_japanese, in_english):
        assert [numbers(" ".join(row[1:])) for row in rows[1:]] == [
            written_for(each) for each in (evaluation.model, *evaluation.baselines, *evaluation.beside)
        ]
        assert rows[3][0] == "a|b" and "a + b" in rows[2][0]
    assert samples[1][0] == "節分の" and samples[1][2] == "豆"
    assert samples[1][1] == "|<b>*太*</b>`a`↵[x](javascript:alert(1)) &amp; （ここで文書を終えた）"
    for number in ("4,321", "98,765", "5,678", "64", "ab" * 32):
        assert written.count(number) == 2, "once in each language"


def test_an_evaluation_is_read_as_it_was_written_and_a_broken_one_is_named(evaluation, tmp_path):
    assert read_evaluation(tmp_path) is None
    path = write_evaluation(tmp_path, evaluation)
    assert read_evaluation(tmp_path) == evaluation
    path.write_text(path.read_text(encoding="utf-8").replace('"top_1": 0.12345', '"top_1": "viel"'), encoding="utf-8")
    with pytest.raises(ValueError, match="evaluation.json is no evaluation: .*top_1.*--write"):
        read_evaluation(tmp_path)


@pytest.mark.parametrize("path", CARDS, ids=lambda path: path.parent.name)
def test_a_card_has_its_sections_and_states_the_digest_of_its_weights(path):
    card = path.read_text(encoding="utf-8")
    digest = hashlib.sha256((path.parent / "model.safetensors").read_bytes()).hexdigest()
    halves = dict(zip(("ja", "en"), card.split('<a id="english"></a>'), strict=True))
    for language, half in halves.items():
        assert re.findall(r"^## (.+)$", half, re.M) == SECTIONS[language]
        assert half.count(digest) == 1, "the weights of a released version never change; release another version"
        assert parts_of(half) == [("evaluation", language), ("samples", language)]


@pytest.mark.parametrize(
    "path", [path for path in CARDS if read_evaluation(path.parent)], ids=lambda path: path.parent.name
)
def test_every_measured_number_in_a_card_is_of_these_weights(path):
    evaluation, card = read_evaluation(path.parent), path.read_text(encoding="utf-8")
    for name, digest in evaluation.model.files.items():
        assert hashlib.sha256((path.parent / name).read_bytes()).hexdigest() == digest
    assert with_measured_parts(card, evaluation) == card, "python -m gallery.models.evaluation.cards writes it anew"
    known = [written_for(each) for each in (evaluation.model, *evaluation.baselines, *evaluation.beside)]
    for half in card.split('<a id="english"></a>'):
        measured = half[half.index("evaluation.json: evaluation") : half.index("<!-- end")]
        assert [numbers(" ".join(row[1:])) for rows in tables(measured) for row in rows[1:]] == known
