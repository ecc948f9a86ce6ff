"""The first sentence: its name, and every number in it, put to the test."""

import itertools
import re

import numpy as np

from algebra.collection import henderson as hendersons
from algebra.heads_of_templates import TEMPLATES
from algebra.words import (
    DIGITS,
    NUMBER,
    WAY,
    by_axis,
    curvature_of,
    direction,
    explained,
    gain,
    gains,
    inner,
    near,
    same_way,
    slope_of,
    through,
)

SHARE = re.compile(r", (\d+) % of its energy$")
TIMES = rf"(?:, times {NUMBER})?"
EXACT = 1e-3  # of the norm: what names of exact taps may be off


def one_tap(k, match):
    taps, low = inner(k)
    moved = low - np.array(k.origin)
    stated = by_axis(match[1], k.ndim) if match[1] else np.zeros(k.ndim)
    value = complex((match[2] or "1").replace("i", "j"))
    same = abs(taps.item() - value) <= DIGITS * abs(value)
    return taps.size == 1 and (moved == stated).all() and same


def nothing(k, match):
    return not k.taps.any()


def blur(k, match):
    total = k.taps.sum()
    mean = [-through(k, lambda *at, a=a: at[a]) / total for a in range(k.ndim)]
    covariance = curvature_of(k, mean) / total
    widths = np.sqrt(np.maximum(np.diag(covariance), 0))
    values, ways = np.linalg.eigh(covariance)
    if "in every direction" in match[1]:
        stated = np.full(k.ndim, float(re.match(NUMBER, match[1])[1]))
        if (np.abs(np.sqrt(values) - stated) > 2 * DIGITS * stated).any():
            return False
    else:
        stated = by_axis(match[1], k.ndim)
    if (np.abs(widths - stated) > 2 * DIGITS * stated).any():
        return False
    if match[2] is not None and not (
        near(np.sqrt(values[-1]), match[2], 0) and same_way(match[3], ways[:, -1], False)
    ):
        return False
    return near(total, match[4] or "1", 0)


def motion(k, match):
    total = k.taps.sum()
    mean = [-through(k, lambda *at, a=a: at[a]) / total for a in range(k.ndim)]
    values, ways = np.linalg.eigh(curvature_of(k, mean) / total)
    length = np.sqrt(max(12 * values[-1] + 1 - 12 * values[0], 1))
    return (
        near(length, match[1], 0)
        and same_way(match[2], ways[:, -1], False)
        and near(total, match[3] or "1", 0)
    )


def sharpener(k, match):
    found, _ = gains(k, 8)
    return abs(found.max() / abs(k.taps.sum()) - float(match[1])) <= 2e-3 * float(match[1])


def lit(k, match):
    """A slope that faces the light is bright: it falls towards the light."""
    sides = {"the right": "to the right", "the left": "to the left"}
    sides |= {"above": "upwards", "below": "downwards"}
    way = direction(sides.get(match[1], f"at {match[1]}"), 2)
    face = through(k, lambda y, x: -(way[0] * y + way[1] * x))
    across = through(k, lambda y, x: way[1] * y - way[0] * x)
    return face > 0 and abs(across) <= np.deg2rad(0.06) * face


def slopes(k, match):
    return same_way(match[1], slope_of(k))


def averages(k, match):
    """The centres of the positive and of the negative taps, which weigh the same."""
    taps = [np.maximum(sign * np.asarray(k.taps, float), 0) for sign in (1, -1)]
    at = np.indices(k.shape)
    plus, minus = ([float((a * t).sum() / t.sum()) for a in at] for t in taps)
    between = np.subtract(minus, plus)  # the answer takes the signal at minus the place
    even = abs(taps[0].sum() - taps[1].sum()) <= 1e-5 * taps[0].sum()
    return even and near(np.linalg.norm(between), match[1], 0) and same_way(match[2], between)


def smoothed_slope(k, match):
    return same_way(match[1], slope_of(k))


