"""Whitening: data with mean 0, variance 1 and nothing correlated, as white noise is.

The theorem behind it: a covariance is a symmetric matrix, and its inverse square root decorrelates.
Of a stationary field or series it is a convolution, and so is that which whitens it.

>>> import numpy as np
>>> from intertwine.whitening import whiten
>>> x = np.random.default_rng(0).normal(size=(100, 2)) @ [[3.0, 1.0], [0.0, 1.0]]
>>> bool(np.allclose(np.cov(whiten(x).T), np.eye(2)))
True
"""

from __future__ import annotations

from intertwine.whitening.call import whiten
from intertwine.whitening.estimator import Whitener
from intertwine.whitening.fields import whitening_kernel
from intertwine.whitening.verdict import Whiteness, is_white

__all__ = ["Whitener", "Whiteness", "is_white", "whiten", "whitening_kernel"]
