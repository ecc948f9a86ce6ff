"""`KernelFit`: the kernel that was found, and how far to trust it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.checks import as_array, number
from intertwine.base.errors import ShapeError, counted
from intertwine.convolution import convolve
from intertwine.kernel import Kernel
from intertwine.learn.fitting.intervals import Known
from intertwine.learn.fitting.pairs import INSIDE, Pair
from intertwine.learn.fitting.whiteness import Whiteness
from intertwine.learn.fitting.words import described

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from intertwine.algebra.description import Description

Array = NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class KernelFit:
    """What turns `before` into `after`; see `fit_kernel`.

    Attributes
    ----------
    kernel : Kernel
        The taps that were found; ``save(path)`` keeps them.
    standard_error : array of the kernel's shape
        How far each tap may be off: one standard deviation of what noise in `after` does to it, in
        a fit without ridge and "non-negative"; NaN where such a fit leaves taps open.
    residual : array like `after`, or a list of them
        ``after - k @ before``; NaN where no window counts.
    r_squared : float
        The share of the variance of `after` that the kernel explains; NaN where that is constant.
    noise : float
        The standard deviation of the residual.
    ridge : float
        The ridge that was used; 0 without one.
    whiteness : Whiteness
        Whether the residual is white, as noise is: ``correlation``, ``p_value``, ``is_white``.
    shift : tuple of float
        Where the kernel's energy lies, in samples from its origin, along each axis.
    notes : tuple of str
        What is wrong with the pair, in sentences; empty where all is well.
    is_trusted : bool
        False where `notes` say that no convolution connects the two, or that there was nothing to
        learn: the kernel then means nothing.
    samples : int
        How many samples of `after` counted.
    freedom : float
        That, less the number of taps that they decided.
    boundary : str
        As it was given.
    """

    kernel: Kernel
    standard_error: Array
    residual: Array | list[Array]
    r_squared: float
    noise: float
    ridge: float
    whiteness: Whiteness
    shift: tuple[float, ...]
    notes: tuple[str, ...]
    is_trusted: bool
    samples: int
    freedom: float
    boundary: str
    _pairs: tuple[Pair, ...] = field(repr=False)
    _known: Known = field(repr=False)

    def predict(self, x: Any) -> Array:
        """Convolve `x` with the kernel: what `after` would be, as large as `x`, in float64.

        `x` lies as `before` did, or has the axes of the kernel alone. Where the fit looked at
        windows inside only, what lies outside of `x` is its mirror image ("symmetric").
        """
        array = as_array("KernelFit.predict", "x", x).astype(np.float64)
        pair = self._pairs[0]
        if array.ndim not in (self.kernel.ndim, pair.before.ndim):
            raise ShapeError(
                f"KernelFit.predict: `x` has {counted(array.ndim, 'axis', 'axes')} but `before` "
                f"had {pair.before.ndim}.\n"
                f"  x: {array.dtype} {array.shape}\n  Pass data that lie as `before` did."
            )
        all_axes = tuple(range(self.kernel.ndim))
        axes = pair.axes if array.ndim == pair.before.ndim else all_axes
        boundary = "symmetric" if self.boundary == INSIDE else self.boundary
        return convolve(array, self.kernel, axes=axes, boundary=boundary)

    def describe(self) -> Description:
        """What the kernel does, as `Kernel.describe` says it of the plainest one within its errors.

        Noise leaves no kernel symmetric: where the errors do not tell it from a symmetric or
        antisymmetric one, or its taps from 0, these are described.
        """
        return described(self.kernel, self.standard_error)

    def interval(self, level: float = 0.95) -> tuple[Array, Array]:
        """The ends of each tap's confidence interval: ``taps -+ t * standard_error``.

        With a ridge or "non-negative" it lies around the tap that a fit without these finds, is cut
        off at 0 and reaches to the tap of this fit; NaN where nothing is known.
        """
        wanted = "a number above 0 and below 1"
        share = number("KernelFit.interval", "level", level, lambda n: 0 < n < 1, wanted)
        return self._known.interval(self.kernel.taps, share)

    @property
    def sentence(self) -> str:
        """What was found and how well it holds, for people."""
        explained = f"explains {_percent(self.r_squared)} of the variance of `after`"
        if np.isnan(self.r_squared):
            explained = "leaves a constant `after`"
        return (
            f"A kernel of {' x '.join(map(str, self.kernel.shape))} taps {explained}; "
            f"the residual's standard deviation is {self.noise:.3g} on "
            f"{counted(self.samples, 'sample')}, and {_reach(self.standard_error)}."
        )

    def __str__(self) -> str:
        return "\n".join([*self.notes, self.sentence, str(self.describe())])

    def plot(self) -> Figure:
        """Draw before, after, kernel, prediction and residual, as a Matplotlib figure."""
        from intertwine.learn.fitting.picture import drawn

        return drawn(self, self._pairs[0])


def _reach(error: Array) -> str:
    if np.isnan(error).any():
        return "how far the taps are known is open"
    return f"taps are known to about {float(np.median(error)):.2g}"


def _percent(share: float) -> str:
    """Percent with as many digits as tell it from 100.

    >>> _percent(0.5), _percent(0.99997), _percent(1.0)
    ('50.0 %', '99.997 %', '100 %')
    """
    for digits in range(1, 7):
        text = f"{100 * share:.{digits}f}"
        if float(text) < 100:
            return f"{text} %"
    return "100 %"
