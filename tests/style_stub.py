"""For tests of the index: a tiny encoder that learns nothing, and drawn pictures."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image

from intertwine.style.codes import Codes
from intertwine.style.encoders import model_hash


class Coarse:
    """Codes: 8 x 8 grey levels as "shape", mean colour as "colour"."""

    name = "coarse"
    views = ("shape", "colour")

    def __init__(self, offset=0.0):
        self.offset, self.fitted = offset, 0

    def fit(self, pictures, *, progress=None):
        self.fitted = sum(1 for _ in pictures)
        return self

    def encode(self, pictures, *, progress=None):
        shape, colour = [], []
        for picture in pictures:
            grey = cv2.resize(picture, (8, 8), interpolation=cv2.INTER_AREA).mean(axis=2)
            shape.append(grey.ravel() - grey.mean() + self.offset)
            colour.append(picture.mean(axis=(0, 1)) - 127)
        return Codes({"shape": shape, "colour": colour})

    def card(self):
        return {"name": self.name, "fitted": self.fitted, "offset": self.offset}

    def arrays(self):
        if not self.fitted:
            return {}
        return {"count": np.array([self.fitted]), "turned": np.arange(6.0).reshape(2, 3).T}

    @classmethod
    def restore(cls, card, arrays):
        made = cls(card["offset"])
        made.fitted = int(arrays["count"][0])
        assert arrays["turned"].tolist() == [[0, 3], [1, 4], [2, 5]]
        return made

    @property
    def hash(self):
        return model_hash(self.card(), self.arrays())


def drawn(number: int, height: int = 60, width: int = 48) -> np.ndarray:
    """A picture of its own for each number: soft blobs of colour."""
    rng = np.random.default_rng(number)
    small = rng.integers(0, 256, (5, 4, 3)).astype(np.uint8)
    return np.array(Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC))
