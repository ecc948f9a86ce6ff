"""Drawn pictures to learn from: bars that lie, stand or cross, in any place and grey."""

import numpy as np

CLASSES = ("cross", "lying", "standing")


def bars(count, side=16, seed=0, channels=1):
    """`count` pictures of each class: uint8 (n, side, side, channels) and labels (n,)."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(np.arange(3), count)
    images = rng.integers(0, 60, (len(labels), side, side, channels))
    for image, label in zip(images, labels, strict=True):
        across, down = rng.integers(side // 4, 3 * side // 4, 2)
        if label != 2:
            image[down : down + 2] += rng.integers(80, 190)
        if label != 1:
            image[:, across : across + 2] += rng.integers(80, 190)
    return np.minimum(images, 255).astype(np.uint8), labels


def write_folder(folder, count, side=16, seed=0, channels=1):
    """The same as PNG files, a sub-folder for each class."""
    from PIL import Image

    images, labels = bars(count, side, seed, channels)
    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        path = folder / CLASSES[label] / f"{number:03}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image[..., 0] if channels == 1 else image).save(path)
    return folder
