"""Where results go: fresh memory if there is room, or the caller's `out` if it fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from intertwine import _core
from intertwine.base import memory
from intertwine.base.checks import refuse_hidden
from intertwine.base.errors import DTypeError, OptionError, ShapeError
from intertwine.engine import copies
from intertwine.engine.memory import empty
from intertwine.engine.problem import Problem

if TYPE_CHECKING:
    from intertwine.engine.plan import Plan

Array = NDArray[Any]


def fill(
    caller: str, chosen: Plan, x: Array, mask: NDArray[np.bool_] | None, out: Array, threads: int
) -> None:
    """Run a plan, or say that memory ran out on the way."""
    try:
        chosen.execute(x, mask, out, threads, caller)
    except MemoryError as error:
        raise ShapeError(
            f"{caller}: memory ran out: {error}.\n  Work on parts of x, or let go of other arrays."
        ) from error


def beside(chosen: Plan, x: Array, out: Any) -> int:
    """Bytes that a call takes beside data and result: copies of arrays, and work space."""
    plain = x.flags.c_contiguous and x.dtype.isnative and out is None
    fitting = isinstance(out, np.ndarray) and out.shape == chosen.problem.out_shape
    copied = 0 if plain else copies.beside(chosen, x, out if fitting else None)
    return chosen.work_bytes + copied


def fresh(caller: str, chosen: Plan, beside: int) -> Array:
    """An array for the result of a plan, if the machine has room for it and for all beside it."""
    problem = chosen.problem
    where = "the result", problem.out_shape, problem.result
    memory.check_allocation(caller, *where, _smaller(problem), beside)
    try:
        return empty(problem.out_shape, problem.result)
    except (MemoryError, ValueError, OverflowError) as error:
        raise _too_large(caller, chosen, beside) from error


def _too_large(caller: str, chosen: Plan, beside: int) -> ShapeError:
    problem = chosen.problem
    where = "the result", problem.out_shape, problem.result
    return memory.too_large(caller, *where, _smaller(problem), beside)


def _smaller(problem: Problem) -> str:
    """What makes a result smaller: what made it large is named first."""
    if any(a.filtered and a.m > 2 * a.n for a in problem.axes):
        wide = any(a.dilation > 1 for a in problem.axes)
        return f"Pass mode='same', or a {'smaller dilation' if wide else 'shorter kernel'}."
    if problem.kernel_count > 1:
        return "Pass fewer kernels at a time, or work on parts of x."
    return "Work on parts of x, or pass a larger stride."


def check(caller: str, chosen: Plan, out: Any, beside: int) -> None:
    """Refuse an `out` that a result cannot be written to, and a call that needs too much beside."""
    problem = chosen.problem
    check_out(caller, out, problem.out_shape, problem.result, retypes=True)
    if beside > memory.installed():
        raise _too_large(caller, chosen, beside)


def check_out(
    caller: str, out: Any, shape: tuple[int, ...], dtype: np.dtype[Any], *, retypes: bool = False
) -> None:
    """Refuse an `out` that a result of this shape and type cannot be written to.

    `retypes` says that the caller takes a ``dtype=``, and another byte order.
    """
    create = f"Pass out=np.empty({shape}, np.{dtype})."
    if not isinstance(out, np.ndarray):
        raise DTypeError(f"{caller}: `out` is {type(out).__name__}, not a NumPy array.\n  {create}")
    if out.shape != shape:
        raise ShapeError(
            f"{caller}: `out` has shape {out.shape} but the result has {shape}.\n  {create}"
        )
    if (out.dtype.newbyteorder("=") if retypes else out.dtype) != dtype:
        if retypes:
            create = f"Pass out of that type, or dtype=np.{out.dtype} to ask for this one."
        raise DTypeError(f"{caller}: `out` is {out.dtype} but the result is {dtype}.\n  {create}")
    if not out.flags.writeable:
        raise OptionError(f"{caller}: `out` is read-only.\n  Pass an array that can be written.")
    refuse_hidden(caller, "out", out, "Pass out=y.data, or an array without a mask.")
    _check_apart(caller, out)


def _check_apart(caller: str, out: Array) -> None:
    """Refuse an output whose elements share memory with each other."""
    if _core.is_nested(out.shape, out.strides, out.itemsize):
        return
    places = np.zeros((), np.int64)
    for step, n in zip(out.strides, out.shape, strict=True):
        places = np.add.outer(places, step * np.arange(n))
    near = np.diff(np.sort(places, axis=None)) < out.itemsize
    shared = np.count_nonzero(np.append(near, False) | np.append(False, near))
    if shared:
        raise OptionError(
            f"{caller}: `out` overlaps itself: {shared} of its {out.size} elements share memory "
            f"with others.\n  Pass an array with memory for each element, such as out.copy()."
        )
