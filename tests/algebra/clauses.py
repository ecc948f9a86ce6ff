"""The second sentence: flat areas, ramps, steps, sinusoids and noise go through."""

import itertools
import re

import numpy as np

from algebra.words import DIGITS, NUMBER, WAY, by_axis, direction, gain, gains, near, through


def flat(k, words):
    total = through(k, lambda *at: np.ones(k.shape))
    scale = np.abs(k.taps).sum(dtype=float if k.dtype.kind != "c" else complex).real
    rounding = max(4e-6, 4 * np.finfo(k.dtype).eps if k.dtype.kind in "fc" else 0)
    if words.endswith("become 0"):
        return abs(total) <= rounding * scale
    if words.endswith("stay"):
        return abs(total - 1) <= rounding * max(1, scale)
    text = words.removeprefix("flat areas are multiplied by ")
    if text.endswith("i"):
        return abs(total - complex(text.replace("i", "j"))) <= DIGITS * abs(total)
    return near(total, text, scale)


def ramp(k, words):
    match = re.fullmatch(rf"a ramp that rises 1 a sample {WAY} (gives|gains) {NUMBER}", words)
    way = direction(match[1], k.ndim)
    for start in (0.0, 7.0):

        def line(*at, start=start):
            return start + sum(w * n for w, n in zip(way, at, strict=True))

        kept = start * k.taps.sum()
        if not near(through(k, line) - kept, match[3], np.abs(k.taps).sum()):
            return False
    return True


def ramps_vanish(k, words):
    reach = np.abs(k.taps).sum() * max(k.shape)
    return all(abs(through(k, lambda *at, a=a: at[a])) <= 1e-6 * reach for a in range(k.ndim))


def parabola(k, words):
    scale = np.abs(k.taps).sum() * max(k.shape) ** 2
    values = [float(through(k, lambda *at, a=a: at[a] ** 2 / 2)) for a in range(k.ndim)]
    if words.endswith("become 0"):
        return max(map(abs, values)) <= 1e-6 * scale
    stated = by_axis(words.removeprefix("n²/2 gives "), k.ndim)
    return all(near(v, s, scale) for v, s in zip(values, stated, strict=True))


def product(k, words):
    match = re.fullmatch(
        rf"the product of the places along axes (\d+) and (\d+) gives {NUMBER}", words
    )
    a, b = int(match[1]), int(match[2])
    scale = np.abs(k.taps).sum() * max(k.shape) ** 2
    return near(through(k, lambda *at: at[a] * at[b]), match[3], scale)


def moved(k, words):
    total = k.taps.sum()
    means = [-float(through(k, lambda *at, a=a: at[a])) / total for a in range(k.ndim)]
    stated = by_axis(words, k.ndim)
    return all(near(m, s, max(k.shape)) for m, s in zip(means, stated, strict=True))


def step(k, words):
    match = re.fullmatch(
        rf"a step(?: along axis (\d+))? overshoots by {NUMBER} % of its height", words
    )
    axis = int(match[1] or 0)
    size = 2 * k.shape[axis]
    edge = [through(k, lambda *at, n=n: at[axis] + n >= 0) for n in range(-size, size)]
    edge = np.array(edge) / k.taps.sum()
    return near(100 * max(edge.max() - 1, -edge.min()), match[2], 1)


def sinusoid(k, words):
    highest = gains(k)[0].max()
    if words.startswith("no sinusoid"):
        stated = re.search(NUMBER + " times", words)
        return abs(highest / float(stated[1] if stated else 1) - 1) <= DIGITS
    ways = rf"{WAY}(?: and {WAY}| and in \d+ other directions)?"
    match = re.fullmatch(
        r"sinusoids are strongest at ([\d.e, and-]+?) cycles per sample"
        rf"(?: {ways})?(?:, among others)?, times {NUMBER}",
        words,
    )
    ways = [way for way in match.group(2, 3) if way] or ["along the axis"]
    for way, size in itertools.product(ways, re.findall(NUMBER, match[1])):
        found = gain(k, float(size) * direction(way, k.ndim))
        if abs(found - float(match[4])) > 2e-3 * found or highest > found * (1 + 2e-3):
            return False
    return True