def laplacian(k, match):
    values = np.linalg.eigvalsh(curvature_of(k))
    return values.min() * values.max() > 0


def line(k, match):
    values, ways = np.linalg.eigh(curvature_of(k))
    main = ways[:, np.abs(values).argmax()]
    return (
        same_way(match[1], main, False) and np.sort(np.abs(values))[-2] <= 0.1 * abs(values).max()
    )


def saddle(k, match):
    values = np.linalg.eigvalsh(curvature_of(k))
    return values.min() * values.max() < 0


ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6}


def higher(k, match):
    """Polynomials of lower orders nearly vanish, and one of this order does not."""
    order = ORDINALS.get(match[1]) or int(match[1].removesuffix("th"))
    taps = k.taps / np.abs(k.taps).sum()
    places = np.indices(k.shape) - (np.array(k.shape) - 1).reshape(-1, *[1] * k.ndim) / 2

    def answers(total):
        every = (a for a in itertools.product(range(total + 1), repeat=k.ndim) if sum(a) == total)
        for a in every:
            monomial = np.prod([p**n for p, n in zip(places, a, strict=True)], axis=0)
            weight = np.abs(taps * monomial).sum()
            yield a, (taps * monomial).sum() / weight if weight else 0.0

    if any(abs(v) > 0.1 for n in range(order) for _, v in answers(n)):
        return False
    return max(abs(v) for _, v in answers(order)) > 0.1


def differences(k, match):
    orders = np.zeros(k.ndim, int)
    for order, axis in re.findall(r"order (\d+) along axis (\d)", match[1]):
        orders[int(axis)] = int(order)
    taps, _ = inner(k)
    lines = []
    for n, p in zip(taps.shape, orders, strict=True):
        made = np.ones(1)
        for step in [1] * (n - 1 - p) + [-1] * p:
            made = np.convolve(made, [1, step])
        lines.append(made)
    return explained(taps, np.multiply.outer(*lines)) > 1 - EXACT**2


def saddle_of_slopes(k, match):
    return differences(k, {1: "order 1 along axis 0 and order 1 along axis 1"})


def cosines(k, match):
    orders = np.zeros(k.ndim, int)
    for order, axis in re.findall(r"(\d+) half periods?(?: along axis (\d))?", match[1]):
        orders[int(axis or 0)] = int(order)
    taps, _ = inner(k)
    grid = np.indices(taps.shape)
    each = [
        np.cos(np.pi * (at + 0.5) * u / n)
        for at, u, n in zip(grid, orders, taps.shape, strict=True)
    ]
    return explained(taps, np.prod(each, axis=0)) > 1 - EXACT**2


def fitted_polynomial(k, match):
    """Windows are fitted, and the fit's value, slope or curvature is that of the kernel."""
    what, degree, size, factor = match.groups()
    order = ("value", "slope", "curvature").index(what)
    taps, _ = inner(k)
    at = np.arange(int(size)) - int(size) // 2
    for window in np.random.default_rng(1).normal(size=(5, int(size))):
        wanted = np.polyder(np.poly1d(np.polyfit(at, window, int(degree))), order)(0)
        wanted *= float(factor or 1)
        if abs(taps[::-1] @ window - wanted) > EXACT * np.linalg.norm(taps) * np.linalg.norm(
            window
        ):
            return False
    return taps.size == int(size)


def henderson(k, match):
    taps, _ = inner(k)
    known = {n: t for n, _, t in hendersons()}.get(f"henderson {match[1]}")
    if known is not None and explained(taps, known) < 1 - EXACT**2:
        return False
    return taps.size == int(match[1]) and near(taps.sum(), match[2] or "1", 0)


def cubics_stay(k, match):
    scale = np.abs(k.taps).sum() * max(k.shape) ** 3
    return all(abs(through(k, lambda n, p=p: n**p) - (p == 0)) <= 1e-6 * scale for p in range(4))


