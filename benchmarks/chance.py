"""How often `chance` finds a difference where there is none: ``python -m benchmarks.chance``."""

from __future__ import annotations

import argparse

import numpy as np
from scipy.signal import lfilter

import intertwine as iw

LEVELS = (0.01, 0.05, 0.1)

C = iw.chance


def ar(rng, n):
    return lfilter([1.0], [1.0, -0.8], rng.normal(size=n + 100))[100:]


def unequal(rng):
    return rng.normal(0, 9, 10), rng.normal(0, 1, 40)


CASES = {
    "paired": lambda r: C(r.normal(size=15), r.normal(size=15), design="paired"),
    "paired-ties": lambda r: C(r.integers(0, 4, 15), r.integers(0, 4, 15), design="paired"),
    "signed-rank-ties": lambda r: C(
        r.integers(0, 4, 15), r.integers(0, 4, 15), design="signed-rank"
    ),
    "two-sample": lambda r: C(r.normal(size=15), r.normal(size=15)),
    "two-sample-ties": lambda r: C(r.poisson(0.5, 12), r.poisson(0.5, 20)),
    "rank": lambda r: C(r.normal(size=15), r.normal(size=20), design="rank"),
    "rank-ties": lambda r: C(r.integers(0, 3, 15), r.integers(0, 3, 20), design="rank"),
    "proportion": lambda r: C(
        (r.random(20) < 0.3) * 1, (r.random(30) < 0.3) * 1, design="proportion"
    ),
    "pearson": lambda r: C(
        r.normal(size=15), r.exponential(size=15), design="correlation", resamples=999
    ),
    "spearman-ties": lambda r: C(
        r.integers(0, 3, 15),
        r.integers(0, 3, 15),
        design="correlation",
        coefficient="spearman",
        resamples=999,
    ),
    "kendall": lambda r: C(
        r.normal(size=15), r.normal(size=15), design="correlation", coefficient="kendall"
    ),
    "kendall-ties": lambda r: C(
        r.integers(0, 3, 15), r.normal(size=15), design="correlation", coefficient="kendall"
    ),
    "strata": lambda r: C(
        r.integers(0, 9, 15) + np.arange(15) % 3 * 9.0,
        r.integers(0, 9, 24) + np.arange(24) % 3 * 9.0,
        by=(np.arange(15) % 3, np.arange(24) % 3),
    ),
    "unequal": lambda r: C(*unequal(r), equal_var=False, resamples=1999),
    "unequal-pooled": lambda r: C(*unequal(r)),
    "unequal-rev": lambda r: C(
        r.normal(0, 1, 10), r.normal(0, 9, 40), equal_var=False, resamples=1999
    ),
    "ar-paired": lambda r: C(ar(r, 200), ar(r, 200), design="paired", series=True),
    "ar-paired100": lambda r: C(ar(r, 100), ar(r, 100), design="paired", series=True),
    "ar-two": lambda r: C(ar(r, 200), ar(r, 200), series=True),
    "ar-rank": lambda r: C(ar(r, 200), ar(r, 200), series=True, design="rank"),
    "ar-signed": lambda r: C(ar(r, 200), ar(r, 200), series=True, design="signed-rank"),
    "ar-pearson": lambda r: C(
        ar(r, 100), ar(r, 100), design="correlation", series=True, resamples=999
    ),
    "ar-kendall": lambda r: C(
        ar(r, 100), ar(r, 100), design="correlation", series=True, coefficient="kendall"
    ),
}


def fractions(name: str, simulations: int, seed: int = 7) -> list[float]:
    """The fraction of p-values at most each of `LEVELS`, without any difference."""
    rng = np.random.default_rng(seed)
    p = np.array([CASES[name](rng).pvalue for _ in range(simulations)])
    return [float((p <= level).mean()) for level in LEVELS]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=list(CASES), choices=list(CASES))
    parser.add_argument("--simulations", type=int, default=4000)
    chosen = parser.parse_args()
    for name in chosen.only:
        print(name, *(f"{f:.4f}" for f in fractions(name, chosen.simulations)), flush=True)


if __name__ == "__main__":
    main()
