"""``add``: from what was typed to a prompt's file in the catalog, which is written only if ``check`` would take it."""

from __future__ import annotations

import os
import secrets
import shlex
from dataclasses import fields
from pathlib import Path
from typing import Any

from gallery.adding.draft import Draft
from gallery.adding.questions import complete
from gallery.adding.tokenization import tokenizations
from gallery.adding.wikipedia import Article, NoArticle, look_up
from gallery.adding.words import words
from gallery.command.speech import Mistake, Speech
from gallery.store.files import TEMPORARY, CannotWrite
from gallery.validation import CatalogProblems, read_catalog
from gallery.validation.nodes import MAX_BYTES
from gallery.validation.reader import CATALOG
from gallery.validation.schema import Catalog, Prompt

_COMMAND = "python build_gallery.py"


def add(typed: dict[str, Any], root: Path, speech: Speech) -> int:
    """Put one prompt into the catalog; the exit status.

    Args:
        typed: options by name, with underscores; None, or empty, where nothing was said.

    Raises:
        Mistake: something is missing or cannot be looked up.
        CannotWrite: the file cannot be written.
    """
    given = {field.name: typed[field.name] for field in fields(Draft)}
    given["text"] = _text(typed, speech)
    _must_be_text({**given, "wikipedia": typed["wikipedia"]}, speech)
    if typed["wikipedia"] is not None:
        given = _with_article(given, typed["wikipedia"], speech)
    whole = complete(given, speech)
    draft = Draft(**whole)
    data = draft.yaml()
    try:
        catalog = read_catalog(root, candidate=(draft.id, data))
    except CatalogProblems as error:
        for problem in error.problems:
            speech.note({speech.language: problem.text(speech.language)})
        speech.note(words("nothing_written", n=len(error.problems)))
        if whole != given:
            speech.note(words("again", command=_command(draft)))
        return 2
    prompt = next(prompt for prompt in catalog.prompts if prompt.id == draft.id)
    _show_tokens(prompt, catalog, root, speech)
    path = root / CATALOG / "prompts" / f"{prompt.id}.yaml"
    try:
        _write_new(path, data)
    except FileExistsError:
        raise Mistake(words("taken", path=path.relative_to(root))[speech.language]) from None
    speech.line(words("written", path=path.relative_to(root))[speech.language])
    speech.line(words("next", command=f"{_COMMAND} build --only '{prompt.id}/*'")[speech.language])
    return 0


def _text(typed: dict[str, Any], speech: Speech) -> str | None:
    """The text as typed, or as it stands in a file: the line break at its end belongs to the file."""
    if typed["text_file"] is None:
        return typed["text"]
    if typed["text"] is not None:
        raise Mistake(words("two_texts")[speech.language])
    path = Path(typed["text_file"])
    try:
        with open(path, "rb") as file:
            text = file.read(MAX_BYTES + 1).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Mistake(words("text_file_unreadable", path=path, why="UTF-8")[speech.language]) from None
    except OSError as error:
        raise Mistake(words("text_file_unreadable", path=path, why=error.strerror)[speech.language]) from None
    return text.replace("\r\n", "\n").removesuffix("\n")


def _must_be_text(given: dict[str, Any], speech: Speech) -> None:
    """Python hands on bytes of the command line that are no UTF-8 as lone surrogates, which no file can hold."""
    for name, value in given.items():
        for text in (value,) if isinstance(value, str) else value or ():
            if any("\ud800" <= character <= "\udfff" for character in text):
                raise Mistake(words("not_unicode", option=f"--{name.replace('_', '-')}")[speech.language])


def _with_article(given: dict[str, Any], name: str, speech: Speech) -> dict[str, Any]:
    """What the article says of itself, where nothing else was typed."""
    try:
        article = look_up(name)
    except NoArticle as error:
        raise Mistake(error.wording[speech.language]) from None
    _tell(article, speech)
    found = {
        "article": article.title, "address": article.address, "revision": str(article.revision),
        "licence": article.licence,
    }
    return {**given, **{name: value for name, value in found.items() if given[name] is None}}


def _tell(article: Article, speech: Speech) -> None:
    if article.asked != article.title:
        speech.note(words("led_on", asked=article.asked, title=article.title))
    if article.is_disambiguation:
        speech.note(words("disambiguation", title=article.title))
    speech.note(words(
        "article", title=article.title, revision=article.revision, licence=article.licence or "–",
        address=article.address,
    ))
    speech.note(words("no_sentences"))


def _show_tokens(prompt: Prompt, catalog: Catalog, root: Path, speech: Speech) -> None:
    found = list(tokenizations(prompt, catalog, root))
    if not found:
        speech.line(words("no_reader")[speech.language])
        return
    speech.line(words("cut")[speech.language])
    for one in found:
        if not one.n_tokens:
            speech.line(words("elsewhere", model=one.model)[speech.language])
            continue
        pieces = "|".join(text.replace("\n", "↵") + (f"({n})" if n > 1 else "") for text, n in one.pieces)
        speech.line(words("cut_by", model=one.model, n=one.n_tokens, pieces=pieces)[speech.language])
        if one.unknown:
            speech.line(words("unknown_characters", characters=" ".join(one.unknown))[speech.language])


def _command(draft: Draft) -> str:
    """What could be typed to say the same again, so that no answer is lost."""
    parts = ["add"]
    for field in fields(Draft):
        value = getattr(draft, field.name)
        if value not in (None, ()):
            parts += [f"--{field.name.replace('_', '-')}", value if isinstance(value, str) else ",".join(value)]
    return f"{_COMMAND} {shlex.join(parts)}"


def _write_new(path: Path, data: bytes) -> None:
    """Write a file that is not there yet, whole or not at all. Raises ``FileExistsError`` and `CannotWrite`."""
    temporary = path.with_name(f"{TEMPORARY}{os.getpid()}-{secrets.token_hex(4)}")
    try:
        try:
            with open(temporary, "xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.link(temporary, path)  # unlike a rename, it never takes another file's place
        finally:
            temporary.unlink(missing_ok=True)
    except FileExistsError:
        raise
    except OSError as error:
        raise CannotWrite(path, error) from None