def daubechies(k, match):
    taps, _ = inner(k)
    order = int(match[2])
    shifts = [taps[2 * m :] @ taps[: taps.size - 2 * m] for m in range(1, taps.size // 2)]
    line = taps * (-1.0) ** np.arange(taps.size) if match[1] == "low" else taps
    at = np.arange(taps.size) / taps.size
    gone = [abs(line @ at**p) for p in range(order)]
    return max([*map(abs, shifts), *gone]) < 1e-6 and taps.size == 2 * order


def ripple(k, match):
    rise = np.outer([1, np.sqrt(2), 1], [-1, 0, 1])
    products = [abs((k.taps * gradient).sum()) for gradient in (rise, rise.T)]
    return max(products) < 1e-6 and np.allclose(k.taps, -np.flip(k.taps))


def even_band(k, match):
    found, radius = gains(k, 2)
    low, high = band_edges(match[2])
    inside = (radius >= low) & (radius <= high)
    inside = ~inside if match[1] == "band-stop" else inside
    if not inside.any():
        return False
    measured = found[inside].sum() ** 2 / (inside.sum() * (found**2).sum())
    return abs(100 * measured - float(match[3])) < 1.5


def all_pass(k, match):
    found, _ = gains(k, 2)
    return abs(100 * found.sum() ** 2 / (found.size * (found**2).sum()) - float(match[1])) < 1.5


def band_edges(words):
    numbers = [float(n) for n in re.findall(NUMBER, words)]
    if words.startswith("up to"):
        return (0.0, numbers[0])
    return (numbers[0], numbers[1] if len(numbers) > 1 else np.inf)


def butterworth(k, match):
    found, radius = gains(k, 2)
    order, edge = int(match[2]), float(match[3])
    lines = [radius / edge]
    if k.ndim == 1:
        lines.append(np.tan(np.pi * np.minimum(radius, 0.4999)) / np.tan(np.pi * edge))
        end = gain(k, [0.0 if match[1] == "low" else 0.5])
        if abs(gain(k, [edge]) / end - 0.5**0.5) > 0.05 * 0.5**0.5:
            return False
    shares = []
    for line in lines:
        low = 1 / (1 + line ** (2 * order))
        shape = np.sqrt(low if match[1] == "low" else 1 - low)
        shares.append((found * shape).sum() ** 2 / ((found**2).sum() * (shape**2).sum()))
    return min(abs(100 * share - float(match[4])) for share in shares) < 1.5


def differentiator(k, match):
    found, radius = gains(k, 2)
    shape = radius * (radius <= float(match[1]))
    measured = (found * shape).sum() ** 2 / ((found**2).sum() * (shape**2).sum())
    return abs(100 * measured - float(match[2])) < 1.5


def hilbert(k, match):
    found, _ = gains(k, 2)
    taps, _ = inner(k)
    middle = (taps.size - 1) / 2
    turned = [
        np.exp(-2j * np.pi * f * (np.arange(taps.size) - middle)) @ taps
        for f in np.linspace(0.01, 0.49, 40)
    ]
    inside = found >= 0.5 * found.max()
    even = found[inside].sum() ** 2 / (inside.sum() * (found**2).sum())
    return np.abs(np.real(turned)).max() < 1e-9 * np.abs(taps).sum() and (
        abs(100 * even - float(match[1])) < 1.5
    )


def pattern(k, match):
    taps, _ = inner(k)
    size = abs(taps.sum()) <= 1e-5 * np.abs(taps).sum() and abs((taps**2).sum() - 1) <= 1e-4
    return taps.size == int(match[1]) and size


def no_wave(k, match):
    return k.dtype.kind == "c"


def anything(k, match):
    return True


#: What a head says, and the test of it; the share of the energy is tested apart.
HEADS = {
    r"Every tap is 0: everything becomes 0": nothing,
    r"The identity: everything stays()(?:, times (\S+))?": one_tap,
    r"A shift: everything moves by (.*?)(?:, times (\S+))?": one_tap,
    r"A blur(?: by a box of [\d x]+ samples)?: standard deviation (.*?)"
    rf"(?:; widest, {NUMBER} samples?, {WAY})?{TIMES}": blur,
    rf"A motion blur: a line of about {NUMBER} samples? {WAY}{TIMES}": motion,
    rf"A sharpener: details come out up to {NUMBER} times as strong as flat areas": sharpener,
    r"An emboss: the picture looks lit from (the right|the left|above|below|.* degrees)": lit,
    rf"An edge detector of slopes {WAY}(?:: a compass mask of Kirsch)?": slopes,
    r"An edge detector: the difference of two averages whose centres lie "
    rf"{NUMBER} samples? apart {WAY}": averages,
    rf"An edge detector: the slope of a smoothed signal {WAY}": smoothed_slope,
    r"A Laplacian: the second derivative(?: in every direction)? of a smoothed signal": laplacian,
    rf"A line detector: the second derivative of a smoothed signal {WAY}": line,
    r"A saddle detector: a mixed second derivative of a smoothed signal": saddle,
    r"(?:A mixed derivative: the|The) (\w+) derivative(?: \(.*\))? of a smoothed signal": higher,
    r"A mixed derivative: differences of (.*) of a binomial": differences,
    r"A saddle detector: a slope of slopes": saddle_of_slopes,
    r"A DCT basis function: a cosine of (.*)": cosines,
    r"An? (?:smoother|edge detector|Laplacian): the (value|slope|curvature), in the middle, of the "
    rf"polynomial of degree (\d+) that fits (\d+) samples best \(Savitzky-Golay\){TIMES}": (
        fitted_polynomial
    ),
    rf"A smoother: Henderson's average of (\d+) terms{TIMES}": henderson,
    r"A smoother: cubics stay": cubics_stay,
    r"A (low|high)-pass filter: Daubechies' wavelet filter of (\d+) vanishing moments": daubechies,
    r"A ripple of Frei and Chen: .*": ripple,
    r"An all-pass filter: near an even gain at every frequency, (\d+) % of its energy": all_pass,
    r"A (\S+) filter: near an even gain ((?:up to|from|outside) .*) cycles per sample, (\d+) % "
    r"of its energy": even_band,
    rf"A (low|high)-pass filter: near Butterworth's gain of order (\d) with its edge at {NUMBER} "
    r"cycles per sample, (\d+) % of its energy": butterworth,
    rf"A differentiator: near a gain that grows with frequency up to {NUMBER} cycles per sample, "
    r"(\d+) % of its energy": differentiator,
    r"A Hilbert transformer: sinusoids turn by 90 degrees about its middle, their gain even where "
    r"it is above half of the largest, (\d+) % of its energy": hilbert,
    r"A matched pattern: (\d+) taps of mean 0 and sum of squares 1, .*": pattern,
    r"None of these: no family is near": anything,
    r"None of these: its taps are complex and are no wave under a Gaussian": no_wave,
}


def holds(k, answer, head):
    """Whether the first sentence is one that is known, and true of `k`."""
    for words, test in HEADS.items():
        if match := re.fullmatch(words, head):
            return bool(test(k, match))
    share = SHARE.search(head)
    bare = SHARE.sub("", head)
    if bare.startswith("None of these: nearest is "):
        bare = bare.removeprefix("None of these: nearest is ")
        bare = bare[0].upper() + bare[1:]
    elif share and int(share[1]) < 80:
        return False
    said = int(share[1]) / 100 if share else 1.0
    if any(re.fullmatch(words, bare) for words in HEADS):
        if not share_holds(k, answer, said):
            return False
        return any(
            bool(test(k, match)) for w, test in HEADS.items() if (match := re.fullmatch(w, bare))
        )
    for words, test in TEMPLATES.items():
        if match := re.fullmatch(words, bare):
            return bool(test(k, answer, match, said))
    return False


def share_holds(k, answer, said):
    return answer.template is not None and (
        abs(explained(inner(k)[0], answer.template) - said) <= 0.0051
    )
