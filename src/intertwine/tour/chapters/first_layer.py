"""A first layer learned from the photo: independent components of its patches."""

from __future__ import annotations

import importlib.util
from collections import Counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from intertwine.tour import listing, pictures
from intertwine.tour.blocks import Block, Figure, Picture, Table
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed

TITLE = "A first layer, learned from this photo"

_SIDE, _COUNT = 7, 16
_PATCHES, _STEPS = 4000, 100
_MAPS = 3
_SIGMAS = 3  # a sparsity beyond so many standard errors of Gaussian noise counts
_SECTORS = ("0°, across upright edges", "45°", "90°, across level ones", "135°")

Taps = NDArray[Any]


_CODE = f"""
import warnings
from sklearn.decomposition import FastICA
from sklearn.exceptions import ConvergenceWarning

windows = np.lib.stride_tricks.sliding_window_view(x.astype(float), ({_SIDE}, {_SIDE}))
windows = windows.reshape(-1, {_SIDE * _SIDE})
patches = windows[np.random.default_rng(0).choice(len(windows), {_PATCHES}, replace=False)]
patches = patches - patches.mean(axis=1, keepdims=True)
whitener = iw.Whitener("pca", n_components={_COUNT}).fit(patches)
ica = FastICA(whiten=False, max_iter={_STEPS}, tol=1e-3, random_state=0)
with warnings.catch_warnings():
    warnings.simplefilter("ignore", ConvergenceWarning)  # ica.n_iter_ says it too
    ica.fit(whitener.transform(patches))

taps = (ica.components_ @ whitener.components_).reshape(-1, {_SIDE}, {_SIDE})
maps = iw.correlate(x.astype(float), taps, axes=(0, 1), mode="valid")
sparsity = (maps**4).mean(axis=(1, 2)) / (maps**2).mean(axis=(1, 2)) ** 2 - 3
order = np.argsort(-sparsity)
learned = [~iw.Kernel(taps[i]) for i in order]  # ~: convolution turns it back
answers = [k.describe() for k in learned]
print(ica.n_iter_, "steps; sparsity", sparsity[order].round(1))
print(answers[0])
"""
_CLASSICAL = """
classical = {
    "sobel(axis=1)": iw.kernels.sobel(axis=1),
    "sobel(axis=0)": iw.kernels.sobel(axis=0),
    "gabor(1.5, 0.25, 45)": iw.kernels.gabor(1.5, 0.25, 45, truncate=2),
    "laplacian()": iw.kernels.laplacian(),
}
named = {name: k.describe() for name, k in classical.items()}
print(*(answer.kind for answer in named.values()), sep=", ")
"""


def write(photo: Photo) -> list[Block]:
    opened: list[Block] = [
        "The kernels so far came from a formula, or from a filter to be found. The first layer of "
        "a neural network learns its own, and it can do so without a label: pictures are enough, "
        "even one. Look for kernels whose answers are **sparse**: nearly 0 at most places, large "
        "at a few. Such kernels have found the parts that a photo is made of. On photos of nature "
        "they come out like cells of our visual cortex (Olshausen and Field 1996; Bell and "
        "Sejnowski 1997)."
    ]
    classical = listing.run(photo, _CLASSICAL)
    if importlib.util.find_spec("sklearn") is None:
        return [
            *opened,
            "Learning them needs `pip install 'intertwine[search]'`. The classical ones need not "
            "be learned:",
            _classical(classical),
            classical.code("Kernels of the textbooks"),
        ]
    ran = listing.run(photo, _CODE)
    if ran.refusal:
        return [
            *opened,
            f"This photo has none to learn. Its patches of {_SIDE} × {_SIDE} pixels, each less its "
            f"mean, vary along fewer than {_COUNT} directions, and whitening says so:",
            Figure((pictures.grey(ran["x"], "The photo.", "The photo"),), "Too plain to learn of."),
            ran.code("A first layer, refused"),
        ]
    return [
        *opened,
        f"From {len(ran['windows']):,} patches of {_SIDE} × {_SIDE} of this photo, {_PATCHES:,} "
        f"are drawn at random. `iw.Whitener` keeps the {_COUNT} directions in which they vary most "
        "and makes these white; what is left is a rotation. **Independent component analysis** "
        f"(scikit-learn's `FastICA`) rotates them until the answers are least Gaussian. "
        f"{_settled(ran)}",
        _sheet(ran),
        _verdict(ran) + _enlarged(photo),
        _names(ran),
        _maps(ran),
        _table(ran),
        "Beside them, four that people chose, in the same drawing: the pattern that each looks "
        "for.",
        _classical(classical),
        ran.code("A first layer without a label"),
        classical.code("Kernels of the textbooks"),
    ]


