"""How often `chance` finds a difference where there is none: ``python -m benchmarks.chance``."""

from __future__ import annotations

import argparse

import numpy as np
from scipy.signal import lfilter

import intertwine as iw

LEVELS = (0.01, 0.05, 0.1)

C = iw.chance


def ar(rng, n, phi=0.8):
    return lfilter([1.0], [1.0, -phi], rng.normal(size=n + 400))[400:]


def average(rng, n, theta=0.8):
    noise = rng.normal(size=n + 1)
    return noise[1:] + theta * noise[:-1]


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
}


def _series(process, n, other=None, **options):
    """Two independent series with the same mean, as `chance` is told."""
    return lambda r: C(process(r, n), (other or process)(r, n), series=True, **options)


def _ar(phi):
    return lambda r, n: ar(r, n, phi)


for n in (50, 100, 200, 400):
    for name, process in {
        "white": _ar(0.0),
        "ar.5": _ar(0.5),
        "ar.8": _ar(0.8),
        "ar.95": _ar(0.95),
        "ma.8": average,
        "ar.5-ar.85": None,
    }.items():
        pair = (process, n) if process else (_ar(0.5), n, _ar(0.85))
        CASES[f"{name}-two-{n}"] = _series(*pair)
        CASES[f"{name}-paired-{n}"] = _series(*pair, design="paired")
        CASES[f"{name}-rank-{n}"] = _series(*pair, design="rank")
        CASES[f"{name}-signed-{n}"] = _series(*pair, design="signed-rank")
        CASES[f"{name}-pearson-{n}"] = _series(*pair, design="correlation", resamples=999)
        CASES[f"{name}-kendall-{n}"] = _series(
            *pair, design="correlation", coefficient="kendall", resamples=999
        )


def pvalues(name: str, simulations: int, seed: int = 7) -> np.ndarray:
    """Of simulations without any difference."""
    rng = np.random.default_rng(seed)
    return np.array([CASES[name](rng).pvalue for _ in range(simulations)])


def fractions(name: str, simulations: int, seed: int = 7) -> list[float]:
    """The fraction of p-values at most each of `LEVELS`; those that are not known are above."""
    p = pvalues(name, simulations, seed)
    return [float((p <= level).mean()) for level in LEVELS]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", default=list(CASES), choices=list(CASES))
    parser.add_argument("--simulations", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    for name in chosen.only:
        p = pvalues(name, chosen.simulations, chosen.seed)
        over = [
            "" if found <= level + 2 * (level * (1 - level) / p.size) ** 0.5 else "*"
            for level in LEVELS
            for found in [(p <= level).mean()]
        ]
        shown = (f"{(p <= v).mean():.4f}{mark}" for v, mark in zip(LEVELS, over, strict=True))
        print(name, *shown, f"not known {np.isnan(p).mean():.3f}", flush=True)


if __name__ == "__main__":
    main()
