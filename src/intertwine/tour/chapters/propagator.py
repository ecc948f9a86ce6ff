"""A kernel read as a probability density."""

from __future__ import annotations

import numpy as np

import intertwine as iw
from intertwine.tour import pictures
from intertwine.tour.blocks import Block, Cell, Code, Figure, Grid, Table
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed

TITLE = "A kernel as a propagator"

_EDGE = ((-1, -1, -1), (-1, 8, -1), (-1, -1, -1))
_TIMES = (1, 100, 3000)


def write(photo: Photo) -> list[Block]:
    grey = photo.square().grey
    edge = iw.Kernel(_EDGE, name="edge")
    density = edge.density("softmax")
    off = float(density.taps[0, 0])
    return [
        "Take the numbers of a kernel as the strengths of nine attractions and turn them into "
        "probabilities: `softmax` raises e to each and divides by the sum. The kernel becomes a "
        "**propagator**: it says where what is in a pixel goes in one step. For an edge detector "
        f"the answer is {fixed(density.taps[1, 1], 9)} in the centre and {off:.7g} in each of the "
        f"eight places around it, {off:.4f} rounded.",
        _grids(edge, density),
        f"In words that the density itself gives: “{density.describe()}”",
        "So nearly everything in the window concentrates at the centre. The kernel as it stands "
        "answers with the difference between the centre and its neighbours, and most where "
        "differences are largest:",
        _where(grey, edge, density),
        "A density can take many steps, or run for a time: `flow(t)` is the exact sum over all "
        "numbers of steps, each at a random moment. Most steps of this one stay where they are, so "
        "it takes a long time to blur:",
        _flows(grey, density),
        _numbers(density),
        Code(
            "p = iw.Kernel([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]).density('softmax')\n"
            "print(p.describe())\n"
            "y = iw.convolve(x, p.flow(100))",
            "From taps to a density, and its flow",
        ),
    ]


def _grids(edge: iw.Kernel, density: iw.Propagator) -> Figure:
    taps = pictures.taps_grid(edge.taps, "The edge kernel: −1 around 8.", "Edge kernel")
    cells = tuple(
        tuple(Cell(f"{value:.4f}", *_shade(value)) for value in row) for row in density.taps
    )
    shares = Grid(cells, "Its softmax: 0.9990 in the centre, 0.0001 around it.", "Softmax")
    return Figure((taps, "→", shares), "Strengths, and the probabilities they become.")


def _shade(value: float) -> tuple[str, str]:
    level = round(255 * float(value))
    return f"#{level:02x}{level:02x}{level:02x}", "#000" if level > 127 else "#fff"


def _where(grey: np.ndarray, edge: iw.Kernel, density: iw.Propagator) -> Figure:
    answer = iw.convolve(grey, edge)
    moved = iw.convolve(grey, density) - grey
    return Figure(
        (
            pictures.grey(grey, "The photo.", "Photo"),
            pictures.strength(np.abs(answer), "Bright along edges.", "Edge kernel, size"),
            pictures.signed(moved, "Faint marks along edges.", "One step, minus photo"),
        ),
        "The edge kernel's answer, and what one step of its softmax changes: at most "
        f"{fixed(float(np.abs(moved).max()), 3)} levels, of the opposite sign.",
        layout="tiles",
    )


def _flows(grey: np.ndarray, density: iw.Propagator) -> Figure:
    panels = tuple(
        pictures.grey(
            iw.convolve(grey, density.flow(t)), f"The photo after time {t}.", f"flow({t})"
        )
        for t in _TIMES
    )
    return Figure(panels, "The photo after 1, 100 and 3000 steps on average.", layout="tiles")


def _numbers(density: iw.Propagator) -> Table:
    rows = []
    for t in _TIMES:
        flow = density.flow(t)
        spread = float(np.sqrt(2 * flow.diffusion[0, 0]))
        stay = float(flow.taps[flow.origin])
        rows.append((f"flow({t})", fixed(stay, 4), fixed(spread, 3), fixed(flow.entropy, 4)))
    return Table(
        "What stays where it was, the standard deviation of the displacement along an axis in "
        "pixels, and the entropy in nats.",
        ("Density", "Stays", "Spread", "Entropy"),
        tuple(rows),
    )
