"""Garments of the same cut, found by their edges: two pipelines on drawn clothes."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage  # type: ignore[import-untyped]

from intertwine.tour import listing, pictures
from intertwine.tour.blocks import Block, Figure, Picture, Table
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed

if TYPE_CHECKING:
    from intertwine.style.why import Why

TITLE = "Clothes of the same cut"

_NEEDED = ("cv2", "sklearn")
_COUNT = 36
_SIDE = 128
_HITS = 4

#: Queries are every fourth garment, so that the chapter takes seconds.
_EVERY = 4

#: Garments whose hits are shown: a coat, a dress.
_SHOWN = (6, 7)

_WHITE, _DARK_PAPER, _DIMMED = 250, (40, 43, 48), 0.7

RGB = NDArray[np.uint8]

#: The queries of one question, which garments they show, and the order of hits of each way.
Answer = tuple[list[RGB], NDArray[np.intp], dict[str, NDArray[np.intp]]]


_CUT = f"""
from intertwine.style import wardrobe

garments = wardrobe.collection({_COUNT})  # each is a cut, a few numbers
looks = {{
    "colour": list(wardrobe.COLOURS.values()),
    "print": list(wardrobe.PRINTS),
    "emblem": [None, *wardrobe.EMBLEMS],
}}
gallery = []
for number, garment in enumerate(garments):
    rng = np.random.default_rng(number)
    look = {{key: values[rng.integers(len(values))] for key, values in looks.items()}}
    gallery.append(wardrobe.draw(garment, **look, size_px={_SIDE}))
print(len(gallery), gallery[0].shape)
"""
_SEARCH = f"""
from intertwine.style import StyleIndex, encoders
from intertwine.style.baseline import PlainSobel

ours, plain = encoders.by_name("linear").fit(gallery), PlainSobel().fit(gallery)
ways = {{"plain": plain.encode, "ours": lambda pictures: ours.encode(pictures)["shape"]}}
known = {{name: encode(gallery) for name, encode in ways.items()}}
colour = tuple(int(level) for level in photo.rgb.reshape(-1, 3).mean(axis=0).round())
questions = {{
    "in another colour, without a print": {{}},
    "on a coat hanger": {{"hanger": True}},
    "on a person": {{"person": True}},
}}
answers = {{}}
for words, how in questions.items():
    numbers = np.array([
        n for n in range({_COUNT})
        if (n % {_EVERY} == 0 or n in {_SHOWN})
        and ("hanger" not in how or garments[n].kind in wardrobe.HANGING)
    ])
    queries = [wardrobe.draw(garments[n], colour=colour, size_px={_SIDE}, **how) for n in numbers]
    orders = {{
        name: np.argsort(-encode(queries) @ known[name].T, axis=1, kind="stable")
        for name, encode in ways.items()
    }}
    answers[words] = queries, numbers, orders
    print(words, *(f"{{name}} {{(o[:, 0] == numbers).mean():.0%}}" for name, o in orders.items()))

