"""convolve, correlate, plan: arguments in, plan, run, the caller's type back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from numpy import ndarray
from numpy.typing import DTypeLike, NDArray

from intertwine.arrays import has_tensor
from intertwine.base import threads as threading
from intertwine.base.checks import as_array, as_dtype, flag, is_integer, native
from intertwine.base.errors import OptionError, ShapeError, counted, shown
from intertwine.engine import checks, outputs, stack
from intertwine.engine.arguments import Options, parse
from intertwine.engine.plan import CACHE, Plan
from intertwine.engine.problem import Problem

Array = NDArray[Any]

#: The result of a call whose equal was made lately and whose plan is one sum in the core, or None.
_again = CACHE.calls.run


def convolve(
    x: Any,
    k: Any,
    *,
    axes: int | Sequence[int] | None = None,
    mode: str | Sequence[str] = "same",
    boundary: str | Sequence[str] = "symmetric",
    cval: complex = 0.0,
    nan: str = "propagate",
    mask: Any = None,
    min_weight: float | None = None,
    dtype: DTypeLike | None = None,
    overflow: str = "raise",
    stride: int | Sequence[int] = 1,
    dilation: int | Sequence[int] = 1,
    method: str = "auto",
    precision: float | None = None,
    out: Array | None = None,
    threads: int | None = None,
) -> Array:
    """Mix each sample with its neighbours: ``y[n] = sum_j k[j] * x[n + c - j]``.

    The kernel is flipped, as convolution does (`correlate` does not). ``c`` is its origin.

    Parameters
    ----------
    x : (..., N1, ..., Nd) array
        The signal: bool, integers, float16 to float64, complex. Never modified.
    k : (..., K1, ..., Kd) array, Kernel or list of Kernels
        One axis per entry of `axes`; any size, even or odd, larger than `x` too. An array has
        its origin at ``(K - 1) // 2``, so that ``mode="same"`` is NumPy's and scipy.signal's.
        Axes before the last d make it a bank of kernels: they broadcast against those axes of `x`
        that are not filtered. A list is a bank too, its kernels aligned at their origins and
        filled up with zeros.
    axes : int or tuple of int, optional
        The axes of `x` that a kernel works along. Needed when `k` has fewer axes than `x`:
        ``axes=(0, 1)`` for an RGB image (H, W, 3) and a 2-D kernel; and for a bank.
    mode : {"same", "full", "valid"}
        Outputs: one for each sample; every place where the window touches `x` (N + K - 1);
        only places where the window lies inside `x` (N - K + 1). In "full" too the boundary says
        what lies outside, symmetric unless another is named: NumPy's and scipy.signal's "full" is
        ``mode="full", boundary="zero"``.
    boundary : str or one for each of `axes`
        What lies outside: symmetric ``21|1234|43``, mirror ``32|1234|32``, nearest
        ``11|1234|44``, wrap ``34|1234|12``, zero ``00|1234|00``, constant ``cc|1234|cc`` with
        `cval`, renormalize ``..|1234|..`` (only what is inside counts, rescaled to the kernel's
        full weight). scipy.ndimage and numpy.pad call it `mode`.
    cval : number
        The number outside for ``boundary="constant"``.
    nan : {"propagate", "ignore", "raise"}
        A NaN or infinity touches exactly the outputs whose window holds it; or is left out, the
        weights rescaled (not for kernels that sum to zero); or is refused. So is a `cval`. Taps
        of an array that are NaN or infinite are left out by "ignore" (they weigh nothing), and
        refused by the others.
    mask : bool array, optional
        True where a sample counts. The others are left out, as with ``nan="ignore"``.
    min_weight : float, optional
        Where samples are left out: the least fraction, from 0 to 1, of ``sum|k|`` that must be
        present. Outputs with less are NaN. By default next to nothing is enough.
    dtype : dtype, optional
        Type of the result. By default that of `x`; integers stay exact integers in a type wide
        enough for every possible sum; integers under a float kernel, a mask or
        ``boundary="renormalize"`` give float32 (8 and 16 bits) or float64.
    overflow : {"raise", "saturate"}
        An integer `dtype` that cannot hold every possible result is refused; or results are
        rounded to the nearest integer, halves to even, and clipped to the range of `dtype`. That
        is an 8- or 16-bit integer, by default the type of `x`; NaN becomes 0.
    stride, dilation : int or one for each of `axes`
        Keep every `stride`-th output; spread the taps `dilation` samples apart.
    method : str
        "auto", or the name of a method to force: see ``plan(x, k).explain()``.
    precision : float, optional
        Asked bound on ``|error| / (sum|k| * max|x|)``.
    out : array, optional
        Where to write the result: its shape and type must fit. May be `x` itself.
    threads : int, optional
        Threads to use; the answer is the same to the bit for any number.

    Returns
    -------
    array
        Shape of `x` except along `axes`, where `mode` and `stride` tell the length. A bank's axes
        that `x` does not have come first: ``(64, H, W)`` for 64 kernels on an image.

    Raises
    ------
    ShapeError, DTypeError, OptionError
        Arguments that do not fit; the message names both numbers and the next step.

    Examples
    --------
    >>> import intertwine as iw
    >>> iw.convolve([0, 0, 1, 0, 0], [1, 2, 3])
    array([0, 1, 2, 3, 0])
    >>> iw.convolve([1.0, 2.0, 3.0, 4.0], [0.5, 0.5], mode="valid")
    array([1.5, 2.5, 3.5])
    >>> iw.convolve([0, 0, 1, 0, 0], [[1, 2, 3], [0, 1, -1]], axes=0)
    array([[ 0,  1,  2,  3,  0],
           [ 0,  0,  1, -1,  0]])
    """
    said = (
        axes, mode, boundary, cval, nan, mask, min_weight, dtype, overflow, stride, dilation,
        method, precision,
    )  # fmt: skip
    if x.__class__ is not ndarray and has_tensor(x, k):
        return _on_tensors("convolve", x, k, said, out, threads, True)
    done = _again(x, k, said, True, out, threads)
    return _run("convolve", x, k, said, out, threads, True) if done is None else done


def correlate(
    x: Any,
    k: Any,
    *,
    axes: int | Sequence[int] | None = None,
    mode: str | Sequence[str] = "same",
    boundary: str | Sequence[str] = "symmetric",
    cval: complex = 0.0,
    nan: str = "propagate",
    mask: Any = None,
    min_weight: float | None = None,
    dtype: DTypeLike | None = None,
    overflow: str = "raise",
    stride: int | Sequence[int] = 1,
    dilation: int | Sequence[int] = 1,
    method: str = "auto",
    precision: float | None = None,
    out: Array | None = None,
    threads: int | None = None,
) -> Array:
    """Slide `k` over `x`: ``y[n] = sum_j conj(k[j]) * x[n + j - c]``.

    The kernel is not flipped, and conjugated when complex: ``correlate(x, k)`` is
    ``convolve(x, ~k)``. An array has its origin at ``K // 2``, so that ``mode="same"`` is
    NumPy's and scipy.signal's; a Kernel brings its own. Parameters as in `convolve`, a bank of
    kernels included.

    Examples
    --------
    >>> import intertwine as iw
    >>> iw.correlate([0, 0, 1, 0, 0], [1, 2, 3])
    array([0, 3, 2, 1, 0])
    """
    said = (
        axes, mode, boundary, cval, nan, mask, min_weight, dtype, overflow, stride, dilation,
        method, precision,
    )  # fmt: skip
    if x.__class__ is not ndarray and has_tensor(x, k):
        return _on_tensors("correlate", x, k, said, out, threads, False)
    done = _again(x, k, said, False, out, threads)
    return _run("correlate", x, k, said, out, threads, False) if done is None else done


def _on_tensors(
    caller: str, x: Any, k: Any, said: tuple[Any, ...], out: Any, threads: Any, flip: bool
) -> Array:
    """Let torch's side of the house answer, which loads when the first tensor comes."""
    from intertwine.arrays.tensors import run

    found: Any = run(caller, x, k, said, out, threads, flip)
    return cast(Array, found)  # as far as types are told


