"""A trained net's two layers on the photo, run by the operator's own banks."""

from __future__ import annotations

import importlib.util
from collections import Counter

import numpy as np

from intertwine.tour import listing, pictures
from intertwine.tour.blocks import Block, Figure, Picture, Table
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed, size

TITLE = "The hierarchy: kernels on what kernels saw"

_SHOWN = 4  # maps of the first layer
_EVEN = 1e-3  # maps that vary by less than this are even, but for rounding

# Zeros lie outside, as while it was trained. A map of the second layer sees 16 x 16 pixels, and
# from its fifth row to its fifth last none of these lie outside.
_CODE = """
from intertwine.tour import net

clothes = net.load()

def layer(maps, bias):
    return np.maximum(maps + bias[:, None, None], 0)

def halved(maps):
    count, height, width = maps.shape
    return maps.reshape(count, height // 2, 2, width // 2, 2).max(axis=(2, 4))

def look(levels):
    seen = (levels - clothes.mean) / clothes.deviation
    maps = iw.correlate(seen, clothes.first, axes=(-2, -1), boundary="zero")
    first = layer(maps, clothes.first_bias)
    maps = iw.correlate(halved(first), clothes.second, axes=(-2, -1), boundary="zero")
    return first, layer(maps.sum(axis=1), clothes.second_bias)

first, second = look(x)
answers = [(~iw.Kernel(k)).describe() for k in clothes.first]
print(first.shape, second.shape, *(answer.kind for answer in answers[:3]))

inner, inside = first[:, 8:-8, 8:-8], second[:, 4:-4, 4:-4]
best = [np.unravel_index(m.argmax(), m.shape) for m in inside]
patches = [x[2 * row + 1 : 2 * row + 17, 2 * column + 1 : 2 * column + 17] for row, column in best]
print(inside.max(axis=(1, 2)).round(1))
"""


def write(photo: Photo) -> list[Block]:
    opened: list[Block] = [
        "A net stacks such layers. The first sees pixels; the second sees the maps of the first, "
        "halved, so that its kernels reach twice as far and answer to combinations of parts. Here "
        "is a small one, trained by `iw.learn.train` on Fashion-MNIST, 28 × 28 pixels of clothes, "
        "before this page was made."
    ]
    if importlib.util.find_spec("safetensors") is None:
        plain = Figure((pictures.grey(photo.square().grey, "The photo.", "The photo"),), "Unseen.")
        return [*opened, "Reading it needs `pip install 'intertwine[image]'`.", plain]
    ran = listing.run(photo, _CODE)
    return [
        *opened,
        _about(ran),
        _kernels(ran),
        _names(ran),
        _sentences(ran),
        *_first(ran),
        *_second(ran),
        ran.code("Two layers, by correlation alone"),
    ]


def _about(ran: listing.Ran) -> str:
    clothes = ran["clothes"]
    accuracy, counts = clothes.card["accuracy"]["test"], clothes.card["counts"]
    value, low, high = (fixed(100 * accuracy[key], 1) for key in ("value", "low", "high"))
    return (
        f"It has seen {counts['train']:,} garments, {clothes.card['settings']['epochs']} times "
        f"each, and names the kind of {value} % of {counts['test']:,} others rightly (95 % "
        f"interval {low} to {high}). It has never seen a photo like this one. Its first layer has "
        f"{len(clothes.first)} kernels of {size(clothes.first.shape[1:])}, its second "
        f"{len(clothes.second)} × {clothes.second.shape[1]} of {size(clothes.second.shape[2:])}. "
        "The page needs no PyTorch to run them: each layer is one bank of kernels for "
        "`iw.correlate`, a bias, and zero in place of what is negative."
    )


def _kernels(ran: listing.Ran) -> Figure:
    panels = []
    for number, (taps, answer) in enumerate(
        zip(ran["clothes"].first, ran["answers"], strict=True), 1
    ):
        reach = float(np.abs(taps).max())
        alt = f"First-layer kernel {number}."
        label = f"{number}: {answer.kind}"
        panels.append(pictures.enlarged(pictures.signed(taps, alt, label, reach)))
    return Figure(
        tuple(panels),
        "The kernels of the first layer, each the pattern that it looks for: blue where dark, "
        "amber where bright.",
        layout="sheet",
    )


