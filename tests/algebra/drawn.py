"""Kernels of every kind for hypothesis: lopsided, 1-D to 3-D, any origin, any type of taps."""

import numpy as np
from hypothesis import strategies as st

from intertwine import Kernel

LONGEST = {1: 9, 2: 5, 3: 3}
WHOLE = ("bool", "int8", "uint8", "int32", "int64", "uint64")
INEXACT = ("float16", "float32", "float64", "complex64", "complex128")


@st.composite
def kernels(draw, dtypes=(*WHOLE, *INEXACT), ndim=None, longest=None):
    """A kernel of whole taps from -9 to 9, so that short sums are exact in every type."""
    ndim = draw(st.integers(1, 3)) if ndim is None else ndim
    most = longest or LONGEST[ndim]
    shape = draw(st.tuples(*[st.integers(1, most)] * ndim))
    dtype = np.dtype(draw(st.sampled_from(dtypes)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    taps = rng.integers(0 if dtype.kind in "bu" else -9, 10, shape)
    taps = taps > 4 if dtype.kind == "b" else taps
    taps = taps + 1j * rng.integers(-9, 10, shape) if dtype.kind == "c" else taps
    origin = draw(st.tuples(*[st.integers(0, n - 1) for n in shape]))
    return Kernel(taps.astype(dtype), origin)


@st.composite
def families(draw, count, dtypes=(*WHOLE, *INEXACT), longest=None):
    """Several kernels of one number of axes."""
    ndim = draw(st.integers(1, 3))
    return tuple(draw(kernels(dtypes, ndim, longest)) for _ in range(count))


def signal(k, salt=0, extra=9, dtype=float):
    """A lopsided signal, longer than the kernel."""
    rng = np.random.default_rng(salt)
    return rng.integers(-9, 10, [n + extra // k.ndim for n in k.shape]).astype(dtype)
