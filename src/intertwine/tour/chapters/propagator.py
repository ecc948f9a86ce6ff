"""A kernel read as a probability density."""

from __future__ import annotations

import numpy as np

import intertwine as iw
from intertwine.tour import listing, pictures
from intertwine.tour.blocks import Block, Cell, Figure, Grid, Table
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed

TITLE = "A kernel as a propagator"

_TIMES = (1, 100, 3000)


_CODE = f"""
edge = iw.Kernel([[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]])
density = edge.density("softmax")
print(density.describe())

answer = iw.convolve(x, edge)
step = iw.convolve(x, density) - x
flows = {{t: density.flow(t) for t in {_TIMES}}}
after = {{t: iw.convolve(x, flow) for t, flow in flows.items()}}
for t in after:
    print(t, f"changes a level by {{np.abs(after[t] - x).max():.2f}} at most")
"""


def write(photo: Photo) -> list[Block]:
    ran = listing.run(photo, _CODE)
    edge, density = ran["edge"], ran["density"]
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
        _where(ran),
        "A density can take many steps, or run for a time: `flow(t)` is the exact sum over all "
        "numbers of steps, each at a random moment. Most steps of this one stay where they are, so "
        "it takes a long time to blur:",
        _flows(ran),
        _changes(ran),
        _numbers(ran["flows"]),
        ran.code("From taps to a density, and its flow"),
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


def _where(ran: listing.Ran) -> Figure:
    moved = ran["step"]
    most, factor = float(np.abs(moved).max()), _amplified(moved)
    return Figure(
        (
            pictures.grey(ran["x"], "The photo.", "Photo"),
            pictures.strength(np.abs(ran["answer"]), "Bright along edges.", "Edge kernel, size"),
            pictures.signed(
                moved, "Marks along edges.", f"One step minus photo, × {factor:.0f}", 127 / factor
            ),
        ),
        "The edge kernel's answer, and what one step of its softmax changes: at most "
        f"{fixed(most, 3)} levels, with the opposite sign.",
        layout="tiles",
    )


def _amplified(values: np.ndarray) -> float:
    """A round factor that brings small differences to the range of the screen."""
    factor = 127 / pictures.usual_reach(values)
    digits = int(np.floor(np.log10(factor)))
    return max(1.0, float(np.floor(factor / 10**digits) * 10**digits))


def _flows(ran: listing.Ran) -> Figure:
    panels = tuple(
        pictures.grey(level, f"The photo after time {t}.", f"flow({t})")
        for t, level in ran["after"].items()
    )
    return Figure(
        panels,
        f"The photo after {', '.join(map(str, _TIMES[:-1]))} and {_TIMES[-1]} steps on average.",
        layout="tiles",
    )


def _changes(ran: listing.Ran) -> Figure:
    """What the eye cannot see in the flows themselves."""
    panels, words = [], []
    for t, level in ran["after"].items():
        moved = level - ran["x"]
        factor = _amplified(moved)
        label = f"flow({t}) minus photo, × {factor:.0f}"
        panels.append(pictures.signed(moved, f"Changes along edges: {label}.", label, 127 / factor))
        words.append(f"{fixed(float(np.abs(moved).max()), 1)} for flow({t})")
    return Figure(
        tuple(panels),
        "What differs, each picture enlarged by its own factor: amber became brighter, blue "
        "darker. "
        f"The largest change in levels is {', '.join(words)}.",
        layout="tiles",
    )


def _numbers(flows: dict[int, iw.Propagator]) -> Table:
    rows = []
    for t, flow in flows.items():
        spread = float(np.sqrt(2 * flow.diffusion[0, 0]))
        stay = float(flow.taps[flow.origin])
        rows.append((f"flow({t})", fixed(stay, 4), fixed(spread, 3), fixed(flow.entropy, 4)))
    return Table(
        "What stays where it was, the standard deviation of the displacement along an axis in "
        "pixels, and the entropy in nats.",
        ("Density", "Stays", "Spread", "Entropy"),
        tuple(rows),
    )
