"""One convention for every angle: 0 degrees points right, 90 up, counter-clockwise as seen.

A new function that speaks of angles gets one line in a table below: what it says of a signal that
was made for an angle, in degrees.
"""

import re

import numpy as np
import pytest
from PIL import Image

import intertwine as iw
from intertwine import Kernel, kernels

ROW, COLUMN = np.mgrid[:96, :96]
ANGLES = (0, 20, 60, 90, 115, 170)


def along(degrees, row=ROW, column=COLUMN):
    """How far each place lies in this direction, as the picture is seen, row 0 on top."""
    turn = np.deg2rad(degrees)
    return column * np.cos(turn) - row * np.sin(turn)


def stripes(degrees):
    return np.cos(2 * np.pi * 0.15 * along(degrees))


def said(text):
    """The first direction in a sentence, in degrees."""
    sides = {"to the right": 0, "upwards": 90, "to the left": 180, "downwards": 270}
    sides |= {"from the right": 0, "from above": 90, "from the left": 180, "from below": 270}
    sides |= {"along axis 1": 0, "along axis 0": 90}
    found = re.search("|".join([*sides, r"(?:at|from) ([\d.]+) degrees?"]), text)
    return float(found[1]) if found[1] else sides[found[0]]


def local(size=15):
    row, column = np.mgrid[:size, :size] - size // 2
    return row, column, np.exp(-(row**2 + column**2) / 8)


def gabor(degrees):
    row, column, _ = local(21)
    bell = np.exp(-(row**2 + column**2) / 18)
    return Kernel(bell * np.cos(2 * np.pi * 0.2 * along(degrees, row, column)))


def slope(degrees):
    """Its answer to a ramp is positive where the ramp rises in this direction."""
    row, column, bell = local()
    return Kernel(-bell * along(degrees, row, column))


def curved(degrees):
    row, column, bell = local()
    return Kernel(bell * (along(degrees, row, column) ** 2 - 4))


def wide(degrees):
    row, column, _ = local(25)
    u, v = along(degrees, row, column), along(degrees + 90, row, column)
    return Kernel(np.exp(-(u**2) / 18 - v**2 / 4))


def drifting(degrees):
    row, column, _ = local(15)
    away = along(degrees, row, column) - 3, along(degrees + 90, row, column)
    return Kernel(np.exp(-(away[0] ** 2 + away[1] ** 2) / 4)).density("clip")


def measured(taps):
    """The direction of a wave in `taps`, from the plain transform."""
    power = np.abs(np.fft.fft2(taps, (256, 256)))
    row, column = np.unravel_index(power[:, 1:128].argmax(), (256, 127))
    return np.degrees(np.arctan2(-np.fft.fftfreq(256)[row], (column + 1) / 256))


