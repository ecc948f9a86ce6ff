"""A cut as a dressmaker's pattern: panels of cloth, seams, and places for what is sewn on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from intertwine.style.wardrobe.curves import Place, flipped
from intertwine.style.wardrobe.garment import Garment


@dataclass(frozen=True)
class Panel:
    """A piece of cloth.

    Attributes
    ----------
    outline : places around it.
    tone : below 1 it is darker, as the inside of a collar is.
    behind : the person who wears it stands before it.
    """

    outline: Sequence[Place]
    tone: float = 1.0
    behind: bool = False


@dataclass(frozen=True)
class Pattern:
    """What is drawn of a garment, in heads: x from the middle line, y downwards from the crown.

    Attributes
    ----------
    panels : in the order in which they lie over each other.
    seams : lines along which cloth is sewn or folded.
    buttons : where the first and the last button sit, or None.
    emblem : centre and half width of an emblem.
    worn : the part of the person to show beside the garment: left, top, right, bottom.
    """

    panels: list[Panel] = field(default_factory=list)
    seams: list[Sequence[Place]] = field(default_factory=list)
    buttons: tuple[Place, Place] | None = None
    emblem: tuple[Place, float] = ((0.0, 0.0), 0.2)
    worn: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """The smallest box around all panels: left, top, right, bottom."""
        places = [place for panel in self.panels for place in panel.outline]
        xs, ys = zip(*places, strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    def panel(self, outline: Sequence[Place], tone: float = 1.0, *, behind: bool = False) -> None:
        """Lay a panel over the others."""
        self.panels.append(Panel(outline, tone, behind))

    def pair(self, outline: Sequence[Place], tone: float = 1.0) -> None:
        """Lay a panel on the right, and its mirror image on the left."""
        self.panel(outline, tone)
        self.panel(flipped(outline), tone)

    def seam(self, *places: Place) -> None:
        """Sew a line."""
        self.seams.append(places)

    def seam_pair(self, *places: Place) -> None:
        """Sew a line on the right, and its mirror image on the left."""
        self.seam(*places)
        self.seam(*flipped(places))


def pattern(garment: Garment) -> Pattern:
    """Return the pattern of a garment."""
    from intertwine.style.wardrobe import bags, bottoms, hats, shoes, tops

    makers = {
        "skirt": bottoms.skirt,
        "trousers": bottoms.trousers,
        "shorts": bottoms.trousers,
        "boots": shoes.pair,
        "shoes": shoes.pair,
        "bag": bags.bag,
        "backpack": bags.backpack,
        "hat": hats.hat,
    }
    return makers.get(garment.kind, tops.top)(garment)
