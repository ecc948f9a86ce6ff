"""ARMA: the rational kernel ``theta(B) / phi(B)``, endless and yet a handful of numbers.

White noise convolved with it is an ARMA series (Wold 1938); convolving with its inverse makes such
a series white again. Its taps are the psi weights, and ``k * ~k`` is its autocovariance.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from intertwine.base.checks import integer, number
from intertwine.base.errors import OptionError, ShapeError
from intertwine.engine.recursions import Taps, rational_filter, whiten
from intertwine.kernel import Kernel
from intertwine.series.polynomials import lag_kernel, roots, text
from intertwine.series.reading import read_series
from intertwine.series.reparametrize import partial_of
from intertwine.series.yule_walker import yule_walker

Array = NDArray[Any]


class ARMA:
    """``x[t] = sum_i ar[i] x[t-i] + e[t] + sum_j ma[j] e[t-j]``, lags from 1; e has `sigma2`.

    MA taps carry a plus sign, as in R and statsmodels; SAS writes ``1 - theta``. AR taps multiply
    the past samples themselves. Never changes; two multiply by composing their polynomials.

    Parameters
    ----------
    ar, ma : sequence of float
        Taps at lags 1, 2, ...
    sigma2 : float
        Variance of the white noise.

    Examples
    --------
    >>> k = ARMA(ar=[1, -0.25], ma=[1])
    >>> k.psi(6)
    array([1.    , 2.    , 1.75  , 1.25  , 0.8125, 0.5   ])
    >>> k.acf(4)
    array([1.     , 0.875  , 0.625  , 0.40625, 0.25   ])
    """

    def __init__(self, ar: ArrayLike = (), ma: ArrayLike = (), *, sigma2: float = 1.0) -> None:
        self._ar, self._ma = _checked("ar", ar), _checked("ma", ma)
        self.sigma2 = number("ARMA", "sigma2", sigma2, lambda v: 0 < v < np.inf, "above 0")
        self._taps = Taps.of(self._ar), Taps.of(self._ma)

    @classmethod
    def seasonal(
        cls, season: int, ar: ArrayLike = (), ma: ArrayLike = (), *, sigma2: float = 1.0
    ) -> ARMA:
        """Taps at whole seasons: multiply with an `ARMA` of short lags for a seasonal model."""
        season = integer("ARMA.seasonal", "season", season, 2)
        return cls(
            lag_kernel(-_checked("ar", ar), season).taps[1:] * -1.0,
            lag_kernel(_checked("ma", ma), season).taps[1:],
            sigma2=sigma2,
        )

    @property
    def ar(self) -> Array:
        """AR taps at lags 1, 2, ...; a copy."""
        return self._ar.copy()

    @property
    def ma(self) -> Array:
        """MA taps at lags 1, 2, ...; a copy."""
        return self._ma.copy()

    @property
    def phi(self) -> Kernel:
        """The AR polynomial as a kernel: convolving with it makes a series a moving average."""
        return Kernel(np.concatenate([[1.0], -self._ar]), origin=0, name="phi")

    @property
    def theta(self) -> Kernel:
        """The MA polynomial as a kernel."""
        return Kernel(np.concatenate([[1.0], self._ma]), origin=0, name="theta")

    def __mul__(self, other: Any) -> ARMA:
        """Convolve with both: polynomials are composed and variances multiplied."""
        if not isinstance(other, ARMA):
            return NotImplemented
        phi, theta = self.phi * other.phi, self.theta * other.theta
        return ARMA(-phi.taps[1:], theta.taps[1:], sigma2=self.sigma2 * other.sigma2)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ARMA):
            return NotImplemented
        mine = (self._ar.tolist(), self._ma.tolist(), self.sigma2)
        return mine == (other._ar.tolist(), other._ma.tolist(), other.sigma2)

    def __hash__(self) -> int:
        return hash((tuple(self._ar.tolist()), tuple(self._ma.tolist()), self.sigma2))

    def __repr__(self) -> str:
        phi, theta = text(self.phi.taps), text(self.theta.taps)
        note = ""
        if self._ma.any():
            taps = ", ".join(f"{-tap:.4g}" for tap in self._ma[np.flatnonzero(self._ma)][:6])
            note = f"\n  SAS lists the MA taps with the other sign: {taps}"
        return (
            f"ARMA({self._taps[0].reach}, {self._taps[1].reach}), sigma2 {self.sigma2:.4g}\n"
            f"  ({phi}) x = ({theta}) e{note}"
        )

    # What the kernel is.

    def psi(self, count: int) -> Array:
        """The first `count` taps of ``theta(B) / phi(B)``: the response to one shock."""
        count = integer("ARMA.psi", "count", count, 1)
        impulse = np.zeros((1, count))
        impulse[0, 0] = 1.0
        taps: Array = rational_filter(impulse, *self._taps)[0]
        return taps

    def kernel(self, count: int) -> Kernel:
        """The psi weights as a causal `Kernel` of `count` taps."""
        return Kernel(self.psi(count), origin=0, name="psi")

    def pi(self, count: int) -> Array:
        """The first `count` taps of ``phi(B) / theta(B)``, which makes the series white."""
        return ARMA(-self._ma, -self._ar).psi(count)

    def autocovariance(self, lags: int) -> Array:
        """Autocovariances at lags 0 ... `lags`: the kernel with its mirror image, ``k * ~k``.

        Exact, without cutting the endless kernel off: from the partial autocorrelations of phi.
        """
        lags = integer("ARMA.autocovariance", "lags", lags, 0)
        self._refuse_unstable("autocovariance")
        reach = lags + self._ma.size
        plain = _ar_autocovariance(self._ar, reach)
        theta = self.theta
        mixed = (theta * ~theta).taps  # at lags -q ... q
        q = self._ma.size
        both = np.concatenate([plain[:0:-1], plain])
        middle = plain.size - 1
        found = [mixed @ both[middle + lag - q : middle + lag + q + 1] for lag in range(lags + 1)]
        covariance: Array = self.sigma2 * np.array(found)
        return covariance

    def acf(self, lags: int) -> Array:
        """Autocorrelations at lags 0 ... `lags`, of the model."""
        covariance = self.autocovariance(lags)
        return np.asarray(covariance / covariance[0])

    def pacf(self, lags: int) -> Array:
        """Partial autocorrelations at lags 0 ... `lags`; the first is 1."""
        return np.concatenate([[1.0], yule_walker(self.autocovariance(lags))[2]])

    def spectrum(self, frequencies: ArrayLike) -> Array:
        """Spectral density at cycles a sample: ``sigma2 |theta / phi|^2``; its mean is variance."""
        f = np.asarray(frequencies, float)
        step = np.exp(-2j * np.pi * f)
        above = np.polynomial.polynomial.polyval(step, self.theta.taps)
        below = np.polynomial.polynomial.polyval(step, self.phi.taps)
        return np.asarray(self.sigma2 * np.abs(above / below) ** 2)

    @property
    def ar_roots(self) -> Array:
        """Roots of phi in B; stationary when all lie outside the unit circle."""
        return roots(self.phi.taps)

    @property
    def ma_roots(self) -> Array:
        """Roots of theta in B; invertible when all lie outside the unit circle."""
        return roots(self.theta.taps)

    @property
    def is_stationary(self) -> bool:
        """Whether shocks die away."""
        return partial_of(self._ar) is not None

    @property
    def is_invertible(self) -> bool:
        """Whether shocks can be read off the past."""
        return partial_of(-self._ma) is not None

    def describe(self) -> str:
        """In words: how long shocks last, what cycles they leave, whether they can be read off."""
        from intertwine.series.words import described

        return described(self)

    # What it does to series.

    def filter(self, e: ArrayLike, threads: int | None = None) -> Array:
        """Convolve along the last axis with the whole kernel: white noise in, series out.

        At rest before the first sample. A NaN or Inf stays in every later sample of its row, as
        the recursion says, unless the kernel is a moving average; it never reaches another row.
        """
        return _filtered(e, self._taps, threads)

    def whiten(self, x: ArrayLike) -> Array:
        """Make a series of this model white: prediction errors over their standard deviations.

        Exact from the first sample on; samples are taken to have mean 0. NaN are not accepted: see
        `ARIMA` for series with gaps.
        """
        self._refuse_unstable("whiten")
        values = read_series("ARMA.whiten", x).values
        if np.isnan(values).any():
            raise OptionError(
                "ARMA.whiten: `x` holds NaN.\n  Gaps need estimates: see ARIMA(...).at(...)."
            )
        found = whiten(values[None], *self._taps)
        assert found is not None
        return np.asarray(found.white[0, 0] / np.sqrt(self.sigma2))

    def simulate(self, n: int, rng: np.random.Generator | int | None = None) -> Array:
        """Draw a series of `n` samples, stationary from the first on."""
        n = integer("ARMA.simulate", "n", n, 1)
        self._refuse_unstable("simulate")
        noise = np.random.default_rng(rng).normal(0, np.sqrt(self.sigma2), (1, n))
        found = whiten(noise, *self._taps, colour=True)
        assert found is not None
        return np.asarray(found.white[0, 0])

    def _refuse_unstable(self, what: str) -> None:
        if not self.is_stationary:
            least = float(np.abs(self.ar_roots).min())
            raise OptionError(
                f"ARMA.{what}: the model is not stationary, a root of phi lies at {least:.4g}, on "
                "or inside the unit circle.\n"
                "  Difference the series, and model what is left: see ARIMA."
            )


def _checked(name: str, taps: ArrayLike) -> Array:
    array = np.asarray(taps, float)
    if array.ndim != 1:
        raise ShapeError(
            f"ARMA: `{name}` has shape {array.shape}, taps of lags 1, 2, ... are needed.\n"
            f"  Pass a list, such as {name}=[0.5]."
        )
    if not np.isfinite(array).all():
        raise OptionError(f"ARMA: `{name}` holds NaN or infinities.\n  Pass finite taps.")
    return array.copy()


def _ar_autocovariance(ar: Array, lags: int) -> Array:
    """Of ``1 / phi``, at lags 0 ... `lags`."""
    partial = partial_of(ar)
    assert partial is not None
    covariance = np.zeros(max(lags, ar.size) + 1)
    covariance[0] = variance = 1 / float(np.prod(1 - partial**2))
    taps = np.zeros(0)
    for m, k in enumerate(partial.tolist()):
        covariance[m + 1] = k * variance + taps @ covariance[m:0:-1]
        taps = np.concatenate([taps - k * taps[::-1], [k]])
        variance *= 1 - k * k
    for m in range(ar.size + 1, covariance.size):
        covariance[m] = ar @ covariance[m - 1 : m - ar.size - 1 : -1] if ar.size else 0.0
    return covariance[: lags + 1]


def _filtered(x: ArrayLike, taps: tuple[Taps, Taps], threads: int | None) -> Array:
    values = np.asarray(x)
    if values.ndim == 0 or values.dtype.kind not in "biuf":
        raise ShapeError(
            f"ARMA.filter: `e` has shape {values.shape} and dtype {values.dtype}.\n"
            "  Pass series of real numbers along the last axis."
        )
    single = values.dtype in (np.float16, np.float32)
    if not values.size:
        return np.empty(values.shape, values.dtype if single else float)
    rows = np.ascontiguousarray(values, float).reshape(-1, values.shape[-1])
    found = rational_filter(rows, *taps, threads=threads).reshape(values.shape)
    return found.astype(values.dtype) if single else found
