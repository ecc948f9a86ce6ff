"""Kernel: the array of taps that a signal is mixed with, and the place in it that stands still.

Convolving puts tap ``j`` on the sample ``j - origin`` steps back, so a kernel is not its taps
alone: the same taps with another origin shift the answer. Everything follows from that pair: what
kernels make of each other is in ``algebra/operations.py``, what can be asked of one in
``algebra/views.py``.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn, SupportsIndex

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from intertwine.algebra.operations import Operations
from intertwine.algebra.views import Views
from intertwine.base.checks import refuse_hidden
from intertwine.base.errors import DTypeError, OptionError, ShapeError, counted
from intertwine.convolution import convolve

if TYPE_CHECKING:
    from intertwine.propagator import Propagator
    from intertwine.series.arma import ARMA

_TAPS_SHOWN = 64  # repr prints the taps of kernels up to this size


class Kernel(Operations, Views):
    """Taps with an origin: ``(k @ x)[n] = sum_j k[j] * x[n - (j - origin)]``.

    A kernel never changes: its taps are a read-only copy and its attributes cannot be set.
    Two kernels are equal when their shapes, origins and taps are exactly equal as numbers
    (``1 == 1.0``); the name does not count.

    Parameters
    ----------
    taps : (K1, ..., Kd) array_like
        Bool, integer, float or complex numbers, all finite, at least one on every axis. The dtype
        is kept (in native byte order); Python integers become int64.
    origin : int or tuple of int, optional
        The index of the tap that multiplies ``x[n]`` itself, one number for each axis (a bare
        integer for one axis). By default ``(size - 1) // 2`` on each axis, or that of `taps` when
        it is a Kernel.
    name : str, optional
        A label for people. By default that of `taps` when it is a Kernel, else none.

    Raises
    ------
    ShapeError
        `taps` is ragged, empty or has no axes, or `origin` names another number of axes.
    DTypeError
        `taps` holds something other than numbers.
    OptionError
        A tap is NaN or Inf, `origin` lies outside the taps, or `name` is not a string.

    Examples
    --------
    >>> from intertwine.kernel import Kernel
    >>> k = Kernel([1, 2, 3], origin=0, name="causal")
    >>> k
    Kernel 'causal', shape (3,), origin (0,), int64, sum 6
    [1 2 3]
    >>> ~k
    Kernel '~causal', shape (3,), origin (2,), int64, sum 6
    [3 2 1]
    """

    __slots__ = ("_name", "_origin", "_taps")
    _lasting = True  # remembered calls may keep the taps instead of a copy: they never change
    __array_ufunc__ = None  # arrays leave `x @ k`, `x == k` and the like to the kernel

    _taps: NDArray[Any]
    _origin: tuple[int, ...]
    _name: str | None

    def __init__(
        self,
        taps: ArrayLike | Kernel,
        origin: SupportsIndex | Sequence[SupportsIndex] | None = None,
        name: str | None = None,
    ) -> None:
        if isinstance(taps, Kernel):
            origin = taps.origin if origin is None else origin
            name = taps.name if name is None else name
        if name is not None and not isinstance(name, str):
            raise OptionError(f"Kernel: `name` must be a string or None, not {name!r}.")
        locked = _locked_taps(taps)
        object.__setattr__(self, "_taps", locked)
        object.__setattr__(self, "_origin", _checked_origin(origin, locked.shape))
        object.__setattr__(self, "_name", name)

    @property
    def taps(self) -> NDArray[Any]:
        """The numbers, as a read-only C-contiguous array."""
        return self._taps

    @property
    def origin(self) -> tuple[int, ...]:
        """The index of the tap that multiplies the sample itself, one number for each axis."""
        return self._origin

    @property
    def name(self) -> str | None:
        """A label for people, or None."""
        return self._name

    @property
    def ndim(self) -> int:
        """The number of axes."""
        return self._taps.ndim

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of taps on each axis."""
        return self._taps.shape

    @property
    def size(self) -> int:
        """The number of taps."""
        return self._taps.size

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of the taps."""
        return self._taps.dtype

    @property
    def sum(self) -> int | float | complex:
        """The sum of the taps: what becomes of a constant signal 1.

        Exact for integers, and correctly rounded to double precision otherwise, whatever the
        order of the taps: ``(~k).sum == k.sum.conjugate()``.
        """
        values = self._taps.ravel()
        if values.dtype.kind in "biu":
            return int(sum(values.tolist()))
        real = _rounded_sum(values.real.tolist())
        if values.dtype.kind == "f":
            return real
        return complex(real, _rounded_sum(values.imag.tolist()))

    def __invert__(self) -> Kernel:
        """Mirror and conjugate: correlating with `k` is convolving with ``~k``, and ``~~k == k``.

        The taps are reversed on every axis and the origin moves with its tap, to
        ``size - 1 - origin``.
        """
        origin = tuple(size - 1 - at for size, at in zip(self.shape, self.origin, strict=True))
        return type(self)(np.flip(self._taps).conj(), origin, _mirrored_name(self._name))

    def __matmul__(self, x: ArrayLike) -> Any:
        """Convolve `x` with this kernel: ``k @ x`` is ``convolve(x, k)``."""
        if isinstance(x, Kernel):
            return NotImplemented
        return convolve(x, self)

    def __rmatmul__(self, x: object) -> NoReturn:
        raise TypeError(
            f"x @ k: a kernel acts on what stands to its right, here {type(x).__name__} stands to "
            "its left.\n  Write `k @ x`, or convolve(x, k)."
        )

    def density(self, how: str = "softmax", temperature: float = 1.0) -> Propagator:
        """Read this kernel as a probability density: the law of one step of a walk.

        Parameters
        ----------
        how : {"softmax", "abs", "clip"}
            ``exp(k / T) / sum``, ``|k| / sum|k|``, or ``max(k, 0) / sum``.
        temperature : float
            The T of softmax: small ones favour the largest taps, large ones even them out.
        """
        from intertwine.propagator import Propagator

        return Propagator.of(self, how, temperature)

    def as_arma(self) -> ARMA:
        """Read a causal 1-D kernel as a moving average: ``theta(B)``, its first tap the scale.

        White noise of variance 1 convolved with the kernel is a series of that model.

        Examples
        --------
        >>> Kernel([2.0, 1.0], origin=0).as_arma().ma
        array([0.5])
        """
        from intertwine.series.arma import ARMA

        taps = self._taps
        if taps.ndim != 1 or self._origin != (0,) or taps.dtype.kind == "c" or taps[0] == 0:
            raise OptionError(
                f"as_arma: a kernel of shape {self.shape} with origin {self._origin} is no moving "
                "average of the past.\n"
                "  It needs one axis, real taps, origin 0 and a first tap that is not 0."
            )
        first = float(taps[0])
        return ARMA(ma=taps[1:] / first, sigma2=first**2)

    def _key(self) -> tuple[object, ...]:
        # Python's numbers, because they compare exactly and hash alike across types; NumPy would
        # round 2**53 + 1 to a float before it compared the two.
        return (self.shape, self.origin, tuple(self._taps.ravel().tolist()))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Kernel):
            return NotImplemented
        return self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> NDArray[Any]:
        """The taps, for ``np.asarray(k)``; they stay read-only unless copied."""
        return np.array(self._taps, dtype=dtype, copy=copy)

    def __reduce__(self) -> tuple[Callable[..., Kernel], tuple[object, ...]]:
        return type(self), (self._taps, self._origin, self._name)

    def __setattr__(self, attribute: str, value: object) -> NoReturn:
        raise AttributeError(
            f"Kernel: cannot set `{attribute}`, a kernel never changes.\n"
            "  Build another: Kernel(taps, origin, name)."
        )

    def __delattr__(self, attribute: str) -> NoReturn:
        raise AttributeError(f"Kernel: cannot delete `{attribute}`, a kernel never changes.")

    def __repr__(self) -> str:
        label = "" if self._name is None else f" {self._name!r},"
        total = self.sum
        shown = total if isinstance(total, int) else f"{total:.6g}"
        card = f"Kernel{label} shape {self.shape}, origin {self.origin}, {self.dtype}, sum {shown}"
        if self.size > _TAPS_SHOWN:
            return card
        return f"{card}\n{np.array2string(self._taps, precision=6)}"


def _locked_taps(taps: ArrayLike | Kernel) -> NDArray[Any]:
    """Copy `taps` into a read-only, C-contiguous array of finite numbers, or say what is wrong."""
    try:
        given = np.asarray(taps)
    except ValueError as error:
        raise ShapeError(
            f"Kernel: `taps` does not form an array: {error}\n"
            "  Give every row the same number of taps."
        ) from None
    refuse_hidden("Kernel", "taps", taps, "Say what they are: pass taps.filled(0), for example.")
    if given.dtype.kind not in "biufc":
        raise DTypeError(
            f"Kernel: `taps` has dtype {given.dtype}, which does not hold numbers.\n"
            "  Pass bool, integer (to 64 bits), float or complex taps."
        )
    if given.ndim == 0:
        raise ShapeError(
            f"Kernel: `taps` is the single number {given.item()!r}, without an axis.\n"
            f"  Pass [{given.item()!r}] for one tap on one axis."
        )
    if given.size == 0:
        raise ShapeError(
            f"Kernel: `taps` is empty, its shape is {given.shape}.\n"
            "  Pass at least one tap on every axis."
        )
    _check_finite(given)
    copied = np.array(given, dtype=given.dtype.newbyteorder("="), order="C")
    copied.setflags(write=False)
    return copied.view()  # a view of a locked array cannot be unlocked


def _check_finite(taps: NDArray[Any]) -> None:
    finite = np.isfinite(taps)
    if not finite.all():
        first = tuple(int(i) for i in np.argwhere(~finite)[0])
        bad = finite.size - int(np.count_nonzero(finite))
        raise OptionError(
            f"Kernel: {bad} of {counted(taps.size, 'tap')} {'is' if bad == 1 else 'are'} not "
            f"finite; the first, at {first}, is {taps[first]}.\n"
            "  Replace them first: missing data belong in the signal, see convolve(..., nan=...)."
        )


def _checked_origin(
    origin: SupportsIndex | Sequence[SupportsIndex] | None, shape: tuple[int, ...]
) -> tuple[int, ...]:
    """Return `origin` as one index inside `shape` for each axis, the middle by default."""
    if origin is None:
        return tuple((size - 1) // 2 for size in shape)
    try:
        whole = tuple(operator.index(at) for at in _as_tuple(origin))
    except TypeError:
        raise OptionError(
            f"Kernel: `origin` must be integers, one for each axis, not {origin!r}."
        ) from None
    if len(whole) != len(shape):
        raise ShapeError(
            f"Kernel: `origin` {whole} names {counted(len(whole), 'axis', 'axes')} but `taps` "
            f"has {len(shape)}.\n"
            f"  taps: shape {shape}\n  Pass one index for each axis."
        )
    for axis, (at, size) in enumerate(zip(whole, shape, strict=True)):
        if not 0 <= at < size:
            raise OptionError(
                f"Kernel: `origin` {at} lies outside the {counted(size, 'tap')} of axis {axis}.\n"
                f"  Pass an index from 0 to {size - 1}; to shift further, pad the taps with zeros."
            )
    return whole


def _as_tuple(origin: SupportsIndex | Sequence[SupportsIndex]) -> tuple[SupportsIndex, ...]:
    return tuple(origin) if isinstance(origin, Iterable) else (origin,)


def _mirrored_name(name: str | None) -> str | None:
    if name is None:
        return None
    return name[1:] if name.startswith("~") else f"~{name}"


def _rounded_sum(values: list[float]) -> float:
    """The correctly rounded sum; infinite only where the true sum leaves the double range."""
    try:
        return math.fsum(values)
    except OverflowError:  # a partial sum was too large: add at a scale where none is
        return math.fsum(math.ldexp(value, -64) for value in values) * 2.0**64