def plan(
    x: Any,
    k: Any,
    *,
    axes: int | Sequence[int] | None = None,
    mode: str | Sequence[str] = "same",
    boundary: str | Sequence[str] = "symmetric",
    cval: complex = 0.0,
    nan: str = "propagate",
    mask: Any = None,
    min_weight: float | None = None,
    dtype: DTypeLike | None = None,
    overflow: str = "raise",
    stride: int | Sequence[int] = 1,
    dilation: int | Sequence[int] = 1,
    method: str = "auto",
    precision: float | None = None,
    measure: bool = False,
) -> Plan:
    """Choose how to convolve, once: ``p(x)`` runs it, ``p.explain()`` says why.

    Threads are chosen by the call: ``p(x, out=None, mask=None, threads=None)``. For a correlation,
    plan with the mirrored kernel, ``~Kernel(k, origin=...)``, whose origin is ``K // 2`` along each
    axis as that of an array in `correlate`.

    Parameters
    ----------
    x : array, or int, tuple or list of int
        Data to plan for, or only their shape, as NumPy takes one; `dtype` is then the type of the
        data (float64 when left out) and not of the result. Integers as data come as an array.
    k, axes, mode, ..., precision
        As in `convolve`; one plan serves a whole bank of kernels. With a mask, the plan takes one
        at each call: ``p(x, mask=m)``.
    measure : bool
        Run the methods on data of this shape, for about half a second, and take the quickest
        instead of trusting predictions. The choice is remembered for all problems of this
        geometry and type with a kernel alike: see `intertwine.wisdom`.

    Returns
    -------
    Plan
        Immutable, safe to share between threads, callable on any array of this shape and type.

    Examples
    --------
    >>> import intertwine as iw
    >>> p = iw.plan((512, 512), [[1, 2, 1]], dtype="float32")
    >>> p
    Plan(direct: float32 (512, 512) -> float32 (512, 512))
    >>> x, k = [0.0, 0.0, 1.0, 0.0, 0.0], [1.0, 2.0, 3.0, 4.0]
    >>> p = iw.plan(5, ~iw.Kernel(k, origin=len(k) // 2))
    >>> p(x, threads=1).tolist() == iw.correlate(x, k).tolist() == [0.0, 4.0, 3.0, 2.0, 1.0]
    True
    """
    shape = _as_shape(x)
    if shape is not None:
        x, dtype = _stand_in(shape, dtype), None
    said = (
        axes, mode, boundary, cval, nan, mask, min_weight, dtype, overflow, stride, dilation,
        method, precision,
    )  # fmt: skip
    _check_measure(measure, method)
    chosen = None if measure else CACHE.lookup(x, k, said, True)
    if chosen is None:
        options = Options(*said)
        _check_method("plan", method)
        request = parse("plan", x, k, options, flip=True, measured=shape is None)
        if measure:
            _learn(request.problem)
        chosen = CACHE.get(request.problem, "plan", method)
        CACHE.store(x, k, said, True, request.problem, method)
    return chosen


