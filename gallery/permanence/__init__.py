"""Figures as they were published, kept for good under their ids, whatever becomes of what they were drawn from."""

from gallery.permanence.archive import Archive, Damaged
from gallery.permanence.record import Citation, Facts, Published, Told

__all__ = ["Archive", "Citation", "Damaged", "Facts", "Published", "Told"]
