"""Sentences with numbers, each against NumPy and SciPy alone."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from scipy import fft, ndimage, signal

from intertwine.tour import chapters as modules
from intertwine.tour.blocks import Chapter, Figure, Folded, Table
from intertwine.tour.photo import Photo


def told(chapters: list[Chapter], module: Any) -> tuple[str, list[Table]]:
    """Everything that a chapter says, captions as well, and its tables."""
    blocks = chapters[modules.CHAPTERS.index(module)].blocks
    texts = [b for b in blocks if isinstance(b, str)]
    texts += [b.caption for b in blocks if isinstance(b, Figure | Table)]
    assert not any(isinstance(b, Folded) for b in blocks)
    return "\n".join(texts), [b for b in blocks if isinstance(b, Table)]


def numbers(pattern: str, text: str) -> list[float]:
    """The numbers that stand where `pattern` has a ``#``."""
    figure = r"(−?[\d,]*\.?\d+)"
    found = re.search(re.escape(pattern).replace(r"\#", figure), text.replace("\n", " "))
    assert found, pattern
    return [plain(each) for each in found.groups()]


def plain(text: str) -> float:
    return float(text.replace("−", "-").replace(",", "").strip(" %°"))


def grey_of(seen: Photo) -> np.ndarray:
    return seen.square().grey.astype(float)


def rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(np.square(values))))


def reflected(x: np.ndarray, taps: Any) -> np.ndarray:
    return ndimage.convolve(x, np.asarray(taps, float), mode="reflect")


def test_the_place_shown_is_the_strongest(chapters: list[Chapter], seen: Photo) -> None:
    text, _ = told(chapters, modules.dot_product)
    x = grey_of(seen)
    sizes = np.abs(reflected(x, [[2, 1, 0], [1, 1, -1], [0, -1, -2]]))
    rim, row, column = 12, *(int(n) for n in numbers("row #, column #", text))
    assert sizes[row, column] == sizes[rim:-rim, rim:-rim].max()
    assert numbers("whose level is #.", text) == [x[row, column]]


def test_sums_and_means_of_boxes(chapters: list[Chapter], seen: Photo) -> None:
    text, (_, by_boundary) = told(chapters, modules.feature_maps)
    x = grey_of(seen)
    ones = reflected(x, np.ones((3, 3)))
    assert numbers("would hold # numbers for # pixels", text) == [254 * 254 * 9, 65536]
    expected = [x.mean(), ones.mean()]
    assert numbers("is # before and # after, nine", text) == pytest.approx(expected, abs=0.0051)
    share = 100 * (ones > 255).mean()
    assert numbers("Undivided, # %", text) == pytest.approx([share], abs=0.051)
    weights = ndimage.uniform_filter(np.ones_like(x), 27, mode="constant")
    means = {"nearest": "nearest", "mirror": "mirror", "zero": "constant"}
    results = {n: ndimage.uniform_filter(x, 27, mode=m).mean() for n, m in means.items()}
    results["renormalize"] = (ndimage.uniform_filter(x, 27, mode="constant") / weights).mean()
    for row in by_boundary.rows:
        mean = results.get(row[0].strip("`"), x.mean())
        assert plain(row[1]) == pytest.approx(mean, abs=1e-5)
        assert plain(row[2]) == pytest.approx(100 * (mean / x.mean() - 1), abs=6e-5)


def test_channels(chapters: list[Chapter], seen: Photo) -> None:
    text, (table,) = told(chapters, modules.colours)
    rgb = seen.square().rgb.astype(float)
    edge = np.full((3, 3, 1), -1 / 8)
    edge[1, 1] = 1
    sizes = [rms(reflected(rgb, edge)[..., c]) for c in range(3)]
    assert [plain(row[3]) for row in table.rows] == pytest.approx(sizes, abs=0.006)
    means = sorted(rgb.mean(axis=(0, 1)))
    if means[0] < means[2]:
        said = numbers("mean level of #, and", text) + numbers("the darkest, with #.", text)
        assert said == pytest.approx([means[2], means[0]], abs=0.051)
    apart = np.abs(rgb @ (0.299, 0.587, 0.114) - grey_of(seen)).max()
    assert numbers("by at most #.", text) == pytest.approx([apart], abs=6e-4)


