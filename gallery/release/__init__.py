"""A release: one archive of the gallery to deposit (Zenodo and others), and the metadata that go with it."""

from gallery.release.archive import ReleaseContents, contents, write_release
from gallery.release.citation_file import CitationFile, CitationFileUnusable
from gallery.release.zenodo import Metadata, metadata

__all__ = [
    "CitationFile", "CitationFileUnusable", "Metadata", "ReleaseContents", "contents", "metadata", "write_release",
]