def _names(ran: listing.Ran) -> str:
    kinds = Counter(answer.kind for answer in ran["answers"])
    nameless = kinds.pop("none of these", 0)
    listed = ", ".join(f"{kind} {count}" for kind, count in kinds.most_common())
    return (
        f"Nobody drew these. Of {len(ran['answers'])}, `Kernel.describe()` names "
        f"{len(ran['answers']) - nameless} ({listed}) and says of the others what they resemble "
        "most."
    )


def _sentences(ran: listing.Ran) -> Table:
    rows = tuple(
        (str(number), str(answer).split(". ")[0].rstrip(".") + ".")
        for number, answer in enumerate(ran["answers"], 1)
    )
    return Table("What each kernel of the first layer is.", ("Kernel", "In words"), rows, texts=2)


def _first(ran: listing.Ran) -> list[Block]:
    """The maps that differ most from place to place, the rim apart."""
    maps = ran["inner"]
    varies = maps.std(axis=(1, 2))
    silent = int((maps.max(axis=(1, 2)) == 0).sum())
    chosen = [place for place in np.argsort(-varies)[:_SHOWN] if varies[place] > _EVEN]
    if not chosen:
        return [
            "On this photo every map of the first layer is even, but for the rim: there is nothing "
            "to see."
        ]
    listed = ", ".join(f"{place + 1} ({fixed(varies[place])})" for place in chosen)
    return [
        "On this photo, these maps of the first layer differ most from place to place, by the "
        f"standard deviation in brackets: {listed}. Silent everywhere: {silent or 'none'} of the "
        f"{len(maps)}.",
        Figure(
            tuple(
                pictures.strength(
                    maps[place], f"First-layer map {place + 1}.", f"Map of kernel {place + 1}"
                )
                for place in chosen
            ),
            "First-layer maps: black is 0. The rim, which sees zeros outside, is left out.",
            layout="tiles",
        ),
    ]


def _second(ran: listing.Ran) -> list[Block]:
    maps = ran["inside"]
    if np.ptp(maps, axis=(1, 2)).max() < _EVEN:
        return [
            f"The {len(maps)} maps of the second layer are even too: no patch moves them more than "
            "another."
        ]
    silent = int((maps.max(axis=(1, 2)) == 0).sum())
    return [
        f"The second layer gives {len(maps)} maps of {size(ran['second'].shape[1:])}. Each of "
        "their pixels looks at 16 × 16 pixels of the photo. Above each map stands the patch of "
        "this photo to which it answers most."
        + (f" Units that answer to none, so that any patch stands: {silent}." if silent else ""),
        Figure(
            tuple(_stack(ran, place) for place in range(len(maps))),
            "What each unit of the second layer likes best in this photo, and its map without the "
            "rim: white where it answers most.",
            layout="sheet",
        ),
        _units(ran),
    ]


def _stack(ran: listing.Ran, place: int) -> tuple[Picture, Picture]:
    patch = pictures.grey(ran["patches"][place], f"Best patch of unit {place + 1}.")
    label = f"Unit {place + 1}"
    result = pictures.strength(ran["inside"][place], f"Second-layer map {place + 1}.", label)
    return pictures.enlarged(patch), result


def _units(ran: listing.Ran) -> Table:
    """Which kernels each unit listens to, how choosy it is, and where its best patch lies."""
    weights = np.sqrt((ran["clothes"].second ** 2).sum(axis=(2, 3)))
    rows = []
    for place, (unit, (row, column)) in enumerate(zip(ran["inside"], ran["best"], strict=True)):
        most = np.argsort(-weights[place])[:2] + 1
        rows.append(
            (
                str(place + 1),
                f"{most[0]} and {most[1]}",
                fixed(100 * float((unit > 0).mean()), 1) + " %",
                fixed(float(unit.max()), 1),
                f"{2 * row + 1}, {2 * column + 1}" if unit.max() > 0 else "–",
            )
        )
    return Table(
        "The units of the second layer: the two kernels of the first with the largest weights, at "
        "how many places it answers at all, and its largest answer, with the corner of the patch.",
        ("Unit", "Listens to", "Answers at", "Largest", "At row, column"),
        tuple(rows),
        texts=2,
    )
