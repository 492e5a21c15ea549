"""Results on their way from the machine that computes to the one that publishes, as one archive. Needs no torch."""

from gallery.transfer.archive import BadArchive
from gallery.transfer.exporting import Exported, export
from gallery.transfer.importing import Differs, Imported, import_archive

__all__ = ["BadArchive", "Differs", "Exported", "Imported", "export", "import_archive"]
