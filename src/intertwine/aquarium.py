"""The aquarium: a photo whose pixels are cells of dye, before and after the barriers come out.

At time 0 every cell of 256 x 256 holds its own grey level as a concentration, parted from its
neighbours by barriers. Then the barriers are taken out and the heat equation does the rest. Media
whose diffusivity changes from place to place are out of scope: the water is the same everywhere.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.libraries import need
from intertwine.diffusion import diffuse

Array = NDArray[Any]

SIDE = 256
_INK, _PAPER, _FADED, _BLUE = "#2b2b28", "#fdfcf9", "#b5b2a6", "#4a7fd0"


@dataclass(frozen=True, eq=False)
class State:
    """The aquarium at one time.

    Attributes
    ----------
    time : since the barriers came out.
    cells : (H, W) float64, the concentrations.
    profile : (W,) the mean concentration of each column.
    mass : the sum of all concentrations.
    entropy_nats : ``-sum p ln p`` with ``p = c / mass``: it grows until the dye is even, where it
        is ``ln(H W)``.
    """

    time: float
    cells: Array
    profile: Array
    mass: float
    entropy_nats: float


def state(time: float, cells: Array) -> State:
    """Measure the aquarium."""
    mass = float(cells.sum())
    shares = cells[cells > 0] / mass if mass > 0 else np.ones(1)
    entropy = float(-(shares * np.log(shares)).sum())
    return State(time, cells, cells.mean(axis=0), mass, entropy)


def run(
    cells: Array,
    times: Sequence[float],
    progress: Callable[[], None] = lambda: None,
    **options: Any,
) -> list[State]:
    """Return the aquarium at each of `times`, every one in a single step from the start."""
    states = []
    for time in times:
        states.append(state(time, diffuse(cells, time, **options)))
        progress()
    return states


def draw(
    now: State, start: State, size_in: tuple[float, float] = (8.0, 4.0), dpi: int = 100
) -> Array:
    """One frame, (H, W, 3) uint8: the cells, the profile, the mass and the entropy."""
    need("matplotlib", "Drawing the aquarium")
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size_in, dpi=dpi, facecolor=_PAPER)
    canvas: Any = FigureCanvasAgg(figure)
    _cells(figure.add_axes((0.02, 0.06, 0.44, 0.86)), now, start)
    _profile(figure.add_axes((0.56, 0.40, 0.41, 0.52)), now, start)
    most = np.log(now.cells.size)
    lines = (
        f"time      {now.time:,.6g}",
        f"mass      {now.mass:,.0f}   ({_kept(now, start)})",
        f"entropy   {now.entropy_nats:.5f} nats",
        f"at most   {most:.5f} nats, when even",
    )
    figure.text(
        0.56, 0.22, "\n".join(lines), family="DejaVu Sans Mono", fontsize=9, color=_INK, va="top"
    )
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[..., :3].copy()


def _kept(now: State, start: State) -> str:
    """What became of the mass, with what is rounding said as such."""
    change = now.mass / start.mass - 1 if start.mass else 0.0
    return "kept to 1e-12" if abs(change) <= 1e-12 else f"{100 * change:+.3g} %"


def _cells(axes: Any, now: State, start: State) -> None:
    low, high = float(start.cells.min()), float(start.cells.max())
    axes.imshow(now.cells, cmap="gray", vmin=low, vmax=max(high, low + 1), interpolation="nearest")
    axes.set_axis_off()


def _profile(axes: Any, now: State, start: State) -> None:
    axes.set_facecolor(_PAPER)
    axes.plot(start.profile, color=_FADED, linewidth=1.5, label="at time 0")
    axes.plot(now.profile, color=_BLUE, linewidth=1.8, label="now")
    low, high = float(start.profile.min()), float(start.profile.max())
    margin = 0.05 * max(high - low, 1.0)
    axes.set_ylim(low - margin, high + margin)
    axes.set_xlim(0, now.profile.size - 1)
    axes.set_xlabel("column", fontsize=9, color=_INK, labelpad=1)
    axes.set_title("mean concentration of each column", fontsize=9, color=_INK)
    axes.tick_params(labelsize=8, colors=_INK)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.legend(frameon=False, fontsize=8, labelcolor=_INK)


def animation(frames: Sequence[Array], suffix: str, frame_s: float) -> bytes:
    """The frames as a GIF or a WebP that runs forever."""
    image_module = need("PIL.Image", "Writing an animation")
    pictures = [image_module.fromarray(frame) for frame in frames]
    buffer = io.BytesIO()
    kind: dict[str, Any] = {"format": "GIF", "optimize": False}
    if suffix == ".webp":
        kind = {"format": "WEBP", "lossless": True}
    pictures[0].save(
        buffer, save_all=True, append_images=pictures[1:], duration=round(1000 * frame_s), loop=0,
        **kind,
    )  # fmt: skip
    return buffer.getvalue()
