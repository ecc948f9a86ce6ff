"""How confidences of `translation` and `rotation` hold, on pairs of every kind, beside peers.

    python -m benchmarks.registration_calibration                    150 of a kind, 1000 ordinary
    python -m benchmarks.registration_calibration --pairs 20 --ordinary 100 --only rotation
    python -m benchmarks.registration_calibration --pairs 0 --fit    the weights, from seed 3

An answer is right to a sample on every axis, or to a degree; of symmetric things any of the angles
that map them to themselves is. Unrelated pairs have no right answer. The figures in the docs are of
a seed that the weights were not fitted to.
"""

from __future__ import annotations

import argparse
import itertools
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize

import intertwine as iw
from benchmarks.registration_pairs import ROTATIONS, SHIFTS, Pair
from intertwine.registration import certainty, translation
from intertwine.registration.picture import as_scene
from intertwine.registration.samples import evened
from intertwine.registration.search import search
from intertwine.registration.translation_fit import searched

EDGES = (0.0, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 1.000001)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to one pair: its confidence, whether it is right, and whether a peer's is."""

    kind: str
    confidence: float
    right: bool
    overlap: float
    peer: bool | None


def made(
    kinds: dict[str, Callable[..., Pair]], each: int, ordinary: int, seed: int
) -> Iterator[tuple[str, Pair]]:
    """Pairs of each kind, from a seed of its own."""
    count = sum(name.startswith("ordinary") for name in kinds)
    for number, (name, make) in enumerate(kinds.items()):
        rng = np.random.default_rng([seed, number])
        for _ in range(ordinary // count if name.startswith("ordinary") else each):
            yield name, make(rng)


def off(found: Any, pair: Pair) -> float:
    """The error: of the worst axis, or of the angle."""
    if pair.truth is None or not np.isfinite(found).all():
        return math.inf
    if np.ndim(found):
        return float(np.abs(np.subtract(found, pair.truth)).max())
    return abs(math.remainder(found - pair.truth[0], pair.period))


def phase_cross_correlation(pair: Pair) -> Any:
    """scikit-image's, which tells the way back."""
    from skimage.registration import phase_cross_correlation as found

    return -np.asarray(found(pair.a, pair.b, disambiguate=True)[0])


def sift(pair: Pair) -> Any:
    """OpenCV's SIFT and an affine fit with RANSAC: the angle, or infinity where it gives none."""
    import cv2

    finder, points, codes = cv2.SIFT_create(), [], []
    for x in (pair.a, pair.b):
        low, high = float(np.min(x)), float(np.max(x))
        grey = np.uint8(255 * (x - low) / max(high - low, 1e-9))
        found = finder.detectAndCompute(grey, None)
        points.append(found[0])
        codes.append(found[1])
    if any(c is None or len(c) < 2 for c in codes):
        return math.inf
    matches = cv2.BFMatcher().knnMatch(codes[0], codes[1], k=2)
    good = [m for m, n in (p for p in matches if len(p) == 2) if m.distance < 0.75 * n.distance]
    if len(good) < 3:
        return math.inf
    one = np.array([points[0][m.queryIdx].pt for m in good])
    other = np.array([points[1][m.trainIdx].pt for m in good])
    affine, _ = cv2.estimateAffinePartial2D(one, other)
    return math.inf if affine is None else -math.degrees(math.atan2(affine[1, 0], affine[0, 0]))


def answers(which: str, each: int, ordinary: int, seed: int, peers: bool) -> list[Answer]:
    """What one of the two functions, and its peer, say to all pairs."""
    result = []
    for name, pair in made(SHIFTS if which == "translation" else ROTATIONS, each, ordinary, seed):
        found: Any
        if which == "translation":
            found = translation(pair.a, pair.b)
            error, peer = off(found.shift, pair), phase_cross_correlation
        else:
            found = iw.rotation(pair.a, pair.b)
            error, peer = off(found.angle_deg, pair), sift
        theirs = off(peer(pair), pair) <= 1 if peers else None
        result.append(Answer(name, found.confidence, error <= 1, pair.overlap, theirs))
    return result


def merged(found: list[Answer], least: int) -> Iterator[tuple[float, float, list[Answer]]]:
    """Bins by confidence; those with fewer than `least` pairs go with the next."""
    low, kept = EDGES[0], []
    for start, stop in itertools.pairwise(EDGES):
        kept += [a for a in found if start <= a.confidence < stop]
        if len(kept) >= least or (stop == EDGES[-1] and kept):
            yield low, min(stop, 1.0), kept
            low, kept = stop, []


def show(which: str, found: list[Answer], least: int) -> None:
    """The two tables, as they stand in the docs."""
    peer = "scikit-image right" if which == "translation" else "SIFT right"
    print(f"\n| {which}: confidence | pairs | mean confidence | right |\n| --- | --- | --- | --- |")
    for low, high, kept in merged(found, least):
        mean, right = (
            float(np.mean([getattr(a, x) for a in kept])) for x in ("confidence", "right")
        )
        print(f"| {low:.2f} to {high:.2f} | {len(kept)} | {mean:.3f} | {right:.3f} |")
    print(f"\n| kind | pairs | right | above .9 | of these wrong | {peer} |")
    print("| --- | --- | --- | --- | --- | --- |")
    for kind in dict.fromkeys(a.kind for a in found):
        kept = [a for a in found if a.kind == kind]
        sure = [a for a in kept if a.confidence > 0.9]
        theirs = "" if kept[0].peer is None else f"{np.mean([a.peer for a in kept]):.2f}"
        print(
            f"| {kind} | {len(kept)} | {np.mean([a.right for a in kept]):.2f} | "
            f"{len(sure) / len(kept):.2f} | {sum(not a.right for a in sure)} | {theirs} |"
        )
    ordinary = [a for a in found if a.kind.startswith("ordinary") and a.overlap >= 0.3]
    if ordinary:
        right = np.mean([a.right for a in ordinary])
        sure_share = np.mean([a.confidence > 0.9 for a in ordinary])
        print(
            f"\nOrdinary pairs sharing 30 % and more: {len(ordinary)}, {100 * right:.1f} % right, "
            f"{100 * sure_share:.1f} % with a confidence above .9."
        )


def fit(which: str, each: int, ordinary: int, seed: int) -> None:
    """The weights of the curve that make the answers most likely, with a slight penalty."""
    rows, known, right = [], [], []
    for name, pair in made(SHIFTS if which == "translation" else ROTATIONS, each, ordinary, seed):
        if name == "symmetric":
            continue  # what cannot be known is not in the curve
        row, cap, answer = _features(which, pair)
        rows.append((1.0, *row))
        known.append(cap)
        right.append(off(answer, pair) <= 1)
    x, y, cap_array = np.array(rows), np.array(right, float), np.array(known)

    def loss(weights: np.ndarray) -> float:
        sure = cap_array / (1 + np.exp(-np.clip(x @ weights, -40, 40)))
        sure = np.clip(sure, 1e-4, 1 - 1e-4)
        likely = y * np.log(sure) + (1 - y) * np.log(1 - sure)
        return float(-likely.mean() + 1e-3 * (weights[1:] ** 2).sum())

    weights = minimize(loss, np.zeros(x.shape[1])).x
    print(which, tuple(float(w) for w in weights.round(3)), f"{len(y)} pairs, {y.mean():.2f} right")


def _features(which: str, pair: Pair) -> tuple[tuple[float, ...], float, Any]:
    if which == "translation":
        a, b = (evened(which, "x", x).values for x in (pair.a, pair.b))
        found = searched(a, b, (None, None))
        cap = certainty.within(found[0].error, len(found[0].shift))
        return certainty.shift_features(found[0], found[1:]), cap, found[0].shift
    one, other = (as_scene(which, "x", x, None, "mask") for x in (pair.a, pair.b))
    answer = search(one, other, scale=False, shift=True)
    best = answer.found[0]
    row = certainty.rotation_features(best, [each.judged for each in answer.found[1:]])
    return row, 1 / (1 + len(answer.equals)), math.degrees(best.fit.motion.turn)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pairs", type=int, default=150, help="of each kind")
    parser.add_argument("--ordinary", type=int, default=1000, help="ordinary pairs in all")
    parser.add_argument("--least", type=int, default=200, help="pairs in a row of the first table")
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--only", choices=("translation", "rotation"), help="one of the two")
    parser.add_argument("--no-peers", action="store_true", help="leave the peers out")
    parser.add_argument("--fit", action="store_true", help="fit the weights, on seed 3")
    chosen = parser.parse_args()
    for which in ("translation", "rotation") if chosen.only is None else (chosen.only,):
        start = time.perf_counter()
        if chosen.fit:
            fit(which, chosen.pairs, chosen.ordinary, 3)
            continue
        found = answers(which, chosen.pairs, chosen.ordinary, chosen.seed, not chosen.no_peers)
        show(which, found, chosen.least)
        print(f"{which}: {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
