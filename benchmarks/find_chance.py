"""How often `find` calls a place sure where the pattern is not: python -m benchmarks.find_chance

Scenes without the pattern, by kind: the fraction of best places whose false alarm is below each
level. Scenes with it, spoiled: how many are found, and of these the fraction below .01. Needs the
folder that INTERTWINE_DATA names.
"""

from __future__ import annotations

import argparse

import numpy as np
import skimage.data

import intertwine as iw
from benchmarks.scenes import ABSENT, PRESENT

LEVELS = (0.05, 0.01, 0.001)

#: Kinds of scenes without the pattern, and of those with it.
GROUPS = {
    "pictures": (("photos", "textures", "screenshots"), ("patches", "small patches", "words")),
    "sounds": (("music", "speech", "mixed"), ("clips",)),
    "series": (("noise", "hearts"), ("stretches",)),
}

#: What other coins score that count
COIN_SCORES = (0.75, 0.90)


def draw(name: str, number: int, seed: int) -> np.random.Generator:
    return np.random.default_rng([seed, number, *name.encode()])


def absent(name: str, scenes: int, part: str, seed: int) -> np.ndarray:
    """The false alarms of the best places of scenes without the pattern."""
    found = []
    for number in range(scenes):
        pattern, data = ABSENT[name](draw(name, number, seed), part)
        hits = iw.find(pattern, data)
        found.extend(hits.false_alarm[:1])
    return np.array(found)


def present(name: str, scenes: int, part: str, seed: int) -> tuple[np.ndarray, int]:
    """The false alarms of places that are right, and how many were not found."""
    sure, lost = [], 0
    for number in range(scenes):
        pattern, data, at = PRESENT[name](draw(name, number, seed), part)
        hits = iw.find(pattern, data)
        if np.abs(hits.index[0] - at).max() <= 2:
            sure.append(hits.false_alarm[0])
        else:
            lost += 1
    return np.array(sure), lost


def coins(patterns: int | None = None) -> np.ndarray:
    """The false alarms of coins found by another coin of the same picture, scoring .75 to .90."""
    picture = skimage.data.coins()
    found = []
    for pattern in coin_patterns(picture)[:patterns]:
        hits = iw.find(pattern, picture, threshold=COIN_SCORES[0])
        found.extend(hits.false_alarm[hits.score <= COIN_SCORES[1]])
    return np.array(found)


def coin_patterns(picture: np.ndarray) -> list[np.ndarray]:
    """Each coin that stands free, cut out."""
    from scipy import ndimage

    above = picture - ndimage.gaussian_filter(picture.astype(float), 60)
    bright = ndimage.binary_opening(ndimage.gaussian_filter(above, 1) > 12, iterations=3)
    labels, _ = ndimage.label(ndimage.binary_fill_holes(bright))
    boxes = ndimage.find_objects(labels)
    return [picture[box] for box in boxes if all(30 < s.stop - s.start < 75 for s in box)]


def report(group: str, chosen: argparse.Namespace) -> None:
    """The tables of one group."""
    without, within = GROUPS[group]
    heads = (*(f"< {level:g}" for level in LEVELS), "not known")
    print(f"\n{group} without the pattern: scenes, {', '.join(heads)}")
    for name in without:
        p = absent(name, chosen.scenes, chosen.part, chosen.seed)
        cells = [len(p), *(f"{(p < level).mean():.4f}" for level in LEVELS)]
        print(f"| {name} |", *(f"{cell} |" for cell in cells), f"{np.isnan(p).mean():.3f} |",
              flush=True)  # fmt: skip
    print(f"\n{group} with the pattern: scenes, found, of these < .01, not known")
    for name in within:
        p, lost = present(name, max(1, chosen.scenes // 10), chosen.part, chosen.seed)
        _say(name, p, lost)
    if group == "pictures":
        _say("coins", coins(), 0)


def _say(name: str, p: np.ndarray, lost: int) -> None:
    print(f"| {name} | {len(p) + lost} | {len(p)} | {(p < 0.01).mean():.3f} |",
          f"{np.isnan(p).mean():.3f} |", flush=True)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("groups", nargs="*", choices=list(GROUPS), default=list(GROUPS))
    parser.add_argument("--scenes", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--part", choices=("develop", "held"), default="held")
    chosen = parser.parse_args()
    for group in chosen.groups:
        report(group, chosen)


if __name__ == "__main__":
    main()
