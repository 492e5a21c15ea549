"""The measured parts of model cards: ``python -m gallery.models.evaluation.cards MODEL …`` writes them anew.

They stand in ``README.md`` between ``<!-- from evaluation.json: PART LANGUAGE -->`` and ``<!-- end -->``; parts are
``evaluation`` and ``samples``, languages ``ja`` and ``en``. Nothing else in a card is touched.
"""

from __future__ import annotations

import argparse
import re
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from gallery.messages import Messages
from gallery.models.evaluation.record import Evaluation, Figures, MeasuredModel, Trigrams, read_evaluation

Language = Literal["ja", "en"]

CARD = "README.md"
_MEASURES = ("bits_per_character", "nats_per_token", "perplexity", "top_1", "top_5", "n_tokens")
_PART = re.compile(r"(<!-- from evaluation\.json: (evaluation|samples) (ja|en) -->\n).*?(^<!-- end -->)", re.S | re.M)
_MARKUP = re.compile(r"[&<>|\\`*_\[\]{}~$!#:@]")
_messages = Messages(Path(__file__).parent / "messages.toml")


def shown(figures: Figures) -> dict[str, str]:
    """Figures as they are written in tables, by name."""
    return {
        "bits_per_character": f"{figures.bits_per_character:.3f}", "nats_per_token": f"{figures.nats_per_token:.3f}",
        "perplexity": f"{figures.perplexity:,.1f}", "top_1": f"{100 * figures.top_1:.1f}%",
        "top_5": f"{100 * figures.top_5:.1f}%", "n_tokens": f"{figures.n_tokens:,}",
    }  # fmt: skip


def with_measured_parts(card: str, evaluation: Evaluation) -> str:
    """A card with its measured parts written from an evaluation; the same where it has no markers."""
    writers = {"evaluation": _evaluation, "samples": _samples}

    def write(part: re.Match) -> str:
        return part[1] + "\n".join(writers[part[2]](evaluation, part[3])) + "\n" + part[4]

    return _PART.sub(write, card)


def parts_of(card: str) -> list[tuple[str, str]]:
    """The measured parts that a card has places for: (part, language), in its order."""
    return [(part[2], part[3]) for part in _PART.finditer(card)]


def write_card(directory: Path) -> bool:
    """Writes the measured parts of a model directory's card from its ``evaluation.json``; whether the card changed.

    Raises:
        ValueError: no evaluation, or one that cannot be read.
    """
    evaluation = read_evaluation(directory)
    if evaluation is None:
        raise ValueError(f"no evaluation.json in {directory}; measure the model with --write")
    path = directory / CARD
    card = path.read_text(encoding="utf-8")
    written = with_measured_parts(card, evaluation)
    if written != card:
        path.write_text(written, encoding="utf-8")
    return written != card


def _evaluation(evaluation: Evaluation, language: Language) -> Iterator[str]:
    held, words = evaluation.held_out, _words(language)
    yield from ("", words("held_out", file=held.file, n_records=held.n_records, n_characters=f"{held.n_characters:,}"))
    yield from ("", _row([words("model"), *map(words, _MEASURES)]), "|---|" + "--:|" * len(_MEASURES))
    rows = [(f"**{name_of(evaluation.model, language)}**", evaluation.model.figures)]
    rows += [(words("trigrams", sources=_sources(each)), each.figures) for each in evaluation.baselines]
    rows += [(name_of(model, language), model.figures) for model in evaluation.beside]
    for name, figures in rows:
        numbers = shown(figures)
        yield _row([name, *(numbers[measure] for measure in _MEASURES)])
    yield from ("", words("comparable"))
    if evaluation.baselines:
        amounts = (
            words("amount", sources=_sources(each), n_documents=f"{each.n_documents:,}", n_tokens=f"{each.n_tokens:,}")
            for each in evaluation.baselines
        )
        yield from ("", words("about_trigrams", amounts=words("and").join(amounts)))
    yield from ("", words("convention", window=held.window))
    yield from ("", words("digests", text_digest=held.sha256), "")


def _samples(evaluation: Evaluation, language: Language) -> Iterator[str]:
    samples, words = evaluation.samples, _words(language)
    yield from ("", words("about_samples", n=samples.max_new_tokens, seed=samples.seed))
    yield from ("", _row([words("prompt"), words("greedy"), words("sampled")]), "|---|---|---|")
    for sample in samples.texts:
        parts = ((sample.greedy, sample.greedy_ended), (sample.sampled, sample.sampled_ended))
        written = (_cell(text) + (words("ended") if ended else "") for text, ended in parts)
        yield _row([_cell(sample.prompt), *written])
    yield ""


def name_of(model: MeasuredModel, language: Language) -> str:
    """A model's name, with its version where it has one."""
    name = _cell(model.name)
    return name if model.version is None else _words(language)("named", name=name, version=model.version)


def _sources(baseline: Trigrams) -> str:
    return " + ".join(map(_cell, baseline.sources))


def _words(language: Language):
    return lambda key, **values: _messages(key, **values)[language]


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cell(text: str) -> str:
    """Text in a cell of a table, none of whose characters is taken for Markdown or HTML."""
    text = text.replace("\n", "↵")
    text = "".join(c for c in text if unicodedata.category(c) != "Cc")
    return _MARKUP.sub(lambda found: f"&#{ord(found[0])};", text)


def main(arguments: list[str] | None = None) -> int:
    """The command; the exit status is 0, or 1 after one line on standard error."""
    parser = argparse.ArgumentParser(prog="python -m gallery.models.evaluation.cards", description=__doc__)
    parser.add_argument("models", type=Path, nargs="+", metavar="MODEL", help="directory with evaluation.json")
    try:
        for directory in parser.parse_args(arguments).models:
            print(f"{directory / CARD}: {'written' if write_card(directory) else 'as it was'}")
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
