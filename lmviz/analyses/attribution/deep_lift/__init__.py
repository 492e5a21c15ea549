"""DeepLIFT for transformers: a prediction's difference from that for a baseline, passed back to the tokens.

The network runs on the baseline and on the text (`passes`). Every function that is not linear answers for its
difference between the two by a rule (`rules`; `functions` says which), every linear one by its gradient, so that the
shares of the tokens sum to the whole difference, up to rounding.
"""

from lmviz.analyses.attribution.deep_lift import deep_lift, deep_lift_shap

__all__ = ["deep_lift", "deep_lift_shap"]
