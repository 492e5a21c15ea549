"""A prompt put into the catalog from the command line: asked for, checked, shown as tokens, written. Needs no torch."""
