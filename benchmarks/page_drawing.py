"""Pages of many scripts and layouts, drawn from a seed, with the angle that they are rotated by.

A page is drawn level at twice its size, rotated there about its centre, reduced, and then scanned:
darkened, shaded along an edge, noisy. What belongs to the paper rotates with it; what belongs to
the scanner does not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Array = NDArray[Any]

#: Letters and the font of each script (Debian: fonts-noto-core, fonts-noto-cjk, fonts-dejavu-core).
SCRIPTS: dict[str, tuple[str, str]] = {
    "Latin": ("etaoinshrdlucmfwypvbgkqjxzETAOIN", "NotoSerif-Regular.ttf"),
    "Cyrillic": ("оеаинтсрвлкмдпуяызьбгчйхжшюцщэфОСП", "NotoSans-Regular.ttf"),
    "Greek": ("αοιετσνηυρπκμλωδγχθφβξζψΑΕΤ", "DejaVuSans.ttf"),
    "Arabic": ("اليمنترهودسبعفقكحجشصخضزطثذغظ", "NotoSansArabic-Regular.ttf"),
    "Hebrew": ("יוהלאברתשמנכדפקחעטגזצס", "NotoSansHebrew-Regular.ttf"),
    "Chinese": ("的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会", ""),
    "Devanagari": ("क का कि की ख ग गे च जा ट ड त ता ति द ध न ना प फ ब म मा य र रा ल व स ह हो", ""),
}
SCRIPTS["Chinese"] = (SCRIPTS["Chinese"][0], "NotoSansCJK-Regular.ttc")
SCRIPTS["Devanagari"] = (SCRIPTS["Devanagari"][0], "NotoSansDevanagari-Regular.ttf")

PAPER, INK = 240, 30

#: Seed, script, layout, scan, angle in degrees, and whether the script's own font is used.
Order = tuple[int, str, str, str, float, bool]


@dataclass(frozen=True, slots=True)
class Page:
    """A drawn page: `angle_deg` is what `deskew` should find."""

    image: Array
    angle_deg: float
    script: str
    layout: str
    scan: str


@cache
def _font(name: str, size: int) -> Any:
    if not name:  # the one that Pillow brings along
        return ImageFont.load_default(size)
    return ImageFont.truetype(name, size)


@dataclass(slots=True)
class Sheet:
    """A level sheet at twice its size, and what is needed to write on it."""

    draw: ImageDraw.ImageDraw
    width: int
    height: int
    rng: np.random.Generator
    letters: str
    font_name: str
    size: int

    @property
    def pitch(self) -> int:
        return round(1.45 * self.size)

    def word(self) -> str:
        parts = self.letters.split() if " " in self.letters else list(self.letters)
        chance = 1.0 / (1.0 + np.arange(len(parts)))
        count = int(self.rng.integers(1, 10))
        return "".join(self.rng.choice(parts, count, p=chance / chance.sum()))

    def line(self, x: float, y: float, width: float, size: int = 0) -> None:
        """Words from `x` on, on the baseline `y`, that fill at most `width`."""
        font = _font(self.font_name, size or self.size)
        end, space = x + width, 0.3 * (size or self.size)
        while True:
            word = self.word()
            length = font.getlength(word)
            if x + length > end:
                return
            self.draw.text((x, y), word, fill=INK, font=font, anchor="ls")
            x += length + space

    def block(self, x: float, top: float, width: float, bottom: float) -> None:
        """Paragraphs: full lines, the last of each short."""
        y, left = top, int(self.rng.integers(3, 9))
        while y < bottom:
            left -= 1
            self.line(x, y, width * (1 if left else self.rng.uniform(0.25, 0.9)))
            y += self.pitch * (1 if left else 1.6)
            left = left or int(self.rng.integers(3, 9))


def _columns(count: int) -> Callable[[Sheet], None]:
    def draw(sheet: Sheet) -> None:
        margin, gap = 0.1 * sheet.width, 0.04 * sheet.width
        width = (sheet.width - 2 * margin - (count - 1) * gap) / count
        for number in range(count):
            top = 0.1 * sheet.height + int(sheet.rng.integers(0, 2)) * sheet.pitch
            sheet.block(margin + number * (width + gap), top, width, 0.9 * sheet.height)

    return draw


def _table(sheet: Sheet) -> None:
    left, right = 0.1 * sheet.width, 0.9 * sheet.width
    top, rows, columns = 0.15 * sheet.height, int(sheet.rng.integers(8, 25)), 5
    deep, wide = 1.3 * sheet.pitch, (right - left) / columns
    for row in range(rows + 1):
        sheet.draw.line((left, top + row * deep, right, top + row * deep), fill=INK, width=3)
        for column in range(columns if row < rows else 0):
            x, y = left + column * wide + 12, top + (row + 0.7) * deep
            sheet.line(x, y, sheet.rng.uniform(0.3, 0.9) * wide)
    for column in range(columns + 1):
        x = left + column * wide
        sheet.draw.line((x, top, x, top + rows * deep), fill=INK, width=3)


def _form(sheet: Sheet) -> None:
    y = 0.12 * sheet.height
    while y < 0.85 * sheet.height:
        sheet.line(0.1 * sheet.width, y, 0.25 * sheet.width)
        if sheet.rng.random() < 0.5:
            sheet.draw.line((0.4 * sheet.width, y, 0.9 * sheet.width, y), fill=INK, width=3)
        else:
            box = (0.4 * sheet.width, y - 1.1 * sheet.size, 0.7 * sheet.width, y + 0.4 * sheet.size)
            sheet.draw.rectangle(box, outline=INK, width=3)
        y += 2.2 * sheet.pitch


def _letter(sheet: Sheet) -> None:
    y = sheet.rng.uniform(0.15, 0.4) * sheet.height
    for _ in range(3):
        sheet.line(0.12 * sheet.width, y, sheet.rng.uniform(0.5, 0.76) * sheet.width)
        y += sheet.pitch


def _poem(sheet: Sheet) -> None:
    y = 0.12 * sheet.height
    while y < 0.85 * sheet.height:
        for _ in range(4):
            sheet.line(0.15 * sheet.width, y, sheet.rng.uniform(0.25, 0.5) * sheet.width)
            y += sheet.pitch
        y += sheet.pitch


def _code(sheet: Sheet) -> None:
    y, indent = 0.1 * sheet.height, 0
    while y < 0.9 * sheet.height:
        x = 0.1 * sheet.width + 2 * indent * sheet.size
        if sheet.rng.random() > 0.15:
            sheet.line(x, y, sheet.rng.uniform(0.15, 0.55) * sheet.width)
        indent = int(np.clip(indent + sheet.rng.integers(-1, 2), 0, 4))
        y += sheet.pitch


def _receipt(sheet: Sheet) -> None:
    y = 0.06 * sheet.height
    while y < 0.9 * sheet.height:
        sheet.line(0.1 * sheet.width, y, sheet.rng.uniform(0.2, 0.5) * sheet.width)
        sheet.line(0.72 * sheet.width, y, 0.2 * sheet.width)
        y += sheet.pitch


def _figure(sheet: Sheet) -> None:
    """A picture of blots and a curve with its axes, and text below."""
    x0, x1 = 0.15 * sheet.width, 0.85 * sheet.width
    y0, y1 = 0.1 * sheet.height, 0.5 * sheet.height
    if sheet.rng.random() < 0.5:
        sheet.draw.line((x0, y0, x0, y1, x1, y1), fill=INK, width=4)
        across = np.linspace(0, 1, 200)
        waves = np.sin(across * sheet.rng.uniform(3, 20) + sheet.rng.uniform(0, 6))
        heights = (y0 + y1) / 2 + waves * 0.15 * sheet.height
        points = zip(x0 + across * (x1 - x0), heights, strict=True)
        sheet.draw.line([tuple(map(float, p)) for p in points], fill=INK, width=5)
    else:
        for _ in range(60):
            x, y = sheet.rng.uniform(x0, x1), sheet.rng.uniform(y0, y1)
            r, level = sheet.rng.uniform(10, 120), int(sheet.rng.integers(40, 220))
            box = (max(x - r, x0), max(y - r, y0), min(x + r, x1), min(y + r, y1))
            sheet.draw.ellipse(box, fill=level)
    sheet.block(0.1 * sheet.width, 0.55 * sheet.height, 0.8 * sheet.width, 0.9 * sheet.height)


def _half(side: str) -> Callable[[Sheet], None]:
    left, top, right, bottom = {
        "left": (0.08, 0.1, 0.45, 0.9),
        "right": (0.55, 0.1, 0.92, 0.9),
        "top": (0.1, 0.1, 0.9, 0.45),
    }[side]

    def draw(sheet: Sheet) -> None:
        wide, high = sheet.width, sheet.height
        sheet.block(left * wide, top * high, (right - left) * wide, bottom * high)

    return draw


LAYOUTS: dict[str, Callable[[Sheet], None]] = {
    "one column": _columns(1),
    "two columns": _columns(2),
    "three columns": _columns(3),
    "table": _table,
    "form": _form,
    "letter of three lines": _letter,
    "poem": _poem,
    "code": _code,
    "receipt": _receipt,
    "figure": _figure,
    "left half": _half("left"),
    "right half": _half("right"),
    "top half": _half("top"),
}

SCANS = ("clean", "dark", "noise", "shadow", "holes", "border")


def _punched(image: Image.Image) -> None:
    draw, (width, height) = ImageDraw.Draw(image), image.size
    for y in (0.35 * height, 0.65 * height):
        draw.ellipse((0.03 * width, y - 30, 0.03 * width + 60, y + 30), fill=20)


def _framed(image: Image.Image, angle_deg: float) -> Image.Image:
    """The scanner's black lid around paper that was cut askew: it lies at an angle of its own."""
    width, height = image.size
    paper = Image.new("L", image.size, 0)
    box = (0.05 * width, 0.05 * height, 0.95 * width, 0.95 * height)
    ImageDraw.Draw(paper).rectangle(box, fill=255)
    paper = paper.rotate(angle_deg, Image.Resampling.BICUBIC)
    return Image.composite(image, Image.new("L", image.size, 15), paper)


