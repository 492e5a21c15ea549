"""Figures as they were published, kept for good under their ids, whatever becomes of what they were drawn from."""

from gallery.permanence.archive import Archive, Damaged
from gallery.permanence.record import Facts, Published, Told

__all__ = ["Archive", "Damaged", "Facts", "Published", "Told"]