def elongated(taps):
    """The direction in which positive taps reach farthest."""
    row, column = np.indices(taps.shape) - (np.array(taps.shape) // 2).reshape(2, 1, 1)
    a, b, c = ((taps * m).sum() for m in (column**2, -row * column, row**2))
    return np.degrees(np.arctan2(2 * b, a - c)) / 2


def strongest(profile):
    return profile.places[profile.power.argmax()]


def perona(degrees):
    """Stripes that `style` and others see through the structure tensor."""
    from intertwine.registration.structure_tensor import structure_tensor

    return structure_tensor(stripes(degrees))[0]


#: Directions of a change, a line or a wave, which repeat after 180 degrees.
LINES = {
    "orientation": lambda a: iw.orientation(stripes(a)).angle_deg,
    "orientation, the stripes": lambda a: iw.orientation(stripes(a)).along_deg - 90,
    "structure tensor": perona,
    "angular profile": lambda a: strongest(
        iw.spectrum(stripes(a), window="hann").angular_profile()
    ),
    "kernels.gabor": lambda a: measured(kernels.gabor(4.0, 0.15, a).taps),
    "kernels.motion": lambda a: elongated(kernels.motion(15, a).taps),
    "describe, a Gabor": lambda a: gabor(a).describe().numbers["angle_deg"],
    "describe, a Gabor in words": lambda a: said(gabor(a).describe().sentence),
    "describe, strongest sinusoids": lambda a: said(
        gabor(a).describe().sentence.partition("strongest")[2]
    ),
    "describe, motion": lambda a: kernels.motion(15, a).describe().numbers["angle_deg"],
    "describe, motion in words": lambda a: said(kernels.motion(15, a).describe().sentence),
    "describe, a line detector": lambda a: curved(a).describe().numbers["angle_deg"],
    "describe, a line detector in words": lambda a: said(curved(a).describe().sentence),
    "describe, widest": lambda a: (
        said(wide(a).describe().sentence.rpartition("widest")[2]) if a % 90 else a
    ),
    "spectrum of a kernel": lambda a: said(gabor(a).spectrum().sentence),
    "spectrum of a blur": lambda a: said(wide(a).spectrum().sentence) - 90,
    "propagator, spread": lambda a: said(
        wide(a).density("clip").describe().partition("spreads most")[2]
    ),
}

#: Directions with a sign.
SIGNED = {
    "describe, a slope": lambda a: slope(a).describe().numbers["angle_deg"],
    "describe, a slope in words": lambda a: said(slope(a).describe().sentence),
    "describe, a ramp": lambda a: said(slope(a).describe().sentence.partition("a ramp")[2]),
    "describe, a turned Sobel kernel": lambda a: (
        kernels.sobel(axis=1).rotated(a).describe().numbers["angle_deg"]
    ),
    "propagator, drift": lambda a: said(drifting(a).describe().partition("A step")[2]),
}

#: The same for kernels that exist at multiples of 45 degrees.
EIGHTHS = {
    "describe, light": lambda a: kernels.emboss(a).describe().numbers["angle_deg"],
    "describe, light in words": lambda a: said(kernels.emboss(a).describe().sentence),
}


def blobs():
    rng = np.random.default_rng(1)
    picture = np.zeros((160, 160))
    for row, column in rng.integers(40, 120, (12, 2)):
        r, c = np.mgrid[:160, :160]
        width = rng.uniform(2, 4)
        picture += rng.uniform(0.5, 1) * np.exp(-((r - row) ** 2 + (c - column) ** 2) / width**2)
    return picture


def turned(picture, degrees):
    """Pillow turns counter-clockwise."""
    shown = Image.fromarray(np.asarray(picture, np.float32))
    return np.asarray(shown.rotate(degrees, Image.Resampling.BICUBIC))


def page():
    lines = np.zeros((200, 200))
    lines[30:170:10, 30:170] = 1
    return lines


def quarter(degrees):
    """The direction to which a tap on the right is turned."""
    k = Kernel(np.eye(1, 9, 8)).rotated(degrees)
    row, column = np.unravel_index(k.taps.argmax(), k.shape)
    return np.degrees(np.arctan2(k.origin[0] - row, column - k.origin[1]))


def found_at(degrees):
    whole = blobs()
    box = whole[35:125, 35:125]
    return iw.find(box, turned(whole, degrees), angles=(-30, 30), count=1)[0].angle


#: Rotations, by angles up to 30 degrees.
ROTATIONS = {
    "rotation": lambda a: iw.rotation(blobs(), turned(blobs(), a)).angle_deg,
    "deskew": lambda a: iw.deskew(turned(page(), a)).angle_deg,
    "find": found_at,
}


def apart(one, other, period):
    return abs((one - other + period / 2) % period - period / 2)


@pytest.mark.parametrize("name", LINES)
def test_lines_and_waves(name):
    off = [apart(LINES[name](angle), angle, 180) for angle in ANGLES]
    assert max(off) <= 2


@pytest.mark.parametrize("name", SIGNED)
def test_slopes_and_drifts(name):
    for angle in (*ANGLES, 200, 270, 305):
        assert apart(SIGNED[name](angle), angle, 360) <= 1


@pytest.mark.parametrize("name", EIGHTHS)
def test_light(name):
    assert [EIGHTHS[name](angle) for angle in range(0, 360, 45)] == list(range(0, 360, 45))


@pytest.mark.parametrize("name", ROTATIONS)
def test_rotations(name):
    for angle in (7, -12):
        assert abs(ROTATIONS[name](angle) - angle) <= 0.3


def test_turned_kernels():
    assert [quarter(angle) for angle in (0, 90, 180, 270)] == [0, 90, 180, -90]


def test_the_bank_of_a_layer():
    layers = pytest.importorskip("intertwine.learn.layers.rotation")
    torch = pytest.importorskip("torch")
    layer = layers.RotationPooled2d(1, 1, 3, angles=4)
    with torch.no_grad():
        layer.weight[:] = torch.tensor([[0.0, 0, 0], [0, 0, 1], [0, 0, 0]])
    _, second, *_ = layer.bank()
    assert second[0].argmax() == 1  # from the right to the top


def test_commands_say_which_way(intertwine, here):
    for name, angle in (("a", 7), ("b", -7)):
        Image.fromarray((255 * (1 - turned(page(), angle))).astype(np.uint8)).save(f"{name}.png")
    assert re.search(r"rotated by [67]\.\d\d degrees clockwise", intertwine("deskew", "a.png").out)
    assert re.search(r"rotated by [67]\.\d\d degrees counter-", intertwine("deskew", "b.png").out)
    Image.fromarray((200 * np.clip(blobs(), 0, 1)).astype(np.uint8)).save("c.png")
    Image.fromarray((200 * np.clip(turned(blobs(), -7), 0, 1)).astype(np.uint8)).save("d.png")
    assert re.search(
        r"angle +[67]\.\d+ degrees clockwise", intertwine("rotation", "c.png", "d.png").out
    )
