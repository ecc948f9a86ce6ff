"""First sentences that name the nearest of many shapes: each is built from its words."""

import numpy as np

from algebra.words import NUMBER, WAY, by_axis, direction, explained, inner, same_way


def near_share(k, template, said, off=0.0051):
    return abs(explained(inner(k)[0], template) - said) <= off


def filled(k, match):
    """The window that the words name, and its places counted from its middle."""
    size = [int(n) for n in match[1].split(" x ")]
    moved = by_axis(match["moved"], k.ndim) if match["moved"] else np.zeros(k.ndim)
    places = grid(k, moved)
    inside = [np.abs(p) <= n / 2 - 0.25 for p, n in zip(places, size, strict=True)]
    box = np.logical_and(*inside)
    assert box.sum() == np.prod(size)
    return box, places


def box(k, answer, match, said):
    return near_share(k, filled(k, match)[0].astype(float), said)


def step(k, answer, match, said):
    """A ramp in the direction of the words gives a positive answer: taps fall along it."""
    window, places = filled(k, match)
    way = direction(match[2], k.ndim)
    template = window * np.sign(-sum(w * p for w, p in zip(way, places, strict=True)))
    falls = float((inner(k)[0] * template).sum()) > 0
    return falls and near_share(k, template, said)


def by_template(k, answer, match, said):
    return answer.template is not None and near_share(k, answer.template, said)


def tap(k, answer, match, said):
    taps, low = inner(k)
    moved = by_axis(match[1], k.ndim) if match.re.groups else np.zeros(k.ndim)
    at = tuple((moved + np.array(k.origin) - low).astype(int))
    return abs(abs(taps[at]) ** 2 / (np.abs(taps) ** 2).sum() - said) <= 0.0051


def grid(k, moved):
    """Places of the inner taps, counted from a point that lies `moved` from the origin."""
    taps, low = inner(k)
    return [
        at + first - origin - by
        for at, first, origin, by in zip(np.indices(taps.shape), low, k.origin, moved, strict=True)
    ]


def gaussian(k, answer, match, said):
    words, shift = match[1], match[2]
    moved = by_axis(shift, k.ndim) if shift else np.zeros(k.ndim)
    widths = np.full(k.ndim, np.inf)
    if not words.startswith("a level area"):
        given = by_axis(words.partition(", level")[0], k.ndim)
        widths = np.where(np.isnan(given), np.inf, given)
    places = grid(k, moved)
    bell = np.exp(-0.5 * sum((p / w) ** 2 for p, w in zip(places, widths, strict=True)))
    return near_share(k, bell, said, 0.006)


def gaussian_slope(k, answer, match, said):
    places = np.indices(answer.template.shape)
    way = np.array([-(answer.template * p).sum() for p in places])
    return same_way(match[1], way) and near_share(k, answer.template, said)


def curvature(k, answer, match, said):
    taps, _ = inner(k)
    way = direction(match[1], k.ndim) if match.re.groups else np.ones(1)
    middle = [(n - 1) / 2 for n in taps.shape]
    places = [at - m for at, m in zip(np.indices(taps.shape), middle, strict=True)]
    bell = np.exp(-0.5 * sum((p / answer.numbers["sigma"]) ** 2 for p in places))
    along = sum(w * p for w, p in zip(way, places, strict=True)) ** 2 * bell
    return near_share(k, along - bell * along.sum() / bell.sum(), said)


def line(k, answer, match, said):
    """Taps that are alike along one line, and nothing beside it."""
    kept = np.abs(answer.template) > 1e-9 * np.abs(answer.template).max()
    places = np.argwhere(kept) - np.argwhere(kept).mean(0)
    way = direction(match[1], k.ndim)
    beside = places - np.outer(places @ way, way)
    alike = np.ptp(answer.template[kept]) < 1e-9 * np.abs(answer.template).max()
    return np.abs(beside).max() < 1e-6 and alike and near_share(k, answer.template, said)


def gabor(k, answer, match, said):
    """The sinusoid under the Gaussian, built from the numbers, explains as much as is said."""
    numbers = answer.numbers
    cycles = float(match[1])
    wave = direction(match[2], k.ndim) * cycles
    taps, _ = inner(k)
    squeezed = taps.squeeze()
    used = [axis for axis, n in enumerate(taps.shape) if n > 1]
    precision = np.array(numbers["precision"])
    along = direction(match[2], k.ndim)[used]
    if match[3] and abs(float(match[3]) * np.sqrt(along @ precision @ along) - 1) > 5e-3:
        return False
    middle = np.array(numbers["centre"]).reshape(-1, *[1] * squeezed.ndim)
    away = np.indices(squeezed.shape) - middle
    bell = np.exp(-0.5 * np.einsum("a...,ab,b...->...", away, precision, away))
    phase = 2 * np.pi * np.einsum("a,a...->...", wave[used], away)
    if np.iscomplexobj(squeezed):
        basis = np.stack([(bell * np.exp(s * 1j * phase)).ravel() for s in (1, -1)], axis=1)
        shares = [explained(squeezed.ravel(), each) for each in basis.T]
        return abs(max(shares) - said) <= 0.0075
    basis = np.stack([(bell * np.cos(phase)).ravel(), (bell * np.sin(phase)).ravel()], axis=1)
    values = squeezed.ravel()
    found = basis @ np.linalg.lstsq(basis, values, rcond=None)[0]
    return abs(explained(values, found) - said) <= 0.0075


TEMPLATES = {
    r"The identity, but for a factor": tap,
    r"A shift by (.*)": tap,
    r"A blur: (a level area|a Gaussian of standard deviation .*?)(?:, moved by (.*))?": gaussian,
    r"A blur over (\d x \d) taps(?:, moved by (?P<moved>.*))?": box,
    rf"An edge detector: a difference over (\d x \d) taps {WAY}(?:, moved by (?P<moved>.*))?": step,
    rf"An edge detector: a Gaussian's slope {WAY}": gaussian_slope,
    rf"A line detector: the second derivative {WAY}": curvature,
    r"A Laplacian: the second derivative": curvature,
    rf"A motion blur {WAY}": line,
    rf"A Gabor: a sinusoid of {NUMBER} cycles per sample {WAY} under a Gaussian"
    rf"(?: of standard deviation {NUMBER} samples? that way)?": gabor,
    r"A saddle detector": by_template,
    r"A relief: a blur and a slope": by_template,
    r"A local jet: level, slope and curvature under one Gaussian": by_template,
    r"A Laplacian: a spot against its surroundings": by_template,
    r"A Laplacian: the sample itself against a blur": by_template,
    r"A sharpener: the sample itself less a blur": by_template,
    r"A centre-surround: a spot (?:with|against) a level area": by_template,
    r"A centre-surround: a blur less the sample itself": by_template,
    r"A blur: the sample itself and a Gaussian": by_template,
    r"A blur: flatter in the middle than a Gaussian": by_template,
    r"A blur along axes 1 and 2, weighted along axis 0": by_template,
    r"An edge detector along axes 1 and 2, of another direction at each place of axis 0": (
        by_template
    ),
}
