"""The aquarium: barriers out of the photo."""

from __future__ import annotations

import numpy as np

import intertwine as iw
from intertwine import aquarium
from intertwine.tour import pictures, plots
from intertwine.tour.blocks import Block, Code, Figure, Table
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed

TITLE = "The aquarium"

_TIMES = (5, 50, 500)


def write(photo: Photo) -> list[Block]:
    cells = photo.square().grey.astype(np.float64)
    start = aquarium.state(0.0, cells)
    states = aquarium.run(cells, _TIMES)
    return [
        "Think of the photo as an aquarium of 256 × 256 cells, each with its own concentration of "
        "dye and barriers between them. Take the barriers out: the dye spreads, and after a time t "
        "each cell holds a mixture of its neighbours, weighted by a Gaussian of variance 2Dt. That "
        "is a convolution, so any time is reached in a single step:",
        _pictures(cells, states),
        plots.profiles(start, states),
        _table(start, states),
        "The walls are glass: nothing leaves, so the mass stays to the last digit, while the "
        "entropy can only grow, towards that of an even mixture. A current is another matter. "
        "**Convection** carries everything along and mixes nothing; **diffusion** mixes and "
        "carries nothing:",
        _convection(cells),
        "All of this holds for water that is the same everywhere. Where the diffusivity changes "
        "from place to place there is no single kernel, and Intertwine does not solve it.",
        Code(
            "y = iw.diffuse(x, time=50)\n"
            "moved = iw.diffuse(x, time=10, diffusivity=0, drift=(0, 4), boundary='wrap')",
            "Diffusion with glass walls, and convection around a ring",
        ),
    ]


def _pictures(cells: np.ndarray, states: list[aquarium.State]) -> Figure:
    first = pictures.grey(cells, "The photo.", "t = 0")
    later = [
        pictures.grey(s.cells, f"After {s.time} it is blurred.", f"t = {s.time}") for s in states
    ]
    return Figure((first, *later), "The aquarium before and after.", layout="tiles")


def _table(start: aquarium.State, states: list[aquarium.State]) -> Table:
    rows = tuple(
        (
            f"{s.time:g}",
            fixed(s.mass, 3),
            fixed(s.entropy_nats, 5),
            fixed(float(s.cells.std()), 2),
        )
        for s in (start, *states)
    )
    even = fixed(float(np.log(start.cells.size)), 5)
    return Table(
        f"Mass, entropy in nats (an even mixture has {even}) and the standard deviation of the "
        "levels.",
        ("Time", "Mass", "Entropy", "Deviation"),
        rows,
    )


def _convection(cells: np.ndarray) -> Figure:
    carried = iw.diffuse(cells, 10, 0, "wrap", drift=(0, 4))
    mixed = iw.diffuse(cells, 10, 4, "wrap")
    both = iw.diffuse(cells, 10, 4, "wrap", drift=(0, 4))
    return Figure(
        (
            pictures.grey(carried, "The photo, shifted.", "Convection"),
            pictures.grey(mixed, "The photo, blurred.", "Diffusion"),
            pictures.grey(both, "The photo, shifted and blurred.", "Both"),
        ),
        "After 10 units of time: a current of 4 pixels to the right in each, a diffusivity of 4, "
        "and both. What leaves on one side comes in on the other.",
        layout="tiles",
    )
