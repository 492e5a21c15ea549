"""Results by key, on disk: written whole or not at all, read back with their digest checked."""

from gallery.store.identity import canonical_json, figure_id, identity
from gallery.store.store import DamagedResult, Store, path_in, read_file, read_provenance

__all__ = [
    "DamagedResult", "Store", "canonical_json", "figure_id", "identity", "path_in", "read_file", "read_provenance",
]
