"""Damaged and lost results written anew."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gallery.store import Store, path_in
from gallery.store.files import write_atomically
from gallery.verification.stored import Stored, StoredFile
from gallery.verification.words import words

if TYPE_CHECKING:
    from gallery.verification.verify import Verdict


def repair(
    verdict: Verdict, file: StoredFile, stored: Stored, all_of_entry: list[Verdict], root: Path, scratch: Path
) -> None:
    """Write the result that was just computed to the store. What ships is never written to: `publish` does that.

    Only where the model's files are those that it was computed with, and it reads the same tokens as the entry's other
    results. Raises `gallery.store.files.CannotWrite`.
    """
    store, fresh = Store(root), stored.task and Store(scratch).path(stored.task.key(file.wanted))
    other_text = any(
        difference.array.endswith("tokens.token_ids") for other in all_of_entry for difference in other.differences
    )
    if fresh is None or not fresh.is_file() or not stored.same_files or other_text:
        verdict.cure = words("not_repairable", entry=verdict.entry)
        return
    own = path_in(store.directory, file.key)
    if file.path == own or not own.is_file():
        write_atomically(own, fresh.read_bytes())
    verdict.repaired = file.path == own
    if not verdict.repaired:
        verdict.cure = words("publish_again", file=verdict.file)