def test_classic_kernels(chapters: list[Chapter], seen: Photo) -> None:
    text, _ = told(chapters, modules.classics)
    x = grey_of(seen)
    edge = x - (reflected(x, np.ones((3, 3))) - x) / 8
    expected = [np.median(np.abs(edge)), x.std()]
    assert numbers("no larger than # levels; the levels themselves lie # from", text) == (
        pytest.approx(expected, abs=0.051)
    )
    down, right = (ndimage.sobel(x, axis=axis, mode="reflect") for axis in (0, 1))
    row, column, *slopes, steep = numbers(
        "is row #, column #, where the two slopes are # and # and the steepness is #.", text
    )
    at = int(row), int(column)
    assert np.hypot(down, right)[at] == np.hypot(down, right).max()
    found = [down[at], right[at], np.hypot(down, right)[at]]
    assert [*slopes, steep] == pytest.approx(found, abs=0.51)
    sharp = reflected(x, [[0, -1, 0], [-1, 5, -1], [0, -1, 0]])
    outside = 100 * ((sharp < 0) | (sharp > 255)).mean()
    said = numbers("now run from # to #; # %", text)
    assert said == pytest.approx([sharp.min(), sharp.max(), outside], abs=0.51)
    soft = ndimage.gaussian_filter(x, 2.0)
    steps = [rms(np.diff(each, axis=1)) for each in (x, soft)]
    assert numbers("is # levels before and # after.", text) == pytest.approx(steps, abs=0.006)
    bell = np.exp(-(np.arange(-8, 9) ** 2) / 8)
    bell /= bell.sum()
    assert numbers("shrink to # %", text) == pytest.approx([100 * bell @ bell], abs=0.51)
    assert numbers("of the # taps is #.", text) == pytest.approx([289, bell.max() ** 2], abs=6e-5)
    relief = reflected(x, [[2, 1, 0], [1, 1, -1], [0, -1, -2]]).std()
    assert numbers("is # levels before and # after. ", text + " ")[0] >= 0
    assert numbers("mean is # levels before and # after", text) == (
        pytest.approx([x.std(), relief], abs=0.051)
    )


def test_typical_sizes_of_the_gabor_maps(chapters: list[Chapter], seen: Photo) -> None:
    """Angles are counted on the screen: rows grow downwards, so that up is minus."""
    text, _ = told(chapters, modules.bank)
    x = grey_of(seen)
    down, right = np.mgrid[-7:8, -7:8]
    energy = np.zeros((3, 8))
    for i, period in enumerate((4, 6, 10)):
        for j, angle in enumerate(np.radians(np.arange(8) * 22.5)):
            along = right * np.cos(angle) - down * np.sin(angle)
            wave = np.exp(-(down**2 + right**2) / 12.5) * np.cos(2 * np.pi * along / period)
            taps = signal.convolve2d(wave, np.ones((2, 2)))
            taps -= taps.mean()
            maps = signal.fftconvolve(x, taps / np.linalg.norm(taps), mode="valid")
            energy[i, j] = np.square(maps).mean()
    widths = np.sqrt(energy.mean(axis=1))
    assert numbers("is #, #, # for the widths", text) == pytest.approx(widths, abs=0.051)
    by_angle = np.sqrt(energy.mean(axis=0))
    times = by_angle.max() / np.median(by_angle)
    angle = 22.5 * by_angle.argmax()
    if times >= 1.1:
        assert numbers("the direction #° is strongest, with # times", text) == (
            pytest.approx([angle, times], abs=0.0051)
        )
        period = (4, 6, 10)[energy.max(axis=1).argmax()]
        assert numbers("is that of # pixels at #°.", text)[0] == period
    else:
        assert numbers("the strongest, #°, has # times", text)[1] == pytest.approx(times, abs=0.006)


def test_scores_are_correlation_coefficients(chapters: list[Chapter], seen: Photo) -> None:
    text, _ = told(chapters, modules.person)
    x = seen.grey.astype(float)
    side = min(x.shape) // 4
    top, left = int(0.3 * x.shape[0]) - side // 2, x.shape[1] // 2 - side // 2
    assert numbers("× # pixels from row #, column #.", text) == [side, top, left]
    face = x[top : top + side, left : left + side]
    second = re.search(r"next best place has (\d\.\d\d)", text)
    if second:
        box = np.ones((side, side))
        mean = signal.fftconvolve(x, box, mode="valid") / side**2
        square = signal.fftconvolve(x**2, box, mode="valid") / side**2
        cross = signal.fftconvolve(x, (face - face.mean())[::-1, ::-1], mode="valid")
        scores = cross / (side**2 * face.std() * np.sqrt(np.maximum(square - mean**2, 1e-9)))
        assert (np.abs(scores - float(second[1])) < 0.006).any()
        assert float(second[1]) <= scores.max()


def test_the_circle_keeps_what_the_fourier_transform_says(
    chapters: list[Chapter], seen: Photo
) -> None:
    text, (quality, swing) = told(chapters, modules.low_pass_circle)
    x = grey_of(seen)
    spectrum = np.fft.fft2(x)
    steps = np.fft.fftfreq(256)
    radius = np.add.outer(steps**2, steps**2)
    better = 0
    for row in quality.rows:
        share = plain(row[0]) / 100
        kept = np.round(np.fft.ifft2(np.where(radius <= share / np.pi, spectrum, 0)).real)
        psnr = 20 * np.log10(255 / rms(np.clip(kept, 0, 255) - x))
        assert plain(row[2]) == pytest.approx(psnr, abs=0.05)
        better += plain(row[4]) > plain(row[2])
    assert f"in {better} of 3 rows" in text
    assert plain(swing.rows[0][1]) == pytest.approx(8.95, abs=0.1)  # Gibbs


