"""OpenCV: images with one or more channels; ``BORDER_REFLECT`` is ``symmetric``."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import cv2
import numpy as np

from benchmarks.case import Case, Contender
from benchmarks.peers.common import at_most, flipped, refuse

Image = Callable[..., np.ndarray]


def _contender(case: Case, threads: int, call: Callable[..., np.ndarray]) -> Contender:
    """Time ``call(x, dst=...)``; OpenCV's number of threads belongs to the process."""
    kept = case.empty()

    def run(dst: np.ndarray | None = None) -> np.ndarray:
        cv2.setNumThreads(threads)
        return call(case.x, dst=dst)

    return Contender(run, lambda: run(kept), case.boundary)


def _to_bytes(case: Case, threads: int, call: Callable[..., np.ndarray]) -> Contender:
    """Time a call whose answer is rounded to bytes."""
    kept = np.zeros(case.x.shape, np.uint8)

    def run(dst: np.ndarray | None = None) -> np.ndarray:
        cv2.setNumThreads(threads)
        return call(case.x, dst=dst)

    return Contender(run, lambda: run(kept), case.boundary, same=False)


def _anchor(taps: np.ndarray) -> tuple[int, ...]:
    """Return OpenCV's (column, row) of the origin in a flipped kernel."""
    return tuple(k // 2 for k in reversed(taps.shape))


def filter2d(case: Case, threads: int) -> Contender:
    """``cv2.filter2D``; a loop over images and kernels when there are several."""
    refuse(case.taps.ndim != 2, "images only")
    refuse(case.x.dtype.kind == "c", "no complex numbers")
    depths = {"uint8": cv2.CV_8U, "float64": cv2.CV_64F}
    depth = depths.get(case.result.name, cv2.CV_32F)
    if case.axes == (0, 1) or case.out_shape == case.lengths:
        taps = case.taps.array
        call = partial(
            cv2.filter2D,
            ddepth=depth,
            kernel=flipped(taps),
            anchor=_anchor(taps),
            borderType=cv2.BORDER_REFLECT,
        )
        return _contender(case, threads, call)
    planes = [(x, flipped(taps), _anchor(taps), i) for i, (x, taps, _) in _numbered(case)]

    def loop(_: np.ndarray, dst: np.ndarray | None) -> np.ndarray:
        out = np.empty(case.out_shape, case.result) if dst is None else dst
        stack = out.reshape(-1, *case.lengths)
        for x, taps, anchor, i in planes:
            cv2.filter2D(x, depth, taps, dst=stack[i], anchor=anchor, borderType=cv2.BORDER_REFLECT)
        return out

    return _contender(case, threads, loop)


def _numbered(case: Case) -> enumerate:
    return enumerate(case.planes(np.empty(case.out_shape, case.result)))


def filter2d_bytes(case: Case, threads: int) -> Contender:
    """``cv2.filter2D`` from bytes to bytes: another problem, its answer is rounded."""
    call = partial(
        cv2.filter2D,
        ddepth=-1,
        kernel=flipped(case.taps.array),
        borderType=cv2.BORDER_REFLECT,
    )
    return _to_bytes(case, threads, call)


def sep_filter2d(case: Case, threads: int) -> Contender:
    """``cv2.sepFilter2D``: two factors, or a line as an image of one row."""
    if case.taps.ndim == 1:
        at_most(case, 2e9)
        rows, columns = np.ones(1, case.result), flipped(case.taps.array)
    else:
        refuse(case.taps.ndim != 2 or not case.taps.factors, "images and two factors only")
        rows, columns = (flipped(each).astype(case.result) for each in case.taps.factors)
    line = case.taps.ndim == 1

    def call(x: np.ndarray, dst: np.ndarray | None) -> np.ndarray:
        y = cv2.sepFilter2D(
            x[None] if line else x,
            -1,
            columns,
            rows,
            dst=dst[None] if line and dst is not None else dst,
            anchor=(len(columns) // 2, len(rows) // 2),
            borderType=cv2.BORDER_REFLECT,
        )
        return y[0] if line else y

    return _contender(case, threads, call)


def gaussian_blur(case: Case, threads: int) -> Contender:
    """``cv2.GaussianBlur`` with as many taps as ours."""
    refuse(case.taps.ndim != 2, "images only")
    call = partial(
        cv2.GaussianBlur,
        ksize=case.taps.size,
        sigmaX=case.taps.sigma,
        borderType=cv2.BORDER_REFLECT,
    )
    return _contender(case, threads, call)


def blur(case: Case, threads: int) -> Contender:
    """``cv2.blur``: running sums."""
    call = partial(cv2.blur, ksize=case.taps.size, borderType=cv2.BORDER_REFLECT)
    return _contender(case, threads, call)


def box_filter(case: Case, threads: int) -> Contender:
    """``cv2.boxFilter`` from bytes to float32: sums of whole numbers."""
    call = partial(
        cv2.boxFilter, ddepth=cv2.CV_32F, ksize=case.taps.size, borderType=cv2.BORDER_REFLECT
    )
    return _contender(case, threads, call)


def blur_bytes(case: Case, threads: int) -> Contender:
    """``cv2.blur`` from bytes to bytes: a quarter is written, and the answer is rounded."""
    call = partial(cv2.blur, ksize=case.taps.size, borderType=cv2.BORDER_REFLECT)
    return _to_bytes(case, threads, call)


BUILDERS = {
    "cv2.filter2D": filter2d,
    "cv2.filter2D to uint8": filter2d_bytes,
    "cv2.sepFilter2D": sep_filter2d,
    "cv2.GaussianBlur": gaussian_blur,
    "cv2.blur": blur,
    "cv2.blur to uint8": blur_bytes,
    "cv2.boxFilter": box_filter,
}
