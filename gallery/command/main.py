"""From the command line to an exit status, with one clear message for whatever goes wrong and never a traceback."""

from __future__ import annotations

import os
import sys
import traceback
from keyword import iskeyword
from pathlib import Path

from gallery.command import commands
from gallery.command.arguments import parse, utf8
from gallery.command.json_speech import JsonSpeech
from gallery.command.speech import Mistake, Speech
from gallery.messages import language_of_environment
from gallery.validation import CatalogProblems, gallery_root

FAILED, MEND, INTERRUPTED = 1, 2, 130


def main(argv: list[str] | None = None) -> int:
    """Runs one command.

    Returns:
        0; 1 where entries failed or something could not be done; 2 for what the user must mend in the catalog or on the
        command line; 130 after Ctrl+C.
    """
    utf8()
    argv = sys.argv[1:] if argv is None else argv
    speech = (JsonSpeech if "--log-json" in argv else Speech)(language_of_environment())
    try:
        arguments = parse(argv, speech)
        name = f"{arguments.command}_" if iskeyword(arguments.command) else arguments.command
        return getattr(commands, name)(arguments, speech)
    except SystemExit as leaving:
        return leaving.code if isinstance(leaving.code, int) else MEND
    except CatalogProblems as error:
        for problem in error.problems:
            speech.mistake(problem.text(speech.language))
        speech.complain("problems", n=len(error.problems))
        return MEND
    except Mistake as error:
        speech.mistake(str(error))
        return MEND
    except KeyboardInterrupt:
        speech.complain("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; Python would complain once more while it shuts down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        _explain(error, speech)
        return FAILED


def _explain(error: Exception, speech: Speech) -> None:
    why = " ".join(str(error).split()) or type(error).__name__
    if isinstance(error, OSError):
        speech.complain("system_error", path=error.filename or "–", why=error.strerror or why)
    elif isinstance(error, MemoryError):
        speech.complain("out_of_memory")
    elif isinstance(error, ModuleNotFoundError):
        speech.complain("package_missing", name=error.name or why)
    elif isinstance(error, ValueError) or type(error).__name__ == "SiteError":
        speech.mistake(why)
    else:
        kept = _keep_details(error)
        speech.complain("unexpected", type=type(error).__name__, why=why, path=kept or "–")


def _keep_details(error: Exception) -> Path | None:
    """Write the traceback where a developer finds it."""
    path = gallery_root() / "build" / "last-error.txt"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
    except OSError:
        return None
    return path
