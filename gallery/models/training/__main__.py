"""``python -m gallery.models.training TEXTS MODEL --steps 2000``: trains a GPT-2 on the texts of a directory."""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields
from pathlib import Path

import torch
from transformers.utils import logging

from gallery.models.training.loop import train
from gallery.models.training.settings import TOKENIZERS, Settings


def _share(text: str) -> tuple[str, float]:
    name, _, share = text.rpartition("=")
    try:
        return name, float(share)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected NAME=SHARE, such as wiki=0.5, not {text!r}") from None


def _steps(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected steps such as 10,100,1000, not {text!r}") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m gallery.models.training", description=__doc__.splitlines()[0])
    parser.add_argument("texts", type=Path, help="directory of .txt, .jsonl or .jsonl.xz files")
    parser.add_argument("model", type=Path, help="directory to write the model to")
    parser.add_argument("--state", type=Path, help="where the run keeps its state (default: MODEL.training)")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda (default: auto)")
    bound = parser.add_mutually_exclusive_group(required=True)
    bound.add_argument("--steps", type=int, help="length of the run in steps")
    bound.add_argument("--minutes", type=float, help="length of the run in minutes of training")
    parser.add_argument("--tokenizer", choices=TOKENIZERS, default=Settings.tokenizer)
    numbers = {
        "vocabulary": "entries of the tokenizer", "tokenizer_characters": "text it is trained on, in characters",
        "layers": None, "width": None, "heads": None, "context": "tokens", "batch": "rows of a step",
        "warmup": "steps", "decay": "share of the run at its end over which learning rates fall to 0",
        "muon_rate": "learning rate of the hidden matrices", "adamw_rate": "learning rate of everything else",
        "weight_decay": "of the hidden matrices", "held_out": "characters a source that are held back",
        "evaluate_every": "steps", "save_minutes": "minutes between checkpoints", "seed": None,
        "threads": "of the CPU; 0 leaves it to torch",
    }  # fmt: skip
    for name, meaning in numbers.items():
        default = getattr(Settings, name)
        text = f"{meaning or name} (default: {default})"
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default, help=text)
    for flag, when in (("--weight", ""), ("--final-weight", " while the learning rates fall")):
        text = f"share of the rows that a source gives{when}; repeatable"
        parser.add_argument(flag, type=_share, action="append", default=[], metavar="NAME=SHARE", help=text)
    text = "export the model after these steps too, such as 10,100,1000"
    parser.add_argument("--keep", type=_steps, default=(), metavar="STEPS", help=text)
    return parser


def main(arguments: list[str] | None = None) -> int:
    """The command; the exit status is 0, 1 after one line on standard error, 3 where a signal stopped the run."""
    options = vars(_parser().parse_args(arguments))
    logging.disable_progress_bar()
    weights, final = dict(options.pop("weight")), dict(options.pop("final_weight"))
    known = {each.name for each in fields(Settings)}
    device = options["device"]
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    state = options["state"] or options["model"].with_name(options["model"].name + ".training")
    try:
        settings = Settings(
            **{name: value for name, value in options.items() if name in known}, weights=weights, final_weights=final
        )
        ended = train(
            options["texts"], options["model"], state, settings, torch.device(device),
            lambda line: print(line, flush=True),
        )  # fmt: skip
    except (OSError, RuntimeError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0 if ended else 3


if __name__ == "__main__":
    sys.exit(main())
