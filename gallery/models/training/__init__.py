"""From a directory of texts to a GPT-2 that `lmviz.load` reads: ``python -m gallery.models.training --help``."""
