"""How well a response tells positions with a feature from those without, and how probable that is by chance."""

from __future__ import annotations

import numpy as np
from scipy.fft import irfft, rfft
from scipy.stats import rankdata


def centred_ranks(values: np.ndarray) -> np.ndarray:
    """float64 ``[..., position]``: twice the midrank less ``n + 1``, whole numbers whose sum is 0."""
    return np.rint(2 * rankdata(values, axis=-1)) - values.shape[-1] - 1


def area_under_curve(ranks: np.ndarray, held: np.ndarray) -> np.ndarray:
    """float64 ``[factor, rule]``: AUC, by the rank sums of Mann and Whitney (1947), ties counting half.

    Args:
        ranks: ``[factor, position]``, see `centred_ranks`.
        held: bool ``[rule, position]``: where each rule holds; for one that holds everywhere or nowhere: NaN.
    """
    n_with = held.sum(axis=1)
    n_pairs = n_with * (held.shape[1] - n_with)
    sums = ranks @ held.T.astype(np.float64)
    return 0.5 + sums / np.where(n_pairs > 0, 2.0 * n_pairs, np.nan)


def shares_of_strong(responses: np.ndarray, held: np.ndarray, strong: np.ndarray) -> np.ndarray:
    """float64 ``[factor, rule]``: share of the strong responses that are where the rule holds; NaN where none is.

    Args:
        responses: ``[factor, position]``.
        held: bool ``[rule, position]``.
        strong: ``[factor]``: from what on a response is strong; one of 0 never is.
    """
    is_strong = (responses >= strong[:, None]) & (responses > 0)
    n_strong = is_strong.sum(axis=1)[:, None]
    return is_strong.astype(np.float64) @ held.T / np.where(n_strong > 0, n_strong, np.nan)


def shift_p_value(ranks: np.ndarray, held: np.ndarray) -> float:
    """The share of all circular shifts of ``held`` along ``ranks`` whose AUC is at least that without a shift.

    No shift at all is among them, as are small ones, although these score nearly as high: only so do the shifts form
    a group, and the p-value is exact whenever responses and features have nothing to do with one another and either
    would have been as probable begun anywhere else. Left out, small shifts would make smooth responses and features
    seem related too often. The sums of ranks are whole numbers far below 2**53, so rounding restores them exactly from
    the fast Fourier transform, ties included.
    """
    n = len(ranks)
    sums = np.rint(irfft(rfft(ranks) * np.conj(rfft(held.astype(np.float64))), n))
    return float(np.count_nonzero(sums >= sums[0]) / n)


def holm(p_values: np.ndarray) -> np.ndarray:
    """p-values adjusted over all of them ("A simple sequentially rejective multiple test procedure", Holm, 1979)."""
    order = np.argsort(p_values, kind="stable")
    stepped = p_values[order] * np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(np.maximum.accumulate(stepped), 1.0)
    return adjusted
