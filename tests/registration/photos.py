"""Photos of scikit-image, turned by a warp of the tests' own."""

from __future__ import annotations

import numpy as np
from scipy import ndimage


def photo(name: str) -> np.ndarray:
    """A picture in grey, 0 to 1."""
    from skimage import color, data

    picture = getattr(data, name)()
    return color.rgb2gray(picture[..., :3]) if picture.ndim == 3 else picture / 255.0


def moved(picture, angle_deg, scale=1.0, shift=(0.0, 0.0), shape=None):
    """``b(scale R p + shift) = a(p)`` from the centres, as the docstring of `rotation` says."""
    shape = picture.shape if shape is None else shape
    t = np.deg2rad(angle_deg)
    forward = scale * np.array([[np.cos(t), -np.sin(t)], [np.sin(t), np.cos(t)]])
    back = np.linalg.inv(forward)
    source, target = ((np.array(s) - 1) / 2 for s in (picture.shape, shape))
    if scale < 1:
        picture = ndimage.gaussian_filter(picture, 0.5 * np.sqrt(1 / scale**2 - 1))
    offset = source - back @ (target + shift)
    return ndimage.affine_transform(picture, back, offset, shape, order=3)


def off(found: float, true: float, period: float = 360.0) -> float:
    """The size of an angle's error."""
    return abs((found - true + period / 2) % period - period / 2)
