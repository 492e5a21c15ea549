"""What can be typed after ``python build_gallery.py``, and the help that teaches it."""

from __future__ import annotations

import argparse
import re
import sys
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import NoReturn

from gallery.command.speech import Speech
from gallery.messages import LANGUAGES
from gallery.validation.problems import did_you_mean

COMMANDS = (
    "check", "build", "site", "status", "verify", "serve", "add", "cite", "publish", "release", "export", "import",
    "convert",
)
_REASONS = {
    "unknown_option": r"unrecognized arguments: (?P<found>.*)",
    "value_missing": r"argument (?P<option>\S+): expected one argument",
    "argument_missing": r"the following arguments are required: (?P<name>.*)",
    "value_refused": r"argument (?P<option>[^\s:]+): (?P<why>.*)",
}
"""What argparse says is wrong, which it says in English only."""
_DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d{1,3})?", re.ASCII)


class _Parser(argparse.ArgumentParser):
    """argparse with our words: it says what was wrong in one line, and where help is."""

    def __init__(self, speech: Speech, command: str):
        super().__init__(
            prog=f"build_gallery.py {command}", add_help=False, allow_abbrev=False,
            usage=f"python build_gallery.py {speech.of(f'usage_{command}')}",
            description=speech.of(f"about_{command}"), epilog=speech.of(f"examples_{command}"),
            formatter_class=lambda prog: _Formatter(prog, speech),
        )
        self._speech, self._command = speech, command
        self._options = self.add_argument_group(speech.of("options"))
        self._options.add_argument("-h", "--help", action="help", help=speech.of("help_help"))

    def option(self, name: str, *, key: str = "", **settings) -> None:
        """``key``: of the wording of its help, where the option means something else with this command."""
        key = key or name.strip("-").replace("-", "_").lower()
        self._options.add_argument(name, help=self._speech.of(f"help_{key}"), **settings)

    def error(self, message: str) -> NoReturn:
        self._speech.complain("usage_error", why=self._reason(message), command=self._command)
        raise SystemExit(2)

    def _reason(self, message: str) -> str:
        for key, pattern in _REASONS.items():
            if match := re.fullmatch(pattern, message, re.DOTALL):
                values = match.groupdict()
                if "found" in values:
                    values["found"] = values["found"][:80]
                    values["did_you_mean"] = did_you_mean(values["found"].split()[0], self._option_string_actions)
                return self._speech.of(key, **values)
        return message


class _Formatter(argparse.RawDescriptionHelpFormatter):
    def __init__(self, prog: str, speech: Speech):
        super().__init__(prog, max_help_position=28, width=100)
        self._speech = speech

    def add_usage(self, usage, actions, groups, prefix=None):
        super().add_usage(usage, actions, groups, self._speech.of("usage"))


