"""How alike the layers of a model are to each other, or to another model's, over the same places of many texts.

With ``X [place, width]`` and ``Y [place, other width]`` the hidden states of two layers, each column less its mean:

    cka     debiased linear CKA,  HSIC(X, Y) / sqrt(HSIC(X, X) HSIC(Y, Y))         `lmviz.analyses.layer_similarity.cka`
    svcca   mean canonical correlation of the directions that hold 99 % of the variance of each           ``….cca``
    pwcca   canonical correlations of all directions, weighted by how much of ``X`` each accounts for     ``….cca``

    result = lmviz.layer_similarity(model, texts)                  # layers of one model
    result = lmviz.layer_similarity(model, texts, other=model_b)   # of two, where a token ends in both
    result.cka[layer, other_layer]

With few places everything correlates: of as many directions as places, every canonical correlation is 1, whatever the
layers. So fewer than `LEAST` places are refused, and canonical correlations of more directions than a tenth of the
places are NaN.
"""

from lmviz.analyses.layer_similarity.sampling import LEAST
from lmviz.analyses.layer_similarity.similarity import layer_similarity

__all__ = ["LEAST", "layer_similarity"]
