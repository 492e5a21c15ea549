"""Non-negative matrix factorization (NMF) of wide matrices: few rows (positions), many columns (neurons).

A matrix ``X [row, column]`` without negatives is approximated by ``W H``, ``W [row, component]`` and ``H [component,
column]`` without negatives either, so that the squared error is small. See `Factorizer`.
"""

from lmviz.analyses.factorization.factorizer import Factorization, Factorizer

__all__ = ["Factorization", "Factorizer"]
