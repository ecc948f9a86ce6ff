"""Scenes with a pattern that is not in them, and with one that is, for `find` to be judged by.

A scene is ``(pattern, data)``, and where the pattern is, if it is. `ABSENT` and `PRESENT` hold what
draws them, by kind: functions of a generator and of a set, "develop" or "held". The two sets have
other photos, textures and fonts, other halves of the recordings, other shapes of beats. The sounds,
and the photos of the held set, lie in the folder that INTERTWINE_DATA names.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import skimage
import soundfile
from PIL import Image, ImageDraw, ImageFont
from scipy import signal

Scene = tuple[np.ndarray, np.ndarray]
SIDE, RATE, SECONDS = 256, 4000, 8

PHOTOS = ("astronaut.png", "camera.png", "chelsea.png", "coffee.png", "rocket.jpg",
          "motorcycle_left.png")  # fmt: skip
TEXTURES = {
    "develop": ("brick.png", "grass.png", "gravel.png"),
    "held": ("moon.png", "ihc.png", "hubble_deep_field.jpg", "retina.jpg"),
}
WORDS = re.findall(
    r"\w+",
    """
Open Save Close Cancel Apply Search Settings Account Profile Network Display Sound Battery
Storage Privacy Security Updates Language Keyboard Mouse Printer Camera Calendar Contacts
Messages Archive Deleted Drafts Inbox Reply Forward Attach Download Upload Share Export
Import Rename Duplicate Window Zoom Insert Format Tools Help Version Licence Project Branch
Commit Merge Review Issue Release Deploy Monitor Alerts Metrics Traces Budget Invoice
Payment Refund
""",
)
FONTS = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSerif.ttf", "DejaVuSansMono.ttf")
MUSIC = ("Hungarian", "Kevin", "sorohanro", "456440")
SPEECH = ("198-", "5703-")


def folder() -> Path:
    """The data that INTERTWINE_DATA names."""
    return Path(os.environ["INTERTWINE_DATA"])


@cache
def picture(path: str | Path) -> np.ndarray:
    """Grey levels, the short side at most 512 samples."""
    with Image.open(path) as opened:
        grey = opened.convert("L")
        grey.thumbnail((768, 512) if grey.width > grey.height else (512, 768))
        return np.asarray(grey, np.float32)


def _bundled(name: str) -> np.ndarray:
    return picture(Path(skimage.__file__).parent / "data" / name)


@cache
def _photo_paths(part: str) -> list[Path]:
    if part == "develop":
        return [Path(skimage.__file__).parent / "data" / name for name in PHOTOS]
    clothes = sorted((folder() / "clothing" / "test").rglob("*.jpg"))
    return [*sorted((folder() / "photos").glob("*.png")), *clothes[::6]]


def _crop(rng, x, height, width=None):
    width = height if width is None else width
    row, column = (
        int(rng.integers(n - s + 1)) for n, s in zip(x.shape, (height, width), strict=True)
    )
    return x[row : row + height, column : column + width].copy()


def _patch(rng, x):
    """A patch with some contrast: a wall without any is not what people look for."""
    for _ in range(50):
        patch = _crop(rng, x, int(rng.integers(16, 65)), int(rng.integers(16, 65)))
        if patch.std() > 8:
            break
    return patch


def photos(rng, part):
    """A patch of one photo in another."""
    paths = _photo_paths(part)
    one, other = rng.choice(len(paths), 2, replace=False)
    return _patch(rng, picture(paths[one])), _crop(rng, picture(paths[other]), SIDE)


def textures(rng, part):
    """A patch of one texture in another: bricks, grass, gravel; moon, tissue, galaxies, retina."""
    names = TEXTURES[part]
    one, other = rng.choice(len(names), 2, replace=False)
    return _patch(rng, _bundled(names[one])), _crop(rng, _bundled(names[other]), SIDE)


def _font(name, size):
    import matplotlib

    return ImageFont.truetype(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name), size)


def screen(rng, words, font):
    """A window with a bar, rows of words, buttons and icons; and the boxes of its words."""
    paper, ink = (int(v) for v in ((250, 30) if rng.random() < 0.7 else (40, 225)))
    page = Image.new("L", (SIDE + 64, SIDE), paper)
    draw = ImageDraw.Draw(page)
    draw.rectangle((0, 0, SIDE + 63, 22), fill=int(rng.integers(60, 200)))
    boxes, row, words = [], 30, list(words)
    while row < SIDE - 20:
        column = int(rng.integers(4, 24))
        while column < SIDE and words:
            word = str(words.pop())
            width = int(font.getlength(word))
            if rng.random() < 0.2:
                shade = int(rng.integers(100, 220))
                draw.rounded_rectangle((column - 4, row - 3, column + width + 4, row + 17), 4,
                                       fill=shade, outline=ink)  # fmt: skip
            if rng.random() < 0.2:
                draw.ellipse((column + width + 6, row, column + width + 16, row + 10), outline=ink)
            draw.text((column, row), word, fill=ink, font=font)
            boxes.append((column - 3, row - 2, column + width + 3, row + 17))
            column += width + int(rng.integers(12, 30))
        row += int(rng.integers(20, 30))
    return np.asarray(page, np.float32), boxes


def screenshots(rng, part):
    """A word of one screen, with what is around it, in another screen that lacks it."""
    words = rng.permutation(WORDS)
    fonts = FONTS[::2] if part == "develop" else FONTS[1::2]
    font = _font(str(rng.choice(fonts)), int(rng.integers(10, 14)))
    one, boxes = screen(rng, words[:30], font)
    other, _ = screen(rng, words[30:], font)
    left, top, right, bottom = boxes[int(rng.integers(len(boxes)))]
    grow = int(rng.integers(0, 6))
    box = one[max(0, top - grow) : bottom + grow, max(0, left - grow) : right + grow]
    return box.copy(), other[:, :SIDE]


@cache
def sound(name, part):
    """One half of a recording at `RATE`: the first to develop on, the second held."""
    (path,) = (folder() / "audio").glob(f"{name}*.ogg")
    x, rate = soundfile.read(path)
    x = signal.resample_poly(x, RATE, rate).astype(np.float32)
    half = len(x) // 2
    return x[:half] if part == "develop" else x[half:]


def _stretch(rng, x, seconds):
    """Some seconds of a sound, repeated if it is shorter."""
    length = int(seconds * RATE)
    if len(x) < length:
        x = np.resize(x, length)
    start = int(rng.integers(len(x) - length + 1))
    return x[start : start + length].copy()


def _clip(rng, x):
    """A clip that is not silent."""
    for _ in range(50):
        clip = _stretch(rng, x, min(rng.uniform(0.25, 1.5), len(x) / RATE))
        if clip.std() > 0.2 * x.std():
            break
    return clip


def _two(rng, names, part):
    one, other = rng.choice(len(names), 2, replace=False)
    return sound(names[one], part), sound(names[other], part)


def music(rng, part):
    """A clip of one piece in another: strings, jazz, a trumpet, a robin."""
    one, other = _two(rng, MUSIC, part)
    return _clip(rng, one), _stretch(rng, other, SECONDS)


def speech(rng, part):
    """A clip of one voice in another's speech."""
    one, other = _two(rng, SPEECH, part)
    return _clip(rng, one), _stretch(rng, other, min(SECONDS, len(other) / RATE))