def parse(argv: list[str], speech: Speech) -> argparse.Namespace:
    """The command and its options. Raises ``SystemExit``: 0 after help, 2 after one line on what was wrong."""
    if argv[:1] in (["-h"], ["--help"], ["help"]):
        print(speech.of("help"))
        raise SystemExit(0)
    command, rest = ("build", argv) if not argv or argv[0].startswith("-") else (argv[0], argv[1:])
    if command not in COMMANDS:
        guess = did_you_mean(command, COMMANDS)
        speech.complain("unknown_command", command=command[:60], did_you_mean=guess, known=", ".join(COMMANDS))
        raise SystemExit(2)
    parser = _Parser(speech, command)
    if command in ("build", "status", "publish"):
        parser.option("--only", metavar="GLOB")
    if command in ("build", "status"):
        parser.option("--tier", metavar="full", type=partial(_tier, speech))
    if command == "build":
        parser.option("--models", metavar="ID,ID", type=partial(_names, speech), default=())
        parser.option("--device", metavar="DEVICE", type=partial(_device, speech), default="auto")
        parser.option("--jobs", metavar="N", type=partial(_count, speech))
        parser.option("--threads", metavar="N", type=partial(_count, speech))
        parser.option("--engine", metavar="NAME", type=partial(_engine, speech), default="pool")
        parser.option("--engine-config", metavar="FILE", type=Path)
        parser.option("--no-site", action="store_true")
    if command in ("build", "site", "serve", "release"):
        parser.option("--address", metavar="URL")
    if command == "site":
        parser.option("--versions", metavar="DIR", type=Path)
    if command == "verify":
        parser.option("GLOB", nargs="?", key="only")
        parser.option("--device", metavar="DEVICE", type=partial(_device, speech), default="auto")
        parser.option("--jobs", metavar="N", type=partial(_count, speech))
        parser.option("--threads", metavar="N", type=partial(_count, speech))
        parser.option("--repair", action="store_true")
    if command in ("status", "verify"):
        parser.option("--json", action="store_true")
    if command == "serve":
        parser.option("--port", metavar="N", type=partial(_count, speech), default=8000)
        parser.option("--no-watch", action="store_true")
    if command == "add":
        for name in ("--id", "--title-ja", "--title-en", "--about-ja", "--about-en", "--text"):
            parser.option(name, metavar="TEXT")
        parser.option("--text-file", metavar="FILE")
        parser.option("--source", metavar="KIND", type=partial(_source, speech))
        parser.option("--wikipedia", metavar="TITLE")
        parser.option("--article", metavar="TITLE")
        parser.option("--address", key="address_of_article", metavar="URL")
        for name in ("--revision", "--licence", "--continuation"):
            parser.option(name, metavar="TEXT")
        for name in ("--models", "--tags", "--watch"):
            parser.option(
                name, key="models_of_prompt" if name == "--models" else "", metavar="A,B",
                type=partial(_names, speech), default=(),
            )
    if command == "cite":
        parser.option("ID", key="figure_id")
        known = ("plain", "apa", "bibtex", "ris", "csl")
        parser.option("--format", metavar="NAME", type=partial(_one_of, speech, *known), default="plain")
        parser.option("--language", metavar="ja|en", type=partial(_one_of, speech, *LANGUAGES))
        parser.option("--address", metavar="URL")
    if command == "export":
        parser.option("WHAT", nargs="+")
        parser.option("--format", key="formats_of_figure", metavar="A,B", type=partial(_formats, speech))
        parser.option("--language", key="language_of_figure", metavar="ja,en", type=partial(_languages, speech))
        parser.option("--width", metavar="NAME", type=partial(_one_of, speech, "own", "column", "paper", "slide"))
        parser.option("--colours", metavar="NAME", type=partial(_one_of, speech, "colour", "grey"))
        parser.option("--scale", metavar="N", type=partial(_one_of, speech, "1", "2"))
        parser.option("--out", metavar="DIR", type=Path)
    if command == "release":
        parser.option("VERSION", nargs="?", key="version_of_release")
        parser.option("--date", metavar="YYYY-MM-DD", type=partial(_day, speech))
        parser.option("--without-site", action="store_true")
        parser.option("--out", key="out_of_release", metavar="DIR", type=Path)
    if command == "import":
        parser.option("FILE")
    if command == "import":
        parser.option("--replace", action="store_true")
    if command == "convert":
        parser.option("DIRECTORY")
    parser.option("--log-json", action="store_true")
    arguments = parser.parse_args(rest)
    arguments.command = command
    return arguments


def _names(speech: Speech, text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    if not names:
        raise argparse.ArgumentTypeError(speech.of("no_names"))
    return names


def _count(speech: Speech, text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= 65535:
        raise argparse.ArgumentTypeError(speech.of("not_a_count", found=text[:20]))
    return int(text)


def _tier(speech: Speech, text: str) -> str:
    if text != "full":
        raise argparse.ArgumentTypeError(speech.of("not_a_tier", found=text[:20]))
    return text


def _source(speech: Speech, text: str) -> str:
    if text not in ("own", "adapted", "quoted"):
        raise argparse.ArgumentTypeError(speech.of("not_a_source", found=text[:20]))
    return text


def _engine(speech: Speech, text: str) -> str:
    if text not in ("pool", "parsl"):
        raise argparse.ArgumentTypeError(speech.of("not_an_engine", found=text[:20]))
    return text


def _one_of(speech: Speech, *names_and_text: str) -> str:
    *known, text = names_and_text
    if text not in known:
        guess = did_you_mean(text, known)
        raise argparse.ArgumentTypeError(speech.of("not_one_of", found=text[:20], known=", ".join(known),
                                                   did_you_mean=guess))
    return text


def _formats(speech: Speech, text: str) -> tuple[str, ...]:
    known = ("svg", "pdf", "png", "csv", "json", "spec")
    return tuple(dict.fromkeys(_one_of(speech, *known, name) for name in _names(speech, text)))


def _languages(speech: Speech, text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_one_of(speech, *LANGUAGES, name) for name in _names(speech, text)))


def _day(speech: Speech, text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise argparse.ArgumentTypeError(speech.of("not_a_day", found=text[:20])) from None


def _device(speech: Speech, text: str) -> str:
    if not _DEVICE.fullmatch(text):
        raise argparse.ArgumentTypeError(speech.of("not_a_device", found=text[:20]))
    return text


def utf8() -> None:
    """Print UTF-8 even where the locale is C: the gallery's text is Japanese."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
