"""Garments of the same cut, found by their edges: two pipelines on drawn clothes."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from intertwine.style import wardrobe
from intertwine.tour import pictures
from intertwine.tour.blocks import Block, Code, Figure, Table
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed

if TYPE_CHECKING:
    from intertwine.style.encoders import Encoder

TITLE = "Clothes of the same cut"

_NEEDED = ("cv2", "sklearn")
_COUNT = 36
_SIDE = 128
_HITS = 4

#: Queries are every fourth garment, so that the chapter takes seconds.
_EVERY = 4

#: Garments whose hits are shown: a coat, a dress.
_SHOWN = (6, 7)

RGB = NDArray[np.uint8]


class Question(NamedTuple):
    """How the queries are drawn, in words and as arguments."""

    words: str
    hanger: bool = False
    person: bool = False


_QUESTIONS = (
    Question("in another colour, without a print"),
    Question("on a coat hanger", hanger=True),
    Question("on a person", person=True),
)


class Answer(NamedTuple):
    """The queries of one question, which garments they show, and the order of hits of each way."""

    queries: list[RGB]
    wanted: NDArray[np.intp]
    plain: NDArray[np.intp]
    ours: NDArray[np.intp]


def write(photo: Photo) -> list[Block]:
    garments = wardrobe.collection(_COUNT)
    gallery = [_look(garment, n) for n, garment in enumerate(garments)]
    blocks: list[Block] = [
        f"Who looks for clothes of the same cut in another colour can leave colour to the "
        f"convolution: edges keep the shape and forget the rest. Here are {_COUNT} garments, each "
        "drawn from a few numbers, its **cut**, in a colour, a print and an emblem of chance.",
        _gallery(gallery),
    ]
    if any(importlib.util.find_spec(name) is None for name in _NEEDED):
        return [*blocks, "The search itself needs `pip install 'intertwine[search]'`.", _code()]
    colour = photo.rgb.reshape(-1, 3).mean(axis=0).round().astype(int)
    from intertwine.style import encoders

    ours = encoders.by_name("linear").fit(gallery)
    answers = _answers(garments, gallery, ours, (int(colour[0]), int(colour[1]), int(colour[2])))
    return [
        *blocks,
        "Each question shows one of them again, in the mean colour of your photo. Two ways answer. "
        "The **plain** one takes the Sobel steepness of the whole picture, 64 principal components "
        "of it, and the cosine. **Ours** first cuts the garment out and brings it to one size, "
        "takes its edges by direction on a grid of cells, and learns, without any labels, which "
        "numbers a print or a rotation would change, so that these count less.",
        *(_hits(gallery, each, answer) for each, answer in zip(_QUESTIONS, answers, strict=True)),
        "The score is a sum over the cells of the grid, so each hit can say which of them made it.",
        _why(gallery, ours, answers[0]),
        _table(answers),
        "A coat hanger makes the garment smaller and puts a hook above it, and a person adds a "
        "head, arms and legs: to a method that looks at the whole picture it is another picture.",
        _code(),
    ]


def _look(garment: wardrobe.Garment, number: int) -> RGB:
    """A garment as the gallery shows it."""
    rng = np.random.default_rng(number)
    colours, prints = list(wardrobe.COLOURS.values()), list(wardrobe.PRINTS)
    emblems = [None, *wardrobe.EMBLEMS]
    return wardrobe.draw(
        garment,
        colour=colours[rng.integers(len(colours))],
        print=prints[rng.integers(len(prints))],
        emblem=emblems[rng.integers(len(emblems))],
        size_px=_SIDE,
    )


def _answers(
    garments: list[wardrobe.Garment],
    gallery: list[RGB],
    ours: Encoder,
    colour: tuple[int, int, int],
) -> list[Answer]:
    from intertwine.style.baseline import PlainSobel

    plain = PlainSobel().fit(gallery)
    known = plain.encode(gallery), ours.encode(gallery)["shape"]
    found = []
    for question in _QUESTIONS:
        numbers = [
            n for n in range(_COUNT)
            if (n % _EVERY == 0 or n in _SHOWN)
            and not (question.hanger and garments[n].kind not in wardrobe.HANGING)
        ]  # fmt: skip
        queries = [
            wardrobe.draw(
                garments[n], colour=colour, hanger=question.hanger, person=question.person,
                size_px=_SIDE,
            )
            for n in numbers
        ]  # fmt: skip
        scores = plain.encode(queries) @ known[0].T, ours.encode(queries)["shape"] @ known[1].T
        orders = (np.argsort(-each, axis=1, kind="stable") for each in scores)
        found.append(Answer(queries, np.array(numbers), *orders))
    return found


def _gallery(gallery: list[RGB]) -> Figure:
    rows = [np.concatenate(gallery[start : start + 12], 1) for start in range(0, _COUNT, 12)]
    picture = pictures.colour(np.concatenate(rows), "Rows of drawn garments of sixteen kinds.")
    return Figure((picture,), f"The wardrobe: {_COUNT} different cuts.", "wide")


def _hits(gallery: list[RGB], question: Question, answer: Answer) -> Figure:
    ways = (("Plain", answer.plain), ("Ours", answer.ours))
    panels = []
    for label, orders in ways:
        places = [list(answer.wanted).index(shown) for shown in _SHOWN]
        rows = [
            _row(gallery, answer.queries[place], orders[place], shown)
            for place, shown in zip(places, _SHOWN, strict=True)
        ]
        alt = f"Two queries, each with its first hits in the {label.lower()} way."
        panels.append(pictures.colour(np.concatenate(rows), alt, label))
    return Figure(
        tuple(panels),
        f"Asked {question.words}: left the query, right the first {_HITS} hits. The same garment "
        "is framed.",
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


def _why(gallery: list[RGB], ours: Encoder, answer: Answer) -> Figure:
    """The first hit of the first garment shown, explained."""
    from intertwine.style import StyleIndex

    index = StyleIndex(encoder=ours)
    index.add(gallery)
    query = answer.queries[list(answer.wanted).index(_SHOWN[0])]
    why = index.explain(query, index.search(query, count=1)[0])
    drawn = pictures.colour(why.draw(_SIDE), "The query and its first hit, coloured.")
    return Figure(
        (drawn,),
        f"Why: the parts of both pictures that make the score, red where they agree. "
        f"{why.sentence}",
    )


def _table(answers: list[Answer]) -> Table:
    rows = []
    for question, (queries, wanted, plain, ours) in zip(_QUESTIONS, answers, strict=True):
        shares = [fixed(100 * float((each[:, 0] == wanted).mean()), 0) for each in (plain, ours)]
        rows.append((question.words, str(len(queries)), *(f"{share} %" for share in shares)))
    return Table(
        "How often the first hit is the same garment.",
        ("Asked", "Queries", "Plain", "Ours"),
        tuple(rows),
    )


def _code() -> Code:
    return Code(
        "from intertwine.style import wardrobe\n\n"
        "coat = wardrobe.collection(16)[6]\n"
        "blue = wardrobe.draw(coat, colour=(48, 88, 168), print='checks')\n"
        "hung = wardrobe.draw(coat, colour=(196, 44, 52), hanger=True)\n\n"
        "# index = iw.style.StyleIndex('my-clothes')\n"
        "# index.update('photos/')\n"
        "# hit = index.search('dress.jpg')[0]\n"
        "# index.explain('dress.jpg', hit).save('why.png')",
        "Drawn garments, and a search in your own pictures",
    )
