"""``python -m gallery.models.evaluation MODEL … HELD_OUT``: how well models predict a text they have not seen."""

from __future__ import annotations

import argparse
import lzma
import sys
from collections.abc import Iterator
from pathlib import Path

import torch

from gallery.models.evaluation.baseline import TrainingTexts
from gallery.models.evaluation.cards import CARD, parts_of, shown, write_card
from gallery.models.evaluation.held_out import HeldOutText, count_characters
from gallery.models.evaluation.record import Figures, write_evaluation
from gallery.models.evaluation.run import Measured, Run
from gallery.validation import CatalogProblems, gallery_root
from gallery.validation.reader import read_catalog
from gallery.validation.schema import Model

_COLUMNS = {
    "bits_per_character": "bits/character", "nats_per_token": "nats/token", "perplexity": "perplexity",
    "top_1": "top-1", "top_5": "top-5", "n_tokens": "tokens",
}  # fmt: skip


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m gallery.models.evaluation", description=__doc__.splitlines()[0])
    parser.add_argument("models", nargs="+", metavar="MODEL", help="directory of a model, or owner/name on the hub")
    parser.add_argument("held_out", type=Path, metavar="HELD_OUT", help="JSON lines with title and text, .xz or plain")
    text = "texts, or one file of them, to train a 3-gram model on with each model's tokenizer; repeatable"
    parser.add_argument("--baseline", type=Path, action="append", default=[], metavar="TEXTS", help=text)
    text = "another model to measure in the same run, for which nothing is written; repeatable"
    parser.add_argument("--beside", action="append", default=[], metavar="[VERSION=]MODEL", help=text)
    text = "write evaluation.json into each MODEL, and the measured parts of its README.md"
    parser.add_argument("--write", action="store_true", help=text)
    parser.add_argument("--window", type=int, default=256, help="tokens read at once (default: 256)")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=int, default=1, help="of the CPU (default: 1)")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """The command; the exit status is 0, or 1 after one line on standard error."""
    options = _parser().parse_args(arguments)
    torch.set_num_threads(options.threads)
    try:
        for line in _measure(options):
            print(line, flush=True)
    except CatalogProblems as error:
        print(f"the catalog cannot be read: {error.problems[0].text('en')}", file=sys.stderr)
        return 1
    except (OSError, ValueError, lzma.LZMAError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _measure(options: argparse.Namespace) -> Iterator[str]:
    """Measures and writes, and yields the lines that tell of it."""
    for name in options.models if options.write else ():
        if not Path(name).is_dir():
            raise ValueError(f"--write needs the directory of a model; {name} is none")
    held_out = HeldOutText.read(options.held_out)
    yield f"{len(held_out.records)} records, {count_characters(held_out.records)} characters"
    texts = [TrainingTexts.read(place, held_out) for place in options.baseline]
    run = Run(held_out, options.window, texts, _models_by_directory(), options.device)
    yield "  ".join([f"{'':36}", *(f"{column:>14}" for column in _COLUMNS.values())])
    measured = []
    for name in options.models:
        found = run.measure(name, with_samples=options.write)
        measured.append(found)
        yield _line(_name(found), found.model.figures)
        for baseline in found.baselines:
            yield _line(f"  3-gram, {' + '.join(baseline.sources)}", baseline.figures)
    beside = [run.measure_beside(stated) for stated in options.beside]
    for found in beside:
        yield _line(_name(found), found.model.figures)
    for found in measured if options.write else ():
        others = [other for other in [*measured, *beside] if other is not found]
        yield f"{write_evaluation(Path(found.place), run.evaluation(found, others))}: written"
        card = Path(found.place) / CARD
        if card.is_file() and parts_of(card.read_text(encoding="utf-8")):
            write_card(Path(found.place))
            yield f"{card}: measured parts written"


def _models_by_directory() -> dict[Path, Model]:
    root = gallery_root()
    models = read_catalog(root, look_at_models=False).models
    return {(root / model.directory).resolve(): model for model in models if model.directory}


def _name(measured: Measured) -> str:
    version = measured.model.version
    return measured.model.name if version is None else f"{measured.model.name} version {version}"


def _line(name: str, figures: Figures) -> str:
    numbers = shown(figures)
    return "  ".join([f"{name:36}", *(f"{numbers[column]:>14}" for column in _COLUMNS)])


if __name__ == "__main__":
    sys.exit(main())
