"""One row of the photo as a signal: samples in place, waves in frequency, mixing as a product."""

from __future__ import annotations

import numpy as np

from intertwine.tour import listing, pictures, plots
from intertwine.tour.blocks import Block, Figure, Table
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed, power

TITLE = "From time to frequency"

_WAVES = (0, 1, 4, 16, 64, 128)
_HEIGHT = 64
_RATE_HZ, _NOTES_HZ, _CUT_HZ = 8000, (110, 440, 1760), 600


_ROW = f"""
row = x[x.var(axis=1).argmax()].astype(float)  # the row with the most contrast
spectrum = np.fft.rfft(row)
sums = {{
    waves: np.fft.irfft(np.where(np.arange(129) <= waves, spectrum, 0)) for waves in {_WAVES}
}}
k = iw.kernels.gaussian(2.0)
gap = iw.fourier.theorem_gap(row, k)
schemes = iw.fourier.padding_schemes(row, k)
print(f"{{gap:.0e}}")
"""
_SOUND = f"""
rate = {_RATE_HZ}  # samples a second
seconds = np.arange(2 * rate) / rate
noise = 0.01 * np.random.default_rng(0).normal(size=seconds.size)
sound = noise + sum(np.sin(2 * np.pi * note * seconds) / 3 for note in {_NOTES_HZ})

tone = iw.fourier.low_pass({_CUT_HZ} / rate, "butterworth")
softer = tone @ sound
before, after = (iw.fourier.octave_bands(each, rate) for each in (sound, softer))
click = np.eye(1, 4096, 2048)[0]  # one sample of 1 holds every frequency alike
response = 20 * np.log10(np.abs(np.fft.rfft(tone @ click)))
for middle, one, two in zip(before.middles_hz, before.level_db, after.level_db):
    print(f"{{middle:6g}} Hz {{one:6.1f}} dB {{two:6.1f}} dB")
"""


def write(photo: Photo) -> list[Block]:
    ran = listing.run(photo, _ROW)
    row = ran["row"]
    at = int(ran["x"].var(axis=1).argmax())
    return [
        "A sound is pressure after time, a row of pixels is brightness after place. Both can be "
        "written another way: as a sum of waves, each with its own fineness, strength and start. "
        "The list of strengths and starts is the **spectrum**; nothing is lost, and the way back "
        "is the same sum again.",
        f"Here is row {at} of the photo's square, {_contrast(row)}, and what the sum "
        "has reached after more and more waves, from coarse to fine.",
        _sums(ran),
        _table(ran),
        "Why take the detour? Because in this list **convolution is multiplication**: what took a "
        "sum over a window at every pixel is one product for each wave. This is the convolution "
        "theorem, F(k * x) = F(k) F(x). Measured on this row with a Gaussian kernel of "
        f"{ran['k'].size} taps, the two sides differ by {power(ran['gap'])} of their size: "
        "nothing but rounding.",
        "The wave of the list repeats for ever, so the end of the row stands beside its "
        "beginning. Who forgets to add zeros gets the end of the answer on top of its start.",
        _schemes(ran),
        ran.code("A row, sums of its waves, and how well the theorem holds"),
        *_equaliser(listing.run(photo, _SOUND)),
    ]


def _contrast(row: np.ndarray) -> str:
    return "the one with the most contrast" if np.ptp(row) else "flat like all the others"


def _equaliser(ran: listing.Ran) -> list[Block]:
    before, after, response = ran["before"], ran["after"], ran["response"]
    frequencies = np.fft.rfftfreq(4096, 1 / _RATE_HZ)
    top = _NOTES_HZ[-1]
    band = int(np.abs(np.log(before.middles_hz / top)).argmin())
    fallen = float(before.level_db[band] - after.level_db[band])
    told = float(np.interp(top, frequencies, response))
    notes = ", ".join(map(str, _NOTES_HZ[:-1]))
    return [
        "An **equaliser** shows the spectrum of a sound in bars, one for each octave, and its "
        f"sliders multiply it. This sound is made by formula: {notes} and {top} Hz, equally "
        "strong, and a little noise. A low-pass filter multiplies each wave by a number that "
        "depends on its frequency alone. That is its **response curve**:",
        plots.equaliser(before, after, frequencies, response),
        f"The bar of the octave around {before.middles_hz[band]:g} Hz holds the highest note. It "
        f"falls by {fixed(fallen, 1)} decibels; the curve stands at {fixed(told, 1)} decibels at "
        f"{top} Hz.",
        ran.code("A sound, its octaves before and after a filter, and the filter's response"),
    ]


def _sums(ran: listing.Ran) -> Figure:
    panels = [pictures.grey(_strip(ran["row"]), "The row, drawn tall.", "The row")]
    for waves in _WAVES[:-1]:
        label = "Mean" if waves == 0 else f"{waves} wave{'s' if waves > 1 else ''}"
        shown = _strip(ran["sums"][waves])
        panels.append(pictures.grey(shown, f"The sum of the mean and {waves} waves.", label))
    return Figure(tuple(panels), "One row of pixels, and sums of its waves.", layout="tiles")


def _strip(row: np.ndarray) -> np.ndarray:
    return np.repeat(row[None, :], _HEIGHT, axis=0)


def _table(ran: listing.Ran) -> Table:
    row = ran["row"]
    spread = float(np.sum(np.square(row - row.mean())))
    rows = []
    for waves in _WAVES[1:]:
        left = float(np.sum(np.square(row - ran["sums"][waves])))
        share = f"{fixed(100 * (1 - left / spread), 1)} %" if spread else "–"
        rows.append((f"{waves}", share, fixed((left / len(row)) ** 0.5, 2)))
    return Table(
        "How much of the row's variance the waves hold (Parseval: squares add up the same in "
        "both lists), and the typical error of the sum in grey levels.",
        ("Waves", "Share of the variance", "Error left"),
        tuple(rows),
    )


def _schemes(ran: listing.Ran) -> Table:
    return Table(
        "Three ways to convolve by transforms: the largest error when done right, and, with the "
        "rule forgotten, the largest error in grey levels and how many samples are wrong.",
        ("Way", "Rule", "Error", "Error, rule forgotten", "Samples wrong"),
        tuple(
            (s.name, s.rule, power(s.error), fixed(s.misuse_error, 2), f"{s.wrong}")
            for s in ran["schemes"]
        ),
        texts=2,
    )