def _check_measure(measure: Any, method: Any) -> None:
    if flag("plan", "measure", measure) and method != "auto":
        raise OptionError(
            f"plan: `measure=True` chooses the method, but `method={shown(method)}` forces one.\n"
            f"  Leave one of the two out."
        )


def _learn(problem: Problem) -> None:
    """Measure, and let every plan be chosen anew."""
    from intertwine.engine.measure import measure  # only when asked

    measure(problem, "plan")
    CACHE.clear()


#: Whole numbers are read as a shape.
_IF_DATA = "  If these are data, pass them as an array: plan(np.array(...), k)."


def _as_shape(x: Any) -> tuple[int, ...] | None:
    """The shape that `x` spells, as NumPy reads one, or None: `x` are data."""
    listed = x if isinstance(x, tuple | list) else (x,)
    return tuple(map(int, listed)) if all(map(is_integer, listed)) else None


def _stand_in(shape: tuple[int, ...], dtype: DTypeLike | None) -> Array:
    """An array of this shape and type that takes no memory."""
    single = np.zeros((), np.float64 if dtype is None else as_dtype("plan", dtype))
    if not 0 < len(shape) <= stack.MOST_AXES:
        raise ShapeError(
            f"plan: shape {shown(shape)} has {counted(len(shape), 'axis', 'axes')}, and an array "
            f"has 1 to {stack.MOST_AXES}.\n{_IF_DATA}"
        )
    if min(shape) < 0:
        raise ShapeError(f"plan: shape {shown(shape)} has a negative length.\n{_IF_DATA}")
    try:
        return np.broadcast_to(single, shape)
    except (ValueError, OverflowError) as error:
        raise ShapeError(
            f"plan: shape {shown(shape)} is too large for an array.\n  Plan for parts of it."
        ) from error