def complex_sinusoid(k, words):
    match = re.fullmatch(
        rf"complex sinusoids are strongest at {NUMBER} cycles per sample, their phase growing "
        rf"{WAY}, times {NUMBER}",
        words,
    )
    found = gain(k, float(match[1]) * direction(match[2], k.ndim))
    return abs(found - float(match[3])) <= 2e-3 * found and gains(k)[0].max() <= found * 1.002


def noise(k, words):
    stated = float(re.search(NUMBER + "$", words)[1])
    least = {1: 4096, 2: 96, 3: 24}.get(k.ndim, 3)
    shape = [1 if n == 1 else max(n, least) for n in k.shape]
    drawn = np.random.default_rng(3).normal(size=shape)
    taps = k.taps / stated
    gain = np.fft.fftn(taps, drawn.shape, range(k.ndim))
    power = np.abs(gain) ** 2
    answer = np.fft.ifftn(np.fft.fftn(drawn) * gain)
    # The answer's power is that of the noise, weighed by the gain: chi-square of so many samples.
    error = np.sqrt(2 * (power**2).sum()) / power.sum()
    return abs((np.abs(answer) ** 2).mean() - 1) <= 5 * error + 2 * DIGITS


def rings(power, radius):
    """Means of the power by frequency, from 0.05 to 0.45 cycles per sample."""
    place = np.digitize(radius.ravel(), np.linspace(0.05, 0.45, 9))
    return np.array([power.ravel()[place == ring].mean() for ring in range(1, 9)])


def power_law(k, words):
    """A random field of that power comes out even, as far as a factor of 1.25 in gain."""
    match = re.fullmatch(
        r"its gain grows as f\^([\d.]+) from 0\.05 to 0\.45 cycles per sample: it whitens fields "
        r"whose power falls as f\^-([\d.]+)",
        words,
    )
    shape = [1 if n == 1 else max(n, {1: 8192, 2: 256, 3: 48}.get(k.ndim, 8)) for n in k.shape]
    radius = np.sqrt(sum(f**2 for f in np.meshgrid(*map(np.fft.fftfreq, shape), indexing="ij")))
    radius.flat[0] = 1
    drawn = np.fft.fftn(np.random.default_rng(4).normal(size=shape))
    field = drawn * radius ** (-float(match[2]) / 2)
    answer = rings(np.abs(field * np.fft.fftn(k.taps, shape, range(k.ndim))) ** 2, radius)
    before = rings(np.abs(field) ** 2, radius)
    slope = np.polyfit(np.log(np.linspace(0.075, 0.425, 8)), np.log(answer), 1)[0]
    even = answer.max() / answer.min() <= 1.25**4 and abs(slope) <= 0.2
    return (
        even
        and before.max() / before.min() > 4
        and (abs(float(match[2]) - 2 * float(match[1])) <= 0.11)
    )


def own_power(k, words):
    """The squared gain at both ends, around their rings."""
    match = re.fullmatch(
        rf"it whitens fields whose power is 1 / gain², which falls {NUMBER}-fold from 0\.05 to "
        r"0\.45 cycles per sample",
        words,
    )
    found, radius = gains(k, 8)
    low, high = (found[np.abs(radius - at) <= 0.01].mean() for at in (0.05, 0.45))
    return abs((high / low) ** 2 / float(match[1]) - 1) <= 0.1


CLAIMS = {
    "its gain grows as": power_law,
    "it whitens fields": own_power,
    "flat areas": flat,
    "a ramp that": ramp,
    "ramps become 0": ramps_vanish,
    "parabolas become 0": parabola,
    "n²/2 gives": parabola,
    "the product of": product,
    "the signal is moved by": moved,
    "a step": step,
    "sinusoids are": sinusoid,
    "no sinusoid": sinusoid,
    "complex sinusoids": complex_sinusoid,
    "noise of": noise,
}


def holds(k, words):
    """Whether the clause is one that is known, and true of `k`."""
    test = next((t for start, t in CLAIMS.items() if words.startswith(start)), None)
    return test is not None and bool(test(k, words))
