"""Named kernels: parameters in, a `Kernel` out, nothing else.

Sizes and sigmas are counted in samples. A number is one axis unless ``ndim=`` says more, a tuple
is one number an axis: ``box(3)``, ``box((3, 3))``, ``gaussian(2.0, ndim=2)``. The classical image
operators have two axes unless ``ndim=`` says otherwise. Angles are degrees, counter-clockwise from
axis 1 as an image is shown, row 0 on top. Signs are those of convolution, which flips the kernel:
a slope operator answers a rising signal with a positive number.

Every kernel has an odd size and its origin in the middle, except where its parameters ask for an
even size; then the origin is ``(size - 1) // 2``. Wrong parameters raise `OptionError`, and tuples
that disagree with ``ndim=`` raise `ShapeError`. So does more than 2**28 taps, before any memory is
taken.
"""

from __future__ import annotations

from intertwine._named import make, names

# In the order of the alphabet, which is that of `names()` too.
from intertwine.kernels.averages import binomial, box, gaussian, identity
from intertwine.kernels.derivatives import dog, laplacian, log, prewitt, roberts, scharr, sobel
from intertwine.kernels.details import edge, emboss, sharpen, unsharp
from intertwine.kernels.shapes import disk, gabor, motion

__all__ = [
    "binomial",
    "box",
    "disk",
    "dog",
    "edge",
    "emboss",
    "gabor",
    "gaussian",
    "identity",
    "laplacian",
    "log",
    "make",
    "motion",
    "names",
    "prewitt",
    "roberts",
    "scharr",
    "sharpen",
    "sobel",
    "unsharp",
]
