"""One garment, one picture: cloth, emblem, buttons, hanger, person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.base.checks import integer, word
from intertwine.base.errors import OptionError, shown
from intertwine.style.wardrobe import hanger as hangers
from intertwine.style.wardrobe.canvas import RGB, Canvas
from intertwine.style.wardrobe.curves import ellipse
from intertwine.style.wardrobe.emblems import EMBLEMS
from intertwine.style.wardrobe.fabric import PRINTS, palette, second
from intertwine.style.wardrobe.garment import Garment
from intertwine.style.wardrobe.pattern import Panel, pattern
from intertwine.style.wardrobe.person import stand

#: The longer side of what is shown fills so much of the picture at scale 1.
_SHARE = 0.84

#: Widths of seams and outlines, and the radius of a button, in heads.
_SEAM, _EDGE, _BUTTON = 0.035, 0.045, 0.075

#: Seams and outlines are so dark beside their cloth.
_DARK = 0.62


def draw(
    garment: Garment,
    *,
    colour: RGB,
    print: str = "plain",
    emblem: str | None = None,
    buttons: int = 3,
    hanger: bool = False,
    person: bool | int = False,
    pose_deg: float = 0.0,
    scale: float = 1.0,
    background: RGB = (255, 255, 255),
    size_px: int = 256,
) -> NDArray[np.uint8]:
    """Return a picture of a garment, uint8 (size_px, size_px, 3); equal arguments, equal bits.

    Parameters
    ----------
    garment : Garment
    colour : (red, green, blue), each 0 to 255
    print : {"plain", "stripes", "checks", "dots", "flowers"}
    emblem : {"disc", "star", "heart", "diamond", "bolt"} or None
    buttons : {2, 3}
        How many a front with buttons has.
    hanger : bool
        Hang it on a coat hanger, hook and all; kinds in `HANGING`.
    person : bool or int
        Put it on a drawn person. A number chooses one of several; True is the first.
    pose_deg : float
        Rotate all of it, counter-clockwise.
    scale : float
        At 1 the garment fills 84 % of the picture; on a person, what is shown of the person does.
    background : (red, green, blue)
    size_px : int
        The side of the picture, at least 16.

    Raises
    ------
    OptionError
        An argument has none of these values.

    Examples
    --------
    >>> import numpy as np
    >>> coat = Garment.random("coat", np.random.default_rng(0))
    >>> draw(coat, colour=(30, 60, 120), print="checks", size_px=64).shape
    (64, 64, 3)
    """
    paint = _colour("colour", colour)
    word("draw", "print", print, tuple(PRINTS))
    if emblem is not None:
        word("draw", "emblem", emblem, tuple(EMBLEMS))
    if buttons not in (2, 3):
        raise OptionError(f"draw: `buttons` is 2 or 3, not {shown(buttons)}.")
    if hanger and (person is not False or garment.kind not in hangers.HANGING):
        where = "on a person" if garment.kind in hangers.HANGING else f"as a {garment.kind}"
        raise OptionError(
            f"draw: nothing hangs on a coat hanger {where}.\n"
            f"  Kinds that hang: {', '.join(hangers.HANGING)}."
        )
    if not 0 < scale <= 4:
        raise OptionError(f"draw: `scale` lies above 0 and at most at 4, not {shown(scale)}.")
    size = integer("draw", "size_px", size_px, 16)
    made = pattern(garment)
    box = made.box
    if hanger:
        box = (box[0], min(box[1], hangers.height(garment)), box[2], box[3])
    if person is not False:
        box = _around(box, made.worn)
    canvas = Canvas(size, box, _SHARE * scale, pose_deg, _colour("background", background))
    cloth = _Cloth(canvas, paint, print)
    if hanger:
        hangers.hang(canvas, garment)
    cloth.lay(panel for panel in made.panels if panel.behind)
    if person is not False:
        shod = garment.kind in ("boots", "shoes")
        stand(canvas, 0 if person is True else person, feet=not shod)
    cloth.lay(panel for panel in made.panels if not panel.behind)
    for seam in made.seams:
        canvas.line(seam, _SEAM, cloth.edge)
    if made.buttons:
        _buttons(canvas, made.buttons, buttons, paint)
    if emblem is not None:
        (x, y), half = made.emblem
        outline = [(x + half * u, y + half * v) for u, v in EMBLEMS[emblem]]
        canvas.fill(outline, second(paint))
    return canvas.pixels()


class _Cloth:
    """Cloth of one colour and print, in all tones."""

    def __init__(self, canvas: Canvas, colour: RGB, print: str) -> None:
        self._canvas, self._colour = canvas, colour
        printed = PRINTS[print]
        self._cells = None if printed is None else printed(*canvas.heads())
        self._rolls: dict[float, Any] = {}
        self.edge = palette(colour, _DARK)[0]

    def lay(self, panels: Iterable[Panel]) -> None:
        """Draw panels with their outlines."""
        for panel in panels:
            self._canvas.fill(panel.outline, self._roll(panel.tone))
            self._canvas.line([*panel.outline, panel.outline[0]], _EDGE, self.edge)

    def _roll(self, tone: float) -> Any:
        if tone not in self._rolls:
            colours = palette(self._colour, tone)
            cells = self._cells
            self._rolls[tone] = colours[0] if cells is None else self._canvas.cloth(cells, colours)
        return self._rolls[tone]


def _buttons(canvas: Canvas, ends: Any, count: int, colour: RGB) -> None:
    first, last = (np.array(place) for place in ends)
    for part in np.linspace(0, 1, count):
        x, y = first + part * (last - first)
        canvas.fill(ellipse(x, y, _BUTTON + 0.02, _BUTTON + 0.02), palette(colour, 0.4)[0])
        canvas.fill(ellipse(x, y, _BUTTON - 0.02, _BUTTON - 0.02), (232, 226, 210))


def _around(a: tuple[float, ...], b: tuple[float, ...]) -> tuple[float, float, float, float]:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def _colour(name: str, given: Sequence[int]) -> RGB:
    levels = tuple(given)
    if len(levels) != 3 or not all(0 <= level <= 255 for level in levels):
        raise OptionError(
            f"draw: `{name}` is red, green and blue, each from 0 to 255, not {shown(given)}."
        )
    r, g, b = (int(level) for level in levels)
    return r, g, b
