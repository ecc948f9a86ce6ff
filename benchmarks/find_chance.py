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

KINDS = {
    "pictures": ("photos", "textures", "screenshots", "fields"),
    "sounds": ("music", "speech", "mixed"),
    "series": ("noise", "hearts"),
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenes", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--part", choices=("develop", "held"), default="held")
    parser.add_argument("--only", nargs="*", choices=(*ABSENT, *PRESENT, "coins"))
    chosen = parser.parse_args()
    only = chosen.only or (*ABSENT, *PRESENT, "coins")
    print(
        "| absent | scenes | " + " | ".join(f"< {level:g}" for level in LEVELS) + " | not known |"
    )
    print("| --- |" + " ---: |" * 5)
    for name in ABSENT:
        if name in only:
            p = absent(name, chosen.scenes, chosen.part, chosen.seed)
            cells = [f"{(p < level).mean():.4f}" for level in LEVELS]
            print(f"| {name} | {len(p)} | {' | '.join(cells)} | {np.isnan(p).mean():.3f} |",
                  flush=True)  # fmt: skip
    print("\n| present | scenes | found | of these < .01 | not known |\n| --- |" + " ---: |" * 4)
    for name in PRESENT:
        if name in only:
            p, lost = present(name, max(1, chosen.scenes // 10), chosen.part, chosen.seed)
            print(f"| {name} | {len(p) + lost} | {len(p)} | {(p < 0.01).mean():.3f} | "
                  f"{np.isnan(p).mean():.3f} |", flush=True)  # fmt: skip
    if "coins" in only:
        p = coins()
        print(
            f"| coins | {len(p)} | {len(p)} | {(p < 0.01).mean():.3f} | {np.isnan(p).mean():.3f} |"
        )


if __name__ == "__main__":
    main()