def limit(ran: listing.Ran) -> float:
    """The sparsity that answers to Gaussian noise stay below, in 999 cases of 1000.

    Only patches that do not overlap count as samples: the excess kurtosis of n Gaussian ones has
    the standard error ``sqrt(24 / n)``.
    """
    return float(_SIGMAS * (24 / (ran["x"].size / _SIDE**2)) ** 0.5)


def _settled(ran: listing.Ran) -> str:
    steps = ran["ica"].n_iter_
    if steps < _STEPS:
        return f"It settles after {steps} steps."
    return f"It has not settled after {steps} steps."


def _verdict(ran: listing.Ran) -> str:
    """Whether there was anything to learn: noise gives kernels too, but no sparse ones."""
    sparse, most = int((ran["sparsity"] > limit(ran)).sum()), float(ran["sparsity"].max())
    told = (
        "Sparsity is measured by the excess kurtosis of a kernel's map: 0 for Gaussian noise, "
        f"whatever the kernel, and by chance up to {fixed(limit(ran))} here. "
    )
    if not sparse:
        return told + (
            f"The largest of these is {fixed(most)}: this photo has **no sparse structure to "
            "learn**. Kernels come out of any patches, of noise too."
        )
    return told + (
        f"Of the {_COUNT} kernels {sparse} exceed that, the first with {fixed(most, 1)}."
        + ("" if sparse == _COUNT else " The others are no sparser than those of noise.")
    )


def _enlarged(photo: Photo) -> str:
    if not any("enlarged" in note for note in photo.notes):
        return ""
    return (
        " This photo was enlarged, and what lies between its own pixels is smooth by construction: "
        "some of this structure is the interpolation's."
    )


def _names(ran: listing.Ran) -> str:
    """What `describe` calls the kernels, and which way those with a direction look."""
    answers = ran["answers"]
    kinds = Counter(answer.kind for answer in answers)
    nameless = kinds.pop("none of these", 0)
    if not kinds:
        return f"`Kernel.describe()` finds no name for any of the {_COUNT}."
    listed = ", ".join(f"{kind} {count}" for kind, count in kinds.most_common())
    told = f"`Kernel.describe()` looks at the taps alone and names {_COUNT - nameless}: {listed}. "
    angles = [
        answer.numbers["angle_deg"]
        for answer in answers
        if answer.kind in ("edge detector", "Gabor") and "angle_deg" in answer.numbers
    ]
    if not angles:
        return told + "None is an edge detector or a Gabor that has a direction."
    nearest = Counter(int((angle + 22.5) % 180 // 45) for angle in angles)
    ways = "; ".join(f"{nearest[place]} near {words}" for place, words in enumerate(_SECTORS))
    return told + f"The edge detectors and Gabors among them point this way: {ways}."


def _picture(taps: Taps, alt: str, label: str) -> Picture:
    reach = float(np.abs(taps).max()) or 1.0
    return pictures.enlarged(pictures.signed(taps, alt, label, reach))


def _sheet(ran: listing.Ran) -> Figure:
    panels = tuple(
        _picture(ran["taps"][place], f"Learned kernel {number}.", f"{number}: {answer.kind}")
        for number, (place, answer) in enumerate(zip(ran["order"], ran["answers"], strict=True), 1)
    )
    return Figure(
        panels, f"The {_COUNT} kernels that were learned, the sparsest first.", layout="sheet"
    )


def _classical(ran: listing.Ran) -> Figure:
    panels = tuple(
        _picture((~kernel).taps, f"The kernel {name}.", name)
        for name, kernel in ran["classical"].items()
    )
    said = "; ".join(f"`{name}`: {_first(answer)}" for name, answer in ran["named"].items())
    return Figure(panels, f"In their own words: {said}.", layout="sheet")


def _first(answer: object) -> str:
    """The sentence that names a kernel, without the one on what it does."""
    return str(answer).split(". ")[0].rstrip(".")


def _maps(ran: listing.Ran) -> Figure:
    shown = tuple(
        pictures.signed(
            ran["maps"][place], f"Map of learned kernel {number}.", f"Map of kernel {number}"
        )
        for number, place in enumerate(ran["order"][:_MAPS], 1)
    )
    return Figure(
        shown,
        f"What the first {_MAPS} kernels see of the photo: mid-grey is 0, and sparse maps are "
        "mostly mid-grey.",
        layout="tiles",
    )


def _table(ran: listing.Ran) -> Table:
    rows = tuple(
        (str(number), f"{_first(answer)}.", fixed(float(ran["sparsity"][place]), 1))
        for number, (place, answer) in enumerate(zip(ran["order"], ran["answers"], strict=True), 1)
    )
    return Table(
        "What each learned kernel is, decided from its taps.",
        ("Kernel", "In words", "Sparsity"),
        rows,
        texts=2,
    )