def mixed(rng, part):
    """Hiss, or silence, with music or speech at its end; a clip of another sound."""
    one, other = _two(rng, MUSIC if rng.random() < 0.7 else SPEECH, part)
    data = _stretch(rng, other, SECONDS)
    start = int(rng.uniform(0.4, 0.9) * len(data))
    hiss = rng.choice([0.0, 1e-3, 0.05, 0.3]) * data.std() + 1e-7
    data[:start] = 0
    return _clip(rng, one), data + (hiss * rng.standard_normal(len(data))).astype(np.float32)


def _coloured(rng, shape, slope):
    """Noise whose amplitude falls as a power of frequency."""
    f = np.sqrt(sum(np.square(g) for g in np.meshgrid(
        *(np.fft.fftfreq(n) for n in shape), indexing="ij")))  # fmt: skip
    f.flat[0] = np.inf
    return np.fft.ifftn(np.fft.fftn(rng.standard_normal(shape)) * f**-slope).real


def noise(rng, part):
    """A stretch of coloured noise in other noise of that colour, along one axis or two."""
    slope = float(rng.uniform(0, 1.2 if part == "develop" else 1.5))
    if rng.random() < 0.5:
        data, other = (_coloured(rng, (SIDE, SIDE), slope) for _ in range(2))
        return _crop(rng, other, int(rng.integers(12, 49))), data
    data, other = (_coloured(rng, (1 << 13,), slope) for _ in range(2))
    length = int(np.exp(rng.uniform(np.log(24), np.log(800))))
    start = int(rng.integers(len(other) - length))
    return other[start : start + length], data


