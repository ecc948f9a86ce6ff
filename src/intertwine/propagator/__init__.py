"""Propagator: a kernel read as a probability density, the law of one step of a walk.

A kernel whose taps are not negative and sum to 1 moves a share ``k[j]`` of every sample by
``j - origin``. Convolving once takes a step, n times n steps, and ``exp(t (k - delta))`` lets the
walk run for a time t. From this reading follow drift, diffusion, entropy and the Gaussian limit.

>>> import numpy as np
>>> from intertwine.kernel import Kernel
>>> edge = Kernel([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]])
>>> edge.density().taps.round(6)
array([[1.23000e-04, 1.23000e-04, 1.23000e-04],
       [1.23000e-04, 9.99014e-01, 1.23000e-04],
       [1.23000e-04, 1.23000e-04, 1.23000e-04]])
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from intertwine import stochastic
from intertwine.base.checks import integer, number
from intertwine.base.errors import DTypeError, OptionError, counted
from intertwine.kernel import Kernel
from intertwine.propagator import densities, flows, moments
from intertwine.propagator.limit import GaussianLimit, gaussian_limit
from intertwine.propagator.words import sentence

__all__ = ["GaussianLimit", "Propagator"]

Array = NDArray[Any]

_SLACK = 1e-9  # how far from 1 the taps may sum
_MOST_ORDER = 6


class Propagator:
    """A density: ``k[j]`` is the share of a sample that moves by ``j - origin`` in one step.

    Frozen. It is taken wherever a kernel is: ``p @ x`` and ``convolve(x, p)``.

    Parameters
    ----------
    kernel : Kernel or array_like
        Real taps from 0 up that sum to 1 (to 1e-9). ``k.density()`` makes one of any real kernel.

    Raises
    ------
    DTypeError
        The taps are complex.
    OptionError
        A tap is negative, or they do not sum to 1.

    Examples
    --------
    >>> from intertwine.kernel import Kernel
    >>> step = Kernel([0.1, 0.2, 0.7]).density("abs")
    >>> step.drift.round(12), step.diffusion.round(12)
    (array([0.6]), array([[0.22]]))
    """

    __slots__ = ("_kernel",)
    __array_ufunc__ = None  # arrays leave `x @ p` to the propagator

    _kernel: Kernel

    def __init__(self, kernel: Kernel | ArrayLike) -> None:
        checked = kernel if isinstance(kernel, Kernel) else Kernel(kernel)
        _check_density(checked)
        object.__setattr__(self, "_kernel", checked)

    @classmethod
    def of(cls, kernel: Kernel, how: str = "softmax", temperature: float = 1.0) -> Propagator:
        """Turn a real kernel into a density: what ``kernel.density(how, temperature)`` calls."""
        taps = densities.density_taps(kernel.taps, how, temperature)
        name = None if kernel.name is None else f"{how}({kernel.name})"
        return cls(Kernel(taps, kernel.origin, name))

    # What it is.

    @property
    def kernel(self) -> Kernel:
        """The taps, the origin and the name, as a Kernel."""
        return self._kernel

    @property
    def taps(self) -> Array:
        """The density, as a read-only array."""
        return self._kernel.taps

    @property
    def origin(self) -> tuple[int, ...]:
        """The index of the tap that stays where it is."""
        return self._kernel.origin

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of taps on each axis."""
        return self._kernel.shape

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self._kernel.ndim

    @property
    def name(self) -> str | None:
        """A label for people, or None."""
        return self._kernel.name

    # What one step does.

    @property
    def drift(self) -> Array:
        """The mean displacement of a step, in samples, one number for each axis."""
        return moments.mean(self._kernel)

    @property
    def diffusion(self) -> Array:
        """Half the covariance of a step, ``(ndim, ndim)``, in samples**2 for each step."""
        return moments.cumulant_tensor(self._kernel, 2) / 2

    def cumulants(self, order: int) -> Array:
        """The joint cumulants of `order`, 1 to 6: an array with `order` axes of length ndim.

        Order 1 is the drift, 2 the covariance, 3 skews, 4 has heavy or light tails. Cumulants of
        independent steps add: ``p.step(n).cumulants(m) == n * p.cumulants(m)``.
        """
        order = integer("cumulants", "order", order, 1, _MOST_ORDER)
        return moments.cumulant_tensor(self._kernel, order)

    @property
    def entropy(self) -> float:
        """``-sum_j k[j] ln k[j]`` in nats: 0 when the step is certain, ln(taps) when even."""
        return moments.entropy_nats(self._kernel)

    # Many steps.

    def step(self, n: int) -> Propagator:
        """The density of the sum of `n` independent steps: the n-fold convolution, exact.

        Repeated squaring; ``n * (K - 1) + 1`` taps on each axis. ``step(0)`` stays put.
        """
        n = integer("step", "n", n, 0, advice="For a time that is not whole see flow(t).")
        return Propagator(flows.step_kernel(self._kernel, n))

    def flow(self, t: float) -> Propagator:
        """``exp(t (k - delta))``: the density of a walk that runs for a time `t`.

        Steps come at random moments, one in each unit of time on average (a compound Poisson walk),
        so `t` need not be whole. Positive and of sum 1 for every density and time, and a semigroup:
        ``flow(s)`` composed with ``flow(t)`` is ``flow(s + t)``. Cumulants are t times the moments
        of a step.

        Less than 1e-18 of the weight, by Chernoff's bound, lies outside the taps that are kept.
        Up to t = 16 the series is summed, all of whose terms are positive; beyond, the spectrum is
        used, with errors of about 1e-16 in each tap.

        Examples
        --------
        >>> from intertwine.kernel import Kernel
        >>> walk = Kernel([1, 0, 1]).density("abs").flow(1.0)  # e**-t I_n(t)
        >>> c = walk.origin[0]
        >>> [round(float(tap), 6) for tap in walk.taps[c : c + 3]]
        [0.46576, 0.20791, 0.049939]
        """
        advice = "Densities do not run backwards: negative times would amplify noise without end."
        t = number("flow", "t", t, lambda t: 0 <= t < math.inf, "a finite number from 0 up", advice)
        return Propagator(flows.flow_kernel(self._kernel, t))

    def gaussian_limit(self, n: int) -> GaussianLimit:
        """Return the Gaussian that `n` steps tend to, with a bound and the measured distance."""
        n = integer("gaussian_limit", "n", n, 1)
        return gaussian_limit(self._kernel, self.step(n).kernel, n)

    # Seen and used.

    def sample(self, x: ArrayLike, rng: Any = None, *, draws: int = 1, **options: Any) -> Array:
        """Draw from the convolution of `x`: gather one sample of each window, or scatter particles.

        ``intertwine.stochastic.sample`` with this density; `options` are its ``how``, ``axes``,
        ``boundary``, ``cval``, ``shared`` and ``threads``.

        Examples
        --------
        >>> from intertwine.kernel import Kernel
        >>> walk = Propagator(Kernel([0.5, 0.0, 0.5]))
        >>> int(walk.sample([0, 0, 1000, 0, 0], rng=1, how="scatter").sum())
        1000
        """
        return stochastic.sample(x, self._kernel, rng, draws=draws, **options)

    def expectation(self, x: ArrayLike, **options: Any) -> Array:
        """The mean of endlessly many draws, ``k * x``; see ``stochastic.expectation``."""
        return stochastic.expectation(x, self._kernel, **options)

    def variance(self, x: ArrayLike, **options: Any) -> Array:
        """The variance of one draw, ``k * x**2 - (k * x)**2``; see ``stochastic.variance``."""
        return stochastic.variance(x, self._kernel, **options)

    def standard_error(self, x: ArrayLike, draws: int = 1, **options: Any) -> Array:
        """The error map of `sample`, exact; see ``intertwine.stochastic.standard_error``."""
        return stochastic.standard_error(x, self._kernel, draws, **options)

    def plot_flow(self, times: Sequence[float]) -> Any:
        """Draw ``flow(t)`` at each of `times`; return a Matplotlib Figure (1-D and 2-D only)."""
        from intertwine.propagator.pictures import flow_figure

        return flow_figure(self, times)

    def describe(self) -> str:
        """Say in words what the density does in a step, with the numbers behind it."""
        return sentence(self)

    def __matmul__(self, x: ArrayLike) -> Any:
        """Take one step: ``p @ x`` is ``convolve(x, p)``."""
        if isinstance(x, Propagator | Kernel):
            return NotImplemented
        return self._kernel @ x

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Propagator):
            return NotImplemented
        return self._kernel == other._kernel

    def __hash__(self) -> int:
        return hash((Propagator, self._kernel))

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> Array:
        """The taps, for ``np.asarray(p)``; they stay read-only unless copied."""
        return self._kernel.__array__(dtype, copy)

    def __reduce__(self) -> tuple[Callable[..., Propagator], tuple[object, ...]]:
        return type(self), (self._kernel,)

    def __setattr__(self, attribute: str, value: object) -> NoReturn:
        raise AttributeError(f"Propagator: cannot set `{attribute}`, a propagator never changes.")

    def __repr__(self) -> str:
        drift = ", ".join(f"{d:.4g}" for d in self.drift)
        return (
            f"Propagator: drift ({drift}), diffusion {np.diag(self.diffusion).round(6).tolist()}, "
            f"entropy {self.entropy:.4g} nats\n{self._kernel!r}"
        )


def _check_density(kernel: Kernel) -> None:
    taps = kernel.taps
    if taps.dtype.kind == "c":
        raise DTypeError(
            f"Propagator: the taps are {taps.dtype}, and a density is real.\n"
            "  Take a real part of the kernel first."
        )
    negative = int(np.count_nonzero(taps < 0))
    if negative:
        raise OptionError(
            f"Propagator: {negative} of {counted(taps.size, 'tap')} "
            f"{'is' if negative == 1 else 'are'} negative, the least is {taps.min():.6g}.\n"
            "  A density has none: k.density('softmax' | 'abs' | 'clip')."
        )
    total = flows.total(taps)
    if abs(total - 1) > _SLACK:
        raise OptionError(
            f"Propagator: the taps sum to {total:.9g}, not to 1.\n"
            "  k.density('abs') divides by the sum."
        )