def _scanned(image: Array, scan: str, rng: np.random.Generator) -> Array:
    """What the scanner adds, level whatever the page's angle."""
    values = image.astype(float)
    if scan == "dark":
        values = 25 + 0.35 * values
    if scan == "shadow":
        edge = np.linspace(0, 1, values.shape[1])
        values *= 1 - 0.75 * np.exp(-edge / 0.06)
        values[: round(0.015 * values.shape[0])] *= 0.4
    values += rng.normal(0, {"noise": 25.0, "dark": 4.0, "clean": 0.0}.get(scan, 2.0), values.shape)
    return np.clip(values.round(), 0, 255).astype(np.uint8)


def drawn(
    seed: int, script: str, layout: str, scan: str, angle_deg: float, fonts: bool = True
) -> Page:
    """Draw one page; without `fonts` in the one that Pillow brings along."""
    rng = np.random.default_rng(seed)
    width, height = (520, 1100) if layout == "receipt" else (830, 1170)
    sheet_image = Image.new("L", (2 * width, 2 * height), PAPER)
    letters, name = SCRIPTS[script]
    size = int(rng.integers(22, 35))
    draw = ImageDraw.Draw(sheet_image)
    sheet = Sheet(draw, 2 * width, 2 * height, rng, letters, name if fonts else "", size)
    LAYOUTS[layout](sheet)
    if scan == "holes":
        _punched(sheet_image)
    rotated = sheet_image.rotate(angle_deg, Image.Resampling.BICUBIC, fillcolor=PAPER)
    if scan == "border":
        rotated = _framed(rotated, angle_deg + float(rng.uniform(-2, 2)))
    reduced = np.asarray(rotated.reduce(2))
    return Page(_scanned(reduced, scan, rng), angle_deg, script, layout, scan)


def orders(count: int, seed: int = 0, most_deg: float = 15.0, fonts: bool = True) -> list[Order]:
    """What `drawn` takes, for `count` pages over all scripts, layouts and scans."""
    rng = np.random.default_rng(seed)
    made = []
    for number in range(count):
        script = list(SCRIPTS)[number % len(SCRIPTS)] if fonts else "Latin"
        layout = list(LAYOUTS)[number % len(LAYOUTS)]
        scan = SCANS[int(rng.integers(len(SCANS)))]
        angle = float(rng.uniform(-most_deg, most_deg))
        made.append((seed * 100_003 + number, script, layout, scan, angle, fonts))
    return made