def heart(rng, part, length=6000):
    """A series of beats: waves of random sizes, widths and places, the same in each beat."""
    rate = rng.uniform(90, 220)
    waves = [(rng.uniform(-0.35, -0.15), rng.uniform(0.03, 0.06), rng.uniform(-0.1, 0.3)),
             (-rng.uniform(0.02, 0.05), rng.uniform(0.008, 0.02), -rng.uniform(0, 0.4)),
             (0.0, rng.uniform(0.01, 0.03), rng.choice([-1, 1], p=[0.3, 0.7])),
             (rng.uniform(0.02, 0.06), rng.uniform(0.008, 0.03), -rng.uniform(0, 0.6)),
             (rng.uniform(0.2, 0.4), rng.uniform(0.04, 0.09), rng.uniform(-0.3, 0.5))]  # fmt: skip
    if part == "held":
        waves.append((rng.uniform(-0.5, 0.5), rng.uniform(0.02, 0.08), rng.uniform(-0.4, 0.4)))
    beats = np.cumsum(rate * (1 + 0.05 * rng.standard_normal(int(length / rate) + 9))) - 3 * rate
    t = np.arange(length)
    x = np.zeros(length)
    for beat in beats:
        for at, width, height in waves:
            x += height * np.exp(-0.5 * ((t - beat - at * rate) / (width * rate)) ** 2)
    wander = _coloured(rng, (length,), 1.0)
    level = rng.uniform(0.01, 0.08)
    return x + 0.1 * wander / wander.std() + level * rng.standard_normal(length), rate


def hearts(rng, part):
    """A stretch of one heart's beats in the series of another heart."""
    one, rate = heart(rng, part)
    other, _ = heart(rng, part)
    length = int(rng.uniform(0.6, 2.5) * rate)
    start = int(rng.integers(len(one) - length))
    return one[start : start + length], other


ABSENT: dict[str, Callable[..., Scene]] = {
    "photos": photos, "textures": textures, "screenshots": screenshots, "music": music,
    "speech": speech, "mixed": mixed, "noise": noise, "hearts": hearts,
}  # fmt: skip


def _spoiled(rng, patch, data):
    """A patch under noise, after JPEG, or a fifth of it covered by another piece of its scene."""
    how = int(rng.integers(3))
    if how == 0:
        return patch + rng.uniform(0.2, 0.6) * patch.std() * rng.standard_normal(patch.shape)
    if how == 1:
        kept = io.BytesIO()
        Image.fromarray(np.clip(patch, 0, 255).astype(np.uint8)).save(kept, "JPEG", quality=20)
        return np.asarray(Image.open(kept), np.float32)
    height, width = (int(np.ceil(n * 0.2**0.5)) for n in patch.shape)
    row, column = (
        int(rng.integers(n - s + 1)) for n, s in zip(patch.shape, (height, width), strict=True)
    )
    patch = patch.copy()
    patch[row : row + height, column : column + width] = _crop(rng, data, height, width)
    return patch


def spoiled_patches(rng, part, sizes=(48, 81)):
    """A patch of 48 to 80 samples of this very photo, with noise, JPEG or a fifth covered."""
    paths = _photo_paths(part)
    while True:
        data = _crop(rng, picture(paths[int(rng.integers(len(paths)))]), SIDE)
        size = rng.integers(*sizes, 2)
        at = tuple(int(rng.integers(SIDE - k + 1)) for k in size)
        patch = data[tuple(slice(a, a + k) for a, k in zip(at, size, strict=True))]
        if patch.std() > 20:
            return _spoiled(rng, patch, data), data, at


def spoiled_small_patches(rng, part):
    """The same of 32 to 64 samples."""
    return spoiled_patches(rng, part, (32, 65))


def spoiled_words(rng, part):
    """A word of this very screen, after JPEG, under noise or a fifth covered."""
    font = _font(str(rng.choice(FONTS[::2] if part == "develop" else FONTS[1::2])), 12)
    data, boxes = screen(rng, rng.permutation(WORDS), font)
    data = data[:, :SIDE]
    boxes = [box for box in boxes if box[0] >= 0 and box[2] < SIDE and box[2] - box[0] > 30]
    left, top, right, bottom = boxes[int(rng.integers(len(boxes)))]
    return _spoiled(rng, data[top : bottom + 2, left:right], data), data, (top, left)


def spoiled_clips(rng, part):
    """A clip of this very recording under noise."""
    data = _stretch(rng, sound(str(rng.choice(MUSIC[:2] + SPEECH)), part), 6)
    while True:
        length = int(rng.uniform(0.25, 1.5) * RATE)
        at = int(rng.integers(len(data) - length))
        clip = data[at : at + length]
        if clip.std() > 0.3 * data.std():
            break
    loud = rng.uniform(0.3, 1.0) * clip.std() * rng.standard_normal(length)
    return clip + loud.astype(np.float32), data, (at,)


def spoiled_noise(rng, part):
    """A stretch of this very noise, under other noise."""
    pattern, data = noise(rng, part)
    at = tuple(int(rng.integers(n - k)) for n, k in zip(data.shape, pattern.shape, strict=True))
    own = data[tuple(slice(a, a + k) for a, k in zip(at, pattern.shape, strict=True))]
    return own + 0.3 * own.std() * rng.standard_normal(own.shape), data, at


PRESENT: dict[str, Callable[..., tuple[np.ndarray, np.ndarray, tuple[int, ...]]]] = {
    "patches": spoiled_patches,
    "small patches": spoiled_small_patches,
    "words": spoiled_words,
    "clips": spoiled_clips,
    "stretches": spoiled_noise,
}
