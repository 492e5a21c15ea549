"""What stands beside an entry: the ones before and after it on the index, and texts that show something of the same."""

from __future__ import annotations

import math
from collections import Counter, defaultdict

from gallery.pages.edition import Edition
from gallery.pages.gallery_index import cards
from gallery.subjects import Entry
from gallery.validation.schema import Prompt

SIMILAR = 3
"""Texts that an entry's page names."""


class Nearby:
    """The order of the index and the likeness of prompts, found once for all entries of an edition."""

    def __init__(self, edition: Edition):
        self._prompts = [card.prompt for card in cards(edition)]
        self._built = {entry.id: entry for entry in edition.built}
        self._counts = Counter(tag for prompt in self._prompts for tag in prompt.tags)
        self._with: dict[str, list[Prompt]] = defaultdict(list)
        for prompt in self._prompts:
            for tag in prompt.tags:
                self._with[tag].append(prompt)
        self._rows: dict[str, list[Entry]] = defaultdict(list)
        for prompt in self._prompts:
            for entry in edition.chosen_entries(prompt):
                if entry.status == "built":
                    self._rows[entry.model.id].append(entry)
        self._places = {entry.id: place for row in self._rows.values() for place, entry in enumerate(row)}

    def before(self, entry: Entry) -> Entry | None:
        """The text before it that the same model has read."""
        place = self._places.get(entry.id, 0)
        return self._rows[entry.model.id][place - 1] if place else None

    def after(self, entry: Entry) -> Entry | None:
        """The text after it that the same model has read."""
        row, place = self._rows[entry.model.id], self._places.get(entry.id)
        return row[place + 1] if place is not None and place + 1 < len(row) else None

    def similar(self, entry: Entry) -> list[Entry]:
        """Texts under the same model that share tags, a rare tag counting for more; its neighbours among them."""
        shared: Counter[str] = Counter()
        for tag in entry.prompt.tags:
            for prompt in self._with[tag]:
                # a tag that every text has says nothing of them
                shared[prompt.id] += math.log(len(self._prompts) / self._counts[tag])
        found = [self._built.get(f"{prompt.id}/{entry.model.id}") for prompt in self._prompts
                 if prompt.id != entry.prompt.id and shared[prompt.id] > 0]
        return sorted(filter(None, found), key=lambda other: -shared[other.prompt.id])[:SIMILAR]
