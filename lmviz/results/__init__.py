"""Results: small frozen dataclasses of NumPy arrays. Importing this needs neither torch nor transformers."""

from lmviz.results.attribution import Attribution
from lmviz.results.attribution_receipt import AttributionReceipt
from lmviz.results.base import Result, result_class
from lmviz.results.character_lens import CharacterLens
from lmviz.results.factor_effects import FactorEffects
from lmviz.results.factor_labels import FactorLabels
from lmviz.results.layer_predictions import LayerPredictions
from lmviz.results.layer_similarity import LayerSimilarity
from lmviz.results.lens_measures import LensMeasures
from lmviz.results.method_trust import MethodTrust
from lmviz.results.model_factors import FactorResponses, ModelFactors
from lmviz.results.neuron_factors import NeuronFactors
from lmviz.results.prompt_pair import PromptPair
from lmviz.results.rankings import Rankings
from lmviz.results.token_probabilities import TokenProbabilities
from lmviz.results.watched_words import WatchedWords

__all__ = [
    "Attribution", "AttributionReceipt", "CharacterLens", "FactorEffects", "FactorLabels", "FactorResponses",
    "LayerPredictions", "LayerSimilarity", "LensMeasures", "MethodTrust", "ModelFactors", "NeuronFactors", "PromptPair",
    "Rankings", "Result", "TokenProbabilities", "WatchedWords", "result_class",
]
