"""How well models predict a text they have not seen: ``python -m gallery.models.evaluation --help``.

Figures are kept beside the weights in ``evaluation.json`` (`gallery.models.evaluation.record`), from which the model
cards and the pages take them. Reading them needs no torch.
"""