queries, numbers, orders = answers["in another colour, without a print"]
place = list(numbers).index({_SHOWN[0]})
query, best = queries[place], orders["ours"][place, 0]
index = StyleIndex(encoder=ours)
index.add([gallery[best]])
why = index.explain(query, index.search(query, count=1)[0])
print(why.sentence)
"""


def write(photo: Photo) -> list[Block]:
    ran = listing.run(photo, _CUT)
    blocks: list[Block] = [
        f"Who looks for clothes of the same cut in another colour can leave colour to the "
        f"convolution: edges keep the shape and forget the rest. Here are {_COUNT} garments, each "
        "drawn from a few numbers, its **cut**, in a colour, a print and an emblem of chance.",
        _gallery(ran["gallery"]),
        ran.code("A wardrobe, drawn"),
    ]
    if any(importlib.util.find_spec(name) is None for name in _NEEDED):
        return [*blocks, "The search itself needs `pip install 'intertwine[search]'`."]
    ran = ran.then(_SEARCH)
    return [
        *blocks,
        "Each question shows one of them again, in the mean colour of your photo. Two ways answer. "
        "The **plain** one takes the Sobel steepness of the whole picture, its principal "
        "components, and the cosine. **Ours** first cuts the garment out and brings it to one "
        "size, "
        "takes its edges by direction on a grid of cells, and learns, without any labels, which "
        "numbers a print or a rotation would change, so that these count less.",
        *(_hits(ran["gallery"], *each) for each in ran["answers"].items()),
        "The score is a sum over the cells of the grid, so each hit can say which of them made it.",
        _why(ran["why"]),
        _table(ran["answers"]),
        "A coat hanger makes the garment smaller and puts a hook above it, and a person adds a "
        "head, arms and legs: to a method that looks at the whole picture it is another picture.",
        ran.code("Three questions, two ways, and why"),
    ]


def _gallery(gallery: list[RGB]) -> Figure:
    rows = [np.concatenate(gallery[start : start + 12], 1) for start in range(0, _COUNT, 12)]
    picture = _drawn(np.concatenate(rows), "Rows of drawn garments of sixteen kinds.")
    return Figure((picture,), f"The wardrobe: {_COUNT} different cuts.", "wide")


def _drawn(rgb: RGB, alt: str, label: str = "") -> Picture:
    """Drawings on white; on a dark page the white around them is dark."""
    paper, _ = ndimage.label((rgb >= _WHITE).all(axis=2))
    around = np.isin(paper, np.setdiff1d(paper[:: _SIDE // 2, :], 0)) & (paper > 0)
    dark = rgb.copy()
    dark[around] = _DARK_PAPER
    light = pictures.colour(rgb, alt, label)
    return replace(light, dark=pictures.colour(dark, alt).png)


def _hits(gallery: list[RGB], words: str, answer: Answer) -> Figure:
    queries, wanted, orders = answer
    panels = []
    for name in ("plain", "ours"):
        places = [list(wanted).index(shown) for shown in _SHOWN]
        rows = [
            _row(gallery, queries[place], orders[name][place], shown)
            for place, shown in zip(places, _SHOWN, strict=True)
        ]
        alt = f"Two queries, each with its first hits in the {name} way."
        panels.append(_drawn(np.concatenate(rows), alt, name.capitalize()))
    return Figure(
        tuple(panels),
        f"Asked {words}: left the query, right the first {_HITS} hits. The same garment is framed.",
    )


def _row(gallery: list[RGB], query: RGB, order: NDArray[np.intp], wanted: int) -> RGB:
    line = np.full((_SIDE, 9, 3), 255, np.uint8)
    line[8:-8, 4] = 190
    shown = [query, line]
    for place in order[:_HITS]:
        picture = gallery[place].copy()
        if place == wanted:
            framed = picture[4:-4, 4:-4].copy()
            picture[:] = (30, 140, 60)
            picture[4:-4, 4:-4] = framed
        shown.append(picture)
    return np.concatenate(shown, axis=1)


def _why(why: Why) -> Figure:
    """The first hit of the first garment shown, explained."""
    heat = why.draw(_SIDE)
    dim = pictures.colour(_DIMMED * heat, "The same.").png
    drawn = pictures.colour(heat, "The query and its first hit, coloured.")
    return Figure(
        (replace(drawn, dark=dim),),
        f"Why: the parts of both pictures that make the score, red where they agree. "
        f"{why.sentence}",
    )


def _table(answers: dict[str, Answer]) -> Table:
    rows = []
    for words, (queries, wanted, orders) in answers.items():
        shares = (100 * float((orders[name][:, 0] == wanted).mean()) for name in ("plain", "ours"))
        rows.append((words, str(len(queries)), *(f"{fixed(share, 0)} %" for share in shares)))
    return Table(
        "How often the first hit is the same garment.",
        ("Asked", "Queries", "Plain", "Ours"),
        tuple(rows),
    )
