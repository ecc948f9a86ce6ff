"""Places and slopes that kernels are held against."""

import numpy as np


def ramp(shape, axis):
    """Rise by one a sample along `axis`."""
    return np.indices(shape)[axis]


def inner(y):
    """Drop the samples that a 3-tap kernel's border reaches."""
    return y[(slice(1, -1),) * y.ndim]


def about_middle(k):
    """Return each axis's distances from the origin."""
    return np.indices(k.shape) - np.reshape(k.origin, (-1,) + (1,) * k.ndim)
