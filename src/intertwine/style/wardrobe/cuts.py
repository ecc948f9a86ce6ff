"""The kinds of garments: the range of each measure, and the parts to choose from.

Lengths are in heads, as painters measure a body: a person is eight heads tall. Measures of width
run from the middle line to one side.
"""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """How the garments of one kind vary.

    Attributes
    ----------
    measures : name -> smallest and largest value.
    parts : name -> words to choose from.
    """

    measures: dict[str, tuple[float, float]]
    parts: dict[str, tuple[str, ...]]


def _top(**others: tuple[float, float]) -> dict[str, tuple[float, float]]:
    """Return the measures of what hangs from the shoulders, with the usual ranges or `others`."""
    usual = {
        "shoulder": (0.85, 1.1),
        "chest": (0.78, 1.05),
        "waist": (0.7, 1.0),
        "hem": (0.75, 1.1),
        "hem_curve": (0.0, 0.2),
        "neck": (0.24, 0.42),
        "neck_depth": (0.15, 0.7),
    }
    return usual | others


def _sleeved(
    length: tuple[float, float], sleeve: tuple[float, float], **others: tuple[float, float]
) -> dict[str, tuple[float, float]]:
    return _top(length=length, sleeve=sleeve, **({"cuff": (0.22, 0.42)} | others))


def _legs(length: tuple[float, float], leg: tuple[float, float]) -> dict[str, tuple[float, float]]:
    return {
        "length": length,
        "waist": (0.6, 0.78),
        "hip": (0.78, 0.98),
        "rise": (1.0, 1.4),
        "leg": leg,
        "band": (0.1, 0.26),
    }


_SHOE = {"shaft": (0.2, 0.32), "heel": (0.05, 0.4), "toe": (0.45, 0.85), "sole": (0.05, 0.16)}
_POCKETS = ("none", "patch", "slit")

KINDS: dict[str, Kind] = {
    "vest": Kind(
        _top(
            length=(1.9, 2.9), shoulder=(0.5, 0.75), neck=(0.28, 0.42), neck_depth=(0.4, 0.9),
        ),
        {"neckline": ("round", "v", "square"), "collar": ("none",), "closure": ("none",)},
    ),
    "tee": Kind(
        _sleeved((2.0, 3.0), (0.4, 1.2), cuff=(0.34, 0.55), neck_depth=(0.15, 0.5)),
        {
            "neckline": ("round", "v", "square"), "collar": ("none",), "closure": ("none",),
            "pockets": ("none", "chest"),
        },
    ),
    "blouse": Kind(
        _sleeved((1.7, 2.7), (0.7, 2.6), waist=(0.55, 0.72), hem=(0.75, 1.25), cuff=(0.3, 0.75)),
        {
            "neckline": ("round", "v"), "collar": ("none", "pointed", "stand"),
            "closure": ("buttons",),
        },
    ),
    "shirt": Kind(
        _sleeved((2.3, 3.1), (0.8, 2.9), hem_curve=(0.1, 0.45), neck_depth=(0.15, 0.4)),
        {
            "neckline": ("v",), "collar": ("pointed",), "closure": ("buttons",),
            "pockets": ("none", "chest"),
        },
    ),
    "pullover": Kind(
        _sleeved((1.8, 2.9), (1.9, 2.9), chest=(0.85, 1.15), waist=(0.8, 1.1), hem=(0.7, 0.95)),
        {
            "neckline": ("round", "v"), "collar": ("none", "stand", "hood"), "closure": ("none",),
            "pockets": ("none", "pouch"),
        },
    ),
    "jacket": Kind(
        _sleeved((1.9, 3.0), (2.3, 2.9), shoulder=(0.95, 1.15), neck_depth=(0.5, 1.2)),
        {
            "neckline": ("v",), "collar": ("lapel", "stand", "hood"), "closure": ("buttons", "zip"),
            "pockets": _POCKETS,
        },
    ),
    "coat": Kind(
        _sleeved(
            (3.7, 5.4), (2.4, 2.9), shoulder=(0.95, 1.15), hem=(0.85, 1.5), neck_depth=(0.4, 1.0),
        ),
        {
            "neckline": ("v",), "collar": ("lapel", "pointed", "hood"),
            "closure": ("buttons", "zip"), "pockets": _POCKETS, "belt": ("no", "yes"),
        },
    ),
    "dress": Kind(
        _sleeved(
            (3.6, 5.8), (0.0, 2.4), shoulder=(0.78, 0.98), waist=(0.52, 0.7), hem=(0.75, 1.9),
            neck_depth=(0.2, 0.9),
        ),
        {
            "neckline": ("round", "v", "square"), "collar": ("none", "pointed"),
            "closure": ("none", "buttons"), "belt": ("no", "yes"),
        },
    ),
    "skirt": Kind(
        {
            "length": (1.5, 4.4), "waist": (0.55, 0.72), "hip": (0.78, 1.0), "hem": (0.65, 1.9),
            "hem_curve": (0.0, 0.3), "band": (0.08, 0.3),
        },
        {"front": ("plain", "pleats", "buttons", "slit"), "pockets": _POCKETS},
    ),
    "trousers": Kind(
        _legs((3.6, 4.8), (0.16, 0.5)),
        {"front": ("plain", "crease"), "pockets": ("none", "slit", "cargo")},
    ),
    "shorts": Kind(
        _legs((1.6, 2.6), (0.4, 0.62)),
        {"front": ("plain", "crease"), "pockets": ("none", "slit")},
    ),
    "boots": Kind({"length": (0.9, 2.6), **_SHOE}, {"closure": ("none", "laces", "zip")}),
    "shoes": Kind({"length": (0.42, 0.6), **_SHOE}, {"closure": ("none", "laces", "strap")}),
    "bag": Kind(
        {
            "length": (0.8, 2.0), "width": (0.6, 1.15), "taper": (-0.25, 0.35),
            "round": (0.05, 0.9), "handle": (0.4, 1.7), "handle_width": (0.2, 0.7),
        },
        {"closure": ("none", "flap", "zip"), "pockets": ("none", "patch")},
    ),
    "backpack": Kind(
        {
            "length": (1.6, 2.5), "width": (0.65, 1.0), "taper": (-0.1, 0.3), "round": (0.3, 0.95),
            "handle": (0.15, 0.4), "handle_width": (0.12, 0.3), "pocket": (0.3, 0.6),
        },
        {"closure": ("zip", "flap")},
    ),
    "hat": Kind(
        {
            "length": (0.45, 1.0), "crown": (0.3, 0.46), "taper": (-0.3, 0.25), "brim": (0.1, 0.75),
            "droop": (-0.3, 0.4), "dent": (0.0, 0.15),
        },
        {"ribbon": ("no", "yes")},
    ),
}  # fmt: skip
