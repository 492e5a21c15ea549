"""Logit lens: what each layer would predict if it were the last.

``logits[l, t] = unembed(final_norm(h[l, t]))`` with ``h[l, t]`` the residual stream after block ``l`` at position
``t``, before the final norm; row ``t`` predicts the token at ``t + 1``. Norm and unembedding are in float32. At the
last layer these are the model's own logits. Source: nostalgebraist, "interpreting GPT: the logit lens" (2020), with
the final norm applied at every layer; ``final_norm=False`` leaves it out at all but the last, as ecco does.
"""

from lmviz.analyses.lens.chunks import LOGITS_AT_ONCE, even_slices, lens_chunks, lens_logits
from lmviz.analyses.lens.shared_pass import LensPass, lens_pass

__all__ = ["LOGITS_AT_ONCE", "LensPass", "even_slices", "lens_chunks", "lens_logits", "lens_pass"]
