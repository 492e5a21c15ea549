"""From a directory of texts to a GPT-2 that `lmviz.load` reads: ``python -m gallery.models.training --help``."""

import os

# Read when torch is loaded. Threads that spin while they wait for one another make a machine that others use too up to
# 30 times slower.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