def test_flows_solve_their_equation(chapters: list[Chapter], seen: Photo) -> None:
    """Mirrored at the rim the walk is diagonal in cosines, with the rate of each cosine known."""
    text, _ = told(chapters, modules.propagator)
    x = grey_of(seen)
    chance = 1 / (8 + np.exp(9.0))  # of each of the eight places around
    wave = np.cos(np.pi * np.arange(256) / 256)
    rate = chance * (np.add.outer(2 * wave, 2 * wave) + 4 * np.outer(wave, wave) - 8)
    spectrum = fft.dctn(x, norm="ortho")
    moved = [np.abs(fft.idctn(spectrum * np.exp(rate * t), norm="ortho") - x).max()
             for t in (1, 100, 3000)]  # fmt: skip
    said = numbers("# for flow(1), # for flow(100), # for flow(3000).", text)
    assert said == pytest.approx(moved, abs=0.06)
    step = np.abs(fft.idctn(spectrum * rate, norm="ortho")).max()
    assert numbers("at most # levels", text) == pytest.approx([step], abs=6e-4)


def test_entropies(chapters: list[Chapter], seen: Photo) -> None:
    _, (table,) = told(chapters, modules.diffusion)
    x = grey_of(seen)
    wave = (np.pi * np.arange(256) / 256) ** 2
    for row in table.rows:
        decay = np.exp(-plain(row[0]) * np.add.outer(wave, wave))
        cells = fft.idctn(fft.dctn(x, norm="ortho") * decay, norm="ortho")
        share = np.clip(cells / cells.sum(), 1e-300, None)
        assert plain(row[2]) == pytest.approx(-(share * np.log(share)).sum(), abs=2e-4)
        assert plain(row[3]) == pytest.approx(cells.std(), abs=0.06)


def test_a_row_is_explained_as_least_squares_explain_it(
    chapters: list[Chapter], seen: Photo
) -> None:
    text, tables = told(chapters, modules.row_as_series)
    row = grey_of(seen)[128]
    (order,) = (int(n) for n in numbers("there should be: # of at most 6", text))
    assert order == (len(tables[0].rows) - 1 if tables else 0)
    lagged = np.stack([row[order - lag - 1 : 255 - lag] for lag in range(order)] or [row * 0])
    design = np.vstack([np.ones(lagged.shape[1]), lagged]).T
    target = row[order:]
    left = target - design @ np.linalg.lstsq(design, target, rcond=None)[0]
    explained = 100 * (1 - np.mean(left**2) / row.var())
    assert numbers("explains # %", text) == pytest.approx([explained], abs=1.5)


def test_the_forecast_is_compared_with_what_came(chapters: list[Chapter]) -> None:
    from intertwine.tour.passengers import PASSENGERS

    text, _ = told(chapters, modules.forecast)
    naive = np.abs(np.tile(PASSENGERS[108:120], 2) - PASSENGERS[120:]).mean()
    error, said = numbers(
        "error is # thousand passengers; repeating the year before would miss by #.", text
    )
    assert said == pytest.approx(naive, abs=0.051)
    assert error == pytest.approx(39.4, abs=0.3)  # statsmodels: 39.45


def test_correlations_and_axes_of_the_colours(chapters: list[Chapter], seen: Photo) -> None:
    text, (axes,) = told(chapters, modules.whitened)
    rgb, x = seen.square().rgb.reshape(-1, 3).astype(float), grey_of(seen)
    colour = np.corrcoef(rgb[:, 0], rgb[:, 1])[0, 1]
    beside = np.corrcoef(x[:, 1:].ravel(), x[:, :-1].ravel())[0, 1]
    said = numbers("green correlate by #, and pixels side by side by #", text)
    assert said == pytest.approx([colour, beside], abs=0.0051)
    values = np.sort(np.linalg.eigvalsh(np.cov(rgb.T)))[::-1]
    shares = 100 * values / values.sum()
    varying = np.round(shares[: len(axes.rows)], 9)  # of a grey photo one axis varies
    assert [plain(row[4]) for row in axes.rows] == pytest.approx(varying, abs=0.051)
    assert varying.sum() == pytest.approx(100)
    rng = np.random.default_rng(0)
    left, right = (rng.choice(half.ravel(), 40, replace=False) for half in (x[:, :128], x[:, 128:]))
    (apart,) = (float(n) for n in re.findall(r"difference of means (-?[\d.]+)", text))
    assert apart == pytest.approx(left.mean() - right.mean(), rel=1e-3)