def _check_method(caller: str, method: Any) -> None:
    """Refuse what is no word; the planner knows which words are methods."""
    if not isinstance(method, str):
        raise OptionError(
            f"{caller}: `method={shown(method)}` must be a word.\n"
            f"  Pass 'auto', or a method that plan(...).explain() names."
        )


def _run(
    caller: str, x: Any, k: Any, said: tuple[Any, ...], out: Any, threads: Any, flip: bool
) -> Array:
    """Compute: by the plan of an equal call, or by reading this one. `said` are its Options."""
    if has_tensor(k):
        return _on_tensors(caller, x, k, said, out, threads, flip)
    threading.check(caller, threads)
    chosen = CACHE.lookup(x, k, said, flip)
    if chosen is not None:
        return _execute(caller, chosen, x, None, out, threads)
    options = Options(*said)
    request = parse(caller, x, k, options, flip=flip)
    _check_method(caller, options.method)
    chosen = CACHE.get(request.problem, caller, options.method, threads)
    CACHE.store(x, k, said, flip, request.problem, options.method)
    return _execute(caller, chosen, request.x, request.mask, out, threads)


def run_plan(chosen: Plan, x: Any, *, out: Any, mask: Any, threads: Any) -> Array:
    """Run a plan on new data: what ``plan(x)`` calls."""
    threading.check("plan", threads)
    array = as_array("plan", "x", x, masks=True)
    chosen.check_fits(array)
    present = checks.mask("plan", x, array, mask)
    if present is not None and not chosen.problem.masked:
        raise OptionError(
            "plan: this plan was made without a mask.\n  Make one with a mask: plan(x, k, mask=m)."
        )
    return _execute("plan", chosen, array, present, out, threads)


def _execute(
    caller: str, chosen: Plan, x: Array, mask: NDArray[np.bool_] | None, out: Any, threads: Any
) -> Array:
    most = chosen.most_threads
    count = 1 if most == 1 else min(threading.resolve(threads), most)
    beside = outputs.beside(chosen, x, out)
    if out is None:
        result = outputs.fresh(caller, chosen, beside)
    else:
        outputs.check(caller, chosen, out, beside)
    data = native(x)
    if out is None:
        outputs.fill(caller, chosen, data, mask, result, count)
        return result
    alone = data.flags.owndata and out.flags.owndata and data is not out
    if not alone and np.may_share_memory(data, out):
        data = data.copy()
    if mask is not None and np.may_share_memory(mask, out):
        mask = mask.copy()
    if out.dtype.isnative and out.flags.aligned:
        outputs.fill(caller, chosen, data, mask, out, count)
    else:
        result = outputs.fresh(caller, chosen, beside)
        outputs.fill(caller, chosen, data, mask, result, count)
        out[...] = result
    return cast(Array, out)
