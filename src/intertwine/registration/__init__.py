"""How one picture lies against another, and which way it lies: turns, shifts, directions, pages.

The theorem behind it: a shift changes only the phases of a spectrum, a turn turns it, and a scale
shrinks it. So a turn is found in the size of the spectra, and a shift in their phases.

>>> import numpy as np
>>> from intertwine.registration import rotation
>>> a = np.random.default_rng(1).random((40, 50)).cumsum(axis=0)
>>> round(rotation(a, np.rot90(a)).angle_deg, 2)
90.0
"""

from __future__ import annotations

from intertwine.registration.directions import Direction, Orientation, orientation
from intertwine.registration.page import Deskewed, deskew
from intertwine.registration.shift import ShiftCandidate, Translation, translation
from intertwine.registration.turned import Rotation, RotationCandidate, rotation

__all__ = [
    "Deskewed",
    "Direction",
    "Orientation",
    "Rotation",
    "RotationCandidate",
    "ShiftCandidate",
    "Translation",
    "deskew",
    "orientation",
    "rotation",
    "translation",
]
