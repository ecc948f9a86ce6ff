"""The scores of `find` in plain loops and long doubles. Imports nothing of the library."""

from itertools import product

import numpy as np


def score(pattern, window, counts=None, centred=True):
    """One score of (C, ...) samples; NaN where it is 0/0."""
    wide = np.clongdouble if np.iscomplexobj(pattern) or np.iscomplexobj(window) else np.longdouble
    k, w = np.array(pattern, wide), np.array(window, wide)
    kept = np.ones(k.shape, bool) if counts is None else counts
    for channel in range(len(k)):
        used = kept[channel]
        for x in (k[channel], w[channel]):
            if centred and used.any():
                x -= x[used][0]
                x -= x[used].mean()
            x[~used] = 0
    power = np.sqrt((np.abs(k) ** 2).sum() * (np.abs(w) ** 2).sum())
    product_ = (k.conj() * w).sum()
    if power == 0:
        return np.nan
    return (np.abs(product_) if np.iscomplexobj(product_) else product_) / power


def surface(pattern, data, mask=None, present=None, centred=True):
    """The score of every window; pattern (C, K...), data (C, N...)."""
    window = pattern.shape[1:]
    places = [n - k + 1 for n, k in zip(data.shape[1:], window, strict=True)]
    found = np.empty(places, np.longdouble)
    for place in product(*map(range, places)):
        here = (slice(None), *(slice(i, i + k) for i, k in zip(place, window, strict=True)))
        counts = np.ones(pattern.shape, bool) if mask is None else mask.copy()
        if present is not None:
            counts &= present[here]
        found[place] = score(pattern, data[here], counts, centred)
    return found
