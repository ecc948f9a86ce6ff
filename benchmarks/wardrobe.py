"""How often style search finds a drawn garment again: python -m benchmarks.wardrobe

The gallery shows each of many garments once. Queries show one of them in another colour, print and
emblem: flat, on a coat hanger, on a person, rotated, in another size. Counted are the queries whose
first hit is the same garment, and how many of the first ten hits are of its kind. Beside it stands
the plain pipeline that such projects begin with: Sobel magnitude of the whole picture, 64 principal
components, cosine.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from benchmarks.copies import report
from intertwine.style import encoders, wardrobe
from intertwine.style.baseline import PlainSobel

#: What is asked: a name, the fraction of first hits to reach, and how the query is drawn.
QUESTIONS: dict[str, tuple[float, dict]] = {
    "another colour": (0.98, {"changed": ("colour",)}),
    "another emblem": (0.98, {"changed": ("emblem",)}),
    "another print": (0.98, {"changed": ("print",)}),
    "another colour, print and emblem": (0.98, {}),
    "the same on a coat hanger": (0.95, {"hanger": True}),
    "the same on a person": (0.85, {"person": True}),
    "the same rotated by 10 degrees": (0.0, {"pose_deg": 10.0}),
    "the same rotated by 20 degrees": (0.0, {"pose_deg": 20.0}),
    "rotated by up to 20 degrees": (0.0, {"most_deg": 20.0}),
    "the same at 0.7 of the size": (0.0, {"scale": 0.7}),
}


def look(rng, but=None, changed=("colour", "print", "emblem")):
    """A colour, a print and an emblem by chance; those `changed` are none of `but`, others its."""
    words = {
        "colour": list(wardrobe.COLOURS),
        "print": list(wardrobe.PRINTS),
        "emblem": [None, *wardrobe.EMBLEMS],
    }
    if but is not None:
        words = {name: [w for w in each if w != but[name]] for name, each in words.items()}
    picked = {name: each[rng.integers(len(each))] for name, each in words.items()}
    return picked if but is None else {n: picked[n] if n in changed else but[n] for n in picked}


def drawn(garment, look, **others):
    if others.get("person"):
        others = others | {"person": len(garment.kind) % 4}
    return wardrobe.draw(garment, **(look | {"colour": wardrobe.COLOURS[look["colour"]]}), **others)


def found_again(count, seed, encoder, examples):
    garments = wardrobe.collection(count, seed)
    rng = np.random.default_rng(seed)
    looks = [look(rng) for _ in garments]
    gallery = [drawn(g, worn) for g, worn in zip(garments, looks, strict=True)]
    kinds = np.array([g.kind for g in garments])
    start = time.perf_counter()
    ours = encoder.fit(gallery)
    codes = ours.encode(gallery)["shape"]
    print(f"{count} garments fitted and encoded in {time.perf_counter() - start:.1f} s")
    sobel = PlainSobel().fit(gallery)
    plain = sobel.encode(gallery)
    titles = f"{'wanted':>7} {encoder.name:>8} {'Sobel':>8} {'kind@10':>8}"
    print(f"{'first hit is the same garment':36} {titles}")
    for name, (wanted, how) in QUESTIONS.items():
        asked = [
            n for n, g in enumerate(garments) if not how.get("hanger") or g.kind in wardrobe.HANGING
        ]
        how = dict(how)
        changed = how.pop("changed", ("colour", "print", "emblem"))
        most = how.pop("most_deg", None)
        queries = []
        for n in asked:
            if most:
                how["pose_deg"] = float(rng.uniform(-most, most))
            queries.append(drawn(garments[n], look(rng, looks[n], changed), **how))
        cosines = ours.encode(queries)["shape"] @ codes.T
        hits = cosines.argmax(axis=1)
        alike = (kinds[np.argsort(-cosines, axis=1)[:, :10]] == kinds[asked, np.newaxis]).mean()
        first = float((hits == asked).mean())
        beside = float(((sobel.encode(queries) @ plain.T).argmax(axis=1) == asked).mean())
        bar = f"{wanted:.0%}" if wanted else ""
        verdict = "" if first >= wanted else "  missed"
        print(f"  {name:34} {bar:>7} {first:8.1%} {beside:8.1%} {alike:8.1%}{verdict}")
        wrong = [
            (garments[a].kind, garments[h].kind) for a, h in zip(asked, hits, strict=True) if a != h
        ]
        if examples and wrong:
            print("    " + ", ".join(f"{a} -> {b}" for a, b in wrong[:examples]))
    return ours


def buttons(count, seed, encoder):
    """Each buttoned garment twice in one other look, with two and with three buttons."""
    garments = [
        g for g in wardrobe.collection(4 * count, seed + 1)
        if "buttons" in (g.parts.get("closure"), g.parts.get("front"))
    ]  # fmt: skip
    rng = np.random.default_rng(seed)
    asked = [look(rng) for _ in garments]
    shown = [look(rng, worn) for worn in asked]

    def codes(looks, number):
        pairs = zip(garments, looks, strict=True)
        return encoder.encode([drawn(g, worn, buttons=number) for g, worn in pairs])

    print(f"3 buttons before 2, of {len(garments)} garments asked with 3")
    for name, looks in (("in another look", shown), ("in the same look", asked)):
        two, three, query = codes(looks, 2), codes(looks, 3), codes(asked, 3)
        ahead = {view: (query[view] * (three[view] - two[view])).sum(1) for view in query}
        for weight in (0, 0.5, 1, 2, 4):
            first = ahead["shape"] + weight * ahead["detail"] > 0
            print(f"  {name:18} shape 1, detail {weight:<5} {first.mean():8.1%}")


def copies(count, seed):
    """Precision and recall over pairs, for `duplicates()` on copies and on different garments."""
    rng = np.random.default_rng(seed)
    garments = wardrobe.collection(count, seed)
    report({str(n): drawn(garment, look(rng)) for n, garment in enumerate(garments)}, rng)


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.wardrobe", description=__doc__)
    parser.add_argument("-n", "--count", type=int, default=240, help="garments (default 240)")
    parser.add_argument("--seed", type=int, default=0, help="of the garments (default 0)")
    parser.add_argument("--encoder", default="linear", help="by name (default linear)")
    parser.add_argument("--examples", type=int, default=0, help="wrong hits to print")
    options = parser.parse_args()
    encoder = encoders.by_name(options.encoder)
    encoder = found_again(options.count, options.seed, encoder, options.examples)
    buttons(options.count // 4, options.seed, encoder)
    copies(options.count // 2, options.seed)


if __name__ == "__main__":
    main()
