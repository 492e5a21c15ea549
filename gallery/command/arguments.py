"""What can be typed after ``python build_gallery.py``, and the help that teaches it."""

from __future__ import annotations

import argparse
import sys
from typing import NoReturn

from gallery.command.speech import Speech
from gallery.validation.problems import did_you_mean

COMMANDS = ("check", "build", "site", "status", "serve", "convert")


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

    def option(self, name: str, **settings) -> None:
        key = name.strip("-").replace("-", "_").lower()
        self._options.add_argument(name, help=self._speech.of(f"help_{key}"), **settings)

    def error(self, message: str) -> NoReturn:
        self._speech.complain("usage_error", why=message, command=self._command)
        raise SystemExit(2)


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
    if command == "build":
        parser.option("--only", metavar="GLOB")
        parser.option("--models", metavar="ID,ID", type=_names, default=())
        parser.option("--device", metavar="DEVICE", default="auto")
        parser.option("--jobs", metavar="N", type=_count)
        parser.option("--threads", metavar="N", type=_count)
        parser.option("--no-site", action="store_true")
    if command in ("build", "site"):
        parser.option("--address", metavar="URL")
    if command == "serve":
        parser.option("--port", metavar="N", type=_count, default=8000)
    if command == "status":
        parser.option("--only", metavar="GLOB")
    if command == "convert":
        parser.option("DIRECTORY")
    arguments = parser.parse_args(rest)
    arguments.command = command
    return arguments


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= 65535:
        raise argparse.ArgumentTypeError(f"{text[:20]!r} is not a number from 1")
    return int(text)


def utf8() -> None:
    """Print UTF-8 even where the locale is C: the gallery's text is Japanese."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
