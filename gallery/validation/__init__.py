"""The catalog, read once and checked, into typed objects. Nothing later reads YAML."""

from gallery.validation.problems import CatalogProblems, Problem
from gallery.validation.reader import read_catalog, read_lock
from gallery.validation.root import gallery_root

__all__ = ["CatalogProblems", "Problem", "gallery_root", "read_catalog", "read_lock"]
