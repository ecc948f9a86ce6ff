"""The aquarium: barriers out of the photo."""

from __future__ import annotations

import numpy as np

from intertwine import aquarium
from intertwine.tour import listing, pictures, plots
from intertwine.tour.blocks import Block, Figure, Table
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed

TITLE = "The aquarium"

_TIMES = (5, 50, 500)


_CODE = f"""
from intertwine import aquarium

cells = x.astype(float)
start = aquarium.state(0.0, cells)
states = aquarium.run(cells, {_TIMES})
for s in (start, *states):
    print(f"t = {{s.time:g}}: mass {{s.mass:.3f}}, entropy {{s.entropy_nats:.5f}}")

mixed_50 = iw.diffuse(cells, 50)  # the same state by itself
carried = iw.diffuse(cells, 10, 0, "wrap", drift=(0, 4))
mixed = iw.diffuse(cells, 10, 4, "wrap")
both = iw.diffuse(cells, 10, 4, "wrap", drift=(0, 4))
"""


def write(photo: Photo) -> list[Block]:
    ran = listing.run(photo, _CODE)
    cells, start, states = (ran[name] for name in ("cells", "start", "states"))
    return [
        "Think of the photo as an aquarium of 256 × 256 cells, each with its own concentration of "
        "dye and barriers between them. Take the barriers out: the dye spreads, and after a time t "
        "each cell holds a mixture of its neighbours, weighted by a Gaussian of variance 2Dt. That "
        "is a convolution, so any time is reached in a single step:",
        _pictures(cells, states),
        plots.profiles(start, states),
        _table(start, states),
        f"The walls are glass: nothing leaves. {_mass(start, states)} The entropy can only grow, "
        "towards that of an even mixture. A current is another matter. "
        "**Convection** carries everything along and mixes nothing; **diffusion** mixes and "
        "carries nothing:",
        _convection(ran),
        "All of this holds for water that is the same everywhere. Where the diffusivity changes "
        "from place to place there is no single kernel, and Intertwine does not solve it.",
        ran.code("Diffusion with glass walls, and convection around a ring"),
    ]


def _mass(start: aquarium.State, states: list[aquarium.State]) -> str:
    apart = max(abs(s.mass - start.mass) for s in states)
    if apart < 0.0005:
        return f"The mass stays {fixed(start.mass, 3)} to all digits shown."
    return f"The mass stays to {fixed(apart, 3)}, which is rounding."


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


def _convection(ran: listing.Ran) -> Figure:
    return Figure(
        (
            pictures.grey(ran["carried"], "The photo, shifted.", "Convection"),
            pictures.grey(ran["mixed"], "The photo, blurred.", "Diffusion"),
            pictures.grey(ran["both"], "The photo, shifted and blurred.", "Both"),
        ),
        "After 10 units of time: a current of 4 pixels to the right in each, a diffusivity of 4, "
        "and both. What leaves on one side comes in on the other.",
        layout="tiles",
    )
