"""Hub models that were named: fetched once, size shown first, the commit written down."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gallery.engine.failures import reason
from gallery.engine.machine import converted_directory, locate, locked_commit
from gallery.engine.words import words
from gallery.messages import Wording
from gallery.store.files import write_atomically
from gallery.validation.reader import LOCK
from gallery.validation.schema import FetchedModel, Model

_HEAD = """\
# Written by build: the commit that each hub model resolved to when it was fetched. Delete an entry to take a newer one.
"""


def fetch(model: Model, root: Path, lock: dict[str, FetchedModel], say: Callable[[Wording], None]) -> Wording | None:
    """Bring a hub model to this machine and write its commit to ``models.lock.yaml``; the reason where that fails."""
    from lmviz.loading import LoadError, hub
    from lmviz.loading.convert import convert

    located = locate(model, root, lock)
    try:
        if located.directory is None:
            found = hub.look_up(model.hub, locked_commit(model, lock) or model.revision)
            say(words("fetching", hub=model.hub, size=_readable(found.size), commit=found.commit))
            if found.has_safetensors:
                hub.download(found, hub.ALLOWED)
            else:
                say(words("converting", hub=model.hub))
                source = hub.download(found, (*hub.ALLOWED, *hub.PICKLED))
                convert(source, converted_directory(root, model) / found.commit)
            commit = found.commit
        else:
            commit = located.commit
    except LoadError as error:
        return words("fetch_failed", hub=model.hub, why=reason(str(error)))
    remember(model, commit, root, lock)
    return None


def remember(model: Model, commit: str, root: Path, lock: dict[str, FetchedModel]) -> None:
    """Write down the commit that a hub model resolved to, where it is not written yet. Raises `CannotWrite`."""
    if locked_commit(model, lock) != commit:
        lock[model.id] = FetchedModel(hub=model.hub, revision=model.revision, commit=commit)
        write_lock(root, lock)


def write_lock(root: Path, lock: dict[str, FetchedModel]) -> None:
    """Write ``models.lock.yaml``. Raises `gallery.store.files.CannotWrite`."""
    lines = [_HEAD]
    for name, fetched in sorted(lock.items()):
        revision = "null" if fetched.revision is None else f'"{fetched.revision}"'
        lines.append(f'{name}:\n  hub: {fetched.hub}\n  revision: {revision}\n  commit: "{fetched.commit}"\n')
    write_atomically(Path(root) / LOCK, "".join(lines).encode())


def _readable(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
