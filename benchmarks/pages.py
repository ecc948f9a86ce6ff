"""`deskew` beside its peers on drawn pages of many scripts, layouts and scans.

``python -m benchmarks.pages [COUNT]``: of each the fraction within .1 degree, the median and the
worst error, and the answers that are given and wrong by more than .5 degrees. `page_drawing` names
the fonts; peers (the packages ``deskew`` and ``jdeskew``) are left out where not installed.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable
from importlib import import_module

import numpy as np

import intertwine as iw
from benchmarks.page_drawing import Page, drawn, orders

#: The angle of a page, or None where no lines are found.
Estimator = Callable[[np.ndarray], float | None]


class _Ours:
    """Intertwine, which also states the standard error of each angle."""

    def __init__(self) -> None:
        self.stated: list[float] = []

    def __call__(self, image: np.ndarray) -> float | None:
        done = iw.deskew(image)
        self.stated.append(done.uncertainty_deg)
        return done.angle_deg if done.found else None


def estimators() -> dict[str, Estimator]:
    """Ours and the peers that are installed, all counter-clockwise."""
    found: dict[str, Estimator] = {"Intertwine": _Ours()}
    try:
        determine_skew = import_module("deskew").determine_skew
    except ImportError:
        pass
    else:

        def hough(image: np.ndarray) -> float | None:
            angle = determine_skew(image, num_peaks=20)
            return None if angle is None else -float(angle)

        found["deskew"] = hough
    try:
        get_angle = import_module("jdeskew.estimator").get_angle
    except ImportError:
        pass
    else:
        found["jdeskew"] = lambda image: -float(get_angle(image))
    return found


def row(name: str, errors: list[float], seconds: float) -> str:
    """One line of the table; an error is NaN where no lines were found."""
    each = np.abs(errors)
    given = each[~np.isnan(each)]
    median, worst = (np.median(given), given.max()) if given.size else (math.nan, math.nan)
    close = 100 * float((given <= 0.1).sum()) / len(each)
    return (
        f"| {name} | {close:.1f} % | {median:.4f} | {worst:.2f} | {int((given > 0.5).sum())} | "
        f"{len(each) - len(given)} | {seconds / len(each):.2f} s |"
    )


def main(count: int) -> None:
    """Print the table, and our answers that are off by more than .1 degree."""
    made: list[Page] = [drawn(*order) for order in orders(count)]
    print("| | within 0.1 degrees | median | worst | wrong by > 0.5 | not found | time a page |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, estimate in estimators().items():
        start, errors = time.perf_counter(), []
        for page in made:
            angle = estimate(page.image)
            errors.append(math.nan if angle is None else angle - page.angle_deg)
        print(row(name, errors, time.perf_counter() - start), flush=True)
        for page, error in zip(made, errors, strict=True):
            if isinstance(estimate, _Ours) and not abs(error) <= 0.1:
                print(f"<!-- {page.script}, {page.layout}, {page.scan}: {error:.3f} -->")
        if isinstance(estimate, _Ours):
            ratio = np.abs(errors) / estimate.stated
            within = ", ".join(f"{100 * np.mean(ratio < k):.0f} % within {k}" for k in (1, 2, 3))
            print(f"<!-- errors beside the stated standard error: {within} -->", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
