"""A drawn person, bare as a tailor's dummy, of several skins and hairs."""

from __future__ import annotations

from intertwine.style.wardrobe.body import (
    ANKLE,
    ARM,
    ARM_LENGTH,
    CROTCH,
    FLOOR,
    JOINT,
    KNEE,
    LEG,
    WAIST,
)  # fmt: skip
from intertwine.style.wardrobe.canvas import RGB, Canvas
from intertwine.style.wardrobe.curves import Place, ellipse, flipped, mirrored, smooth

#: Skin, hair.
PEOPLE: tuple[tuple[RGB, RGB], ...] = (
    ((241, 206, 178), (128, 86, 50)),
    ((198, 146, 108), (40, 30, 28)),
    ((124, 82, 58), (28, 22, 22)),
    ((226, 180, 146), (196, 160, 96)),
)


def stand(canvas: Canvas, number: int, *, feet: bool = True) -> None:
    """Draw the person before anything is put on; `number` chooses skin and hair.

    Without `feet` they are in shoes that will be drawn.
    """
    skin, hair = PEOPLE[number % len(PEOPLE)]
    canvas.fill(ellipse(0, 0.5, 0.42, 0.52), hair)
    canvas.fill(mirrored([(0.17, 0.9), *smooth((0.18, 1.3), (0.45, 1.5), (0.9, 1.62))]), skin)
    canvas.fill(mirrored(_torso()), skin)
    for place in (_leg(feet), flipped(_leg(feet)), _arm(), flipped(_arm())):
        canvas.fill(place, skin)
    canvas.fill(ellipse(0, 0.58, 0.34, 0.44), skin)
    canvas.fill(
        mirrored(smooth((0.0, 0.02), (0.33, 0.2), (0.38, 0.52), (0.28, 0.36), (0.0, 0.26))), hair
    )
    _face(canvas, skin)


def _torso() -> list[Place]:
    return [(0.0, 1.5), *smooth((0.78, 1.55), (0.74, 2.3), (0.58, WAIST), (0.78, 3.9), (0.74, 4.2)),
            (0.0, CROTCH)]  # fmt: skip


def _leg(foot: bool) -> list[Place]:
    toes = ((LEG + 0.14, 7.72), (LEG + 0.62, 7.9)) if foot else ()
    outer = smooth((0.77, 3.9), (0.7, 4.8), (LEG + 0.2, KNEE), (LEG + 0.22, 6.5),
                   (LEG + 0.1, ANKLE), *toes)  # fmt: skip
    inner = smooth((LEG - 0.12, ANKLE), (LEG - 0.17, 6.5), (LEG - 0.18, KNEE), (0.08, 4.9),
                   (0.02, CROTCH - 0.1))  # fmt: skip
    sole = [(LEG + 0.62, FLOOR), (LEG - 0.2, FLOOR), (LEG - 0.2, 7.8)] if foot else []
    return [*outer, *sole, *inner]


def _arm() -> list[Place]:
    """Along `ARM`, from the shoulder's joint to the finger tips."""
    (dx, dy), (x, y) = ARM, JOINT
    widths = ((-0.12, 0.16), (0.2, 0.2), (1.2, 0.15), (1.4, 0.15), (2.3, 0.1), (2.55, 0.14),
              (ARM_LENGTH, 0.07))  # fmt: skip
    outer = [(x + dx * s + dy * w, y + dy * s - dx * w) for s, w in widths]
    inner = [(x + dx * s - dy * w, y + dy * s + dx * w) for s, w in reversed(widths)]
    return [*smooth(*outer), *smooth(*inner)]


def _face(canvas: Canvas, skin: RGB) -> None:
    dark: RGB = (round(0.45 * skin[0]), round(0.36 * skin[1]), round(0.33 * skin[2]))
    for side in (-1, 1):
        canvas.fill(ellipse(side * 0.13, 0.55, 0.035, 0.03), dark)
    canvas.line(smooth((-0.09, 0.8), (0.0, 0.83), (0.09, 0.8)), 0.02, dark)
