"""The gallery: what is in it (catalog), what is computed (engine, store), how its pages are written (pages, site)."""
