"""The slow twin: convolution as plain loops, straight from the formulas.

::

    convolve    y[n] = sum_j k[j]       * x[n + (c - j) * d]
    correlate   y[n] = sum_j conj(k[j]) * x[n + (j - c) * d]

on every axis, with origin ``c`` and dilation ``d``. Integers are summed as Python integers, all
else in long double. Nothing of the library is imported. Samples that are missing are left out::

    y[n] = sum(k) * sum_present k * x / sum_present k        NaN where too little is present
"""

from fractions import Fraction
from functools import lru_cache
from itertools import product

import numpy as np

#: Where the weight that is present falls below this share of sum|k| the answer is NaN.
LEAST_WEIGHT = 1e-9

#: What lies beyond the ends of several axes at once is told by the first of these among them.
ABSENT = ("renormalize", "zero", "constant")


@lru_cache
def period(n, boundary):
    """Return the samples that the endless line repeats, or None where it repeats none."""
    forth = list(range(n))
    back = {"symmetric": forth[::-1], "mirror": forth[-2:0:-1], "wrap": []}
    return forth + back[boundary] if boundary in back else None


def fold(index, n, boundary):
    """Return which of ``n`` samples stands at `index` of the endless line, or None."""
    if 0 <= index < n:
        return index
    if boundary == "nearest":
        return 0 if index < 0 else n - 1
    line = period(n, boundary)
    return line and line[index % len(line)]


def windows(flip, n, size, origin, boundary, mode="same", stride=1, dilation=1):
    """Return for each output on one axis the samples under its `size` taps, in their order."""
    reach = (size - 1) * dilation
    lead = {"same": origin * dilation, "full": 0 if flip else reach, "valid": reach if flip else 0}
    count = {"same": n, "full": n + reach, "valid": n - reach}[mode] if n else 0
    turn = 1 if flip else -1
    first = [turn * (lead[mode] - j * dilation) for j in range(size)]
    line = {i: fold(i, n, boundary) for i in range(min(first), count + max(first))}
    return [[line[m + i] for i in first] for m in range(0, count, stride)]


def loops(x, k, lines, boundary, fill):
    """Return the sums of ``k * x`` over every window: the formula, one tap after the other."""
    out = np.zeros([len(line) for line in lines], object if exact(x, k) else np.longdouble)
    for place in product(*(range(m) for m in out.shape)):
        total = 0
        for tap in product(*(range(size) for size in k.shape)):
            at = tuple(line[m][j] for line, m, j in zip(lines, place, tap, strict=True))
            beyond = [b for b, index in zip(boundary, at, strict=True) if index is None]
            sample = fill[min(beyond, key=ABSENT.index)] if beyond else x[at]
            total = total + k[tap] * sample
        out[place] = total
    return out


def shifts(x, k, lines, boundary, fill):
    """Return the same sums as `loops`, one shifted copy of `x` a tap: for larger arrays."""
    out = np.zeros([len(line) for line in lines], object if exact(x, k) else np.longdouble)
    tables = [np.nan_to_num(np.array(line, float), nan=-1).astype(int) for line in lines]
    ends = [axis for word in ABSENT[::-1] for axis, b in enumerate(boundary) if b == word]
    for tap in product(*(range(size) for size in k.shape)):
        at = [table[:, j] for table, j in zip(tables, tap, strict=True)]
        sample = x[np.ix_(*at)]
        for axis in ends:  # the first word of ABSENT has the last say
            sample[(slice(None),) * axis + (at[axis] < 0,)] = fill[boundary[axis]]
        out += k[tap] * sample
    return out


def exact(x, k):
    """Return whether both hold integers."""
    return x.dtype.kind in "Obiu" and k.dtype.kind in "Obiu"


def planes(array):
    """Return real and imaginary part in exact or long arithmetic; None where there is none."""
    if array.dtype.kind == "c":
        return array.real.astype(np.longdouble), array.imag.astype(np.longdouble)
    if array.dtype.kind in "biu":
        return array.astype(object) * 1, None
    return array.astype(np.longdouble), None


def sums(adding, x, k, lines, boundary, fill):
    """Return the sums of ``k * x``, complex numbers as two real planes each."""
    (xr, xi), (kr, ki) = planes(x), planes(k)
    if not exact(xr, kr):
        xr, kr = xr.astype(np.longdouble), kr.astype(np.longdouble)

    def part(plane, taps, side):
        numbers = {word: getattr(value, side) for word, value in fill.items()}
        return adding(plane, taps, lines, boundary, numbers)

    real = part(xr, kr, "real")
    if xi is None and ki is None:
        return real
    imag = 0
    if ki is not None:
        imag = part(xr, ki, "real")
    if xi is not None:
        imag = imag + part(xi, kr, "imag")
    if xi is not None and ki is not None:
        real = real - part(xi, ki, "imag")
    return join(real, imag)


def join(real, imag):
    """Return ``real + i * imag``, without the products that would spread NaN between them."""
    out = np.empty(real.shape, np.clongdouble)
    out.real, out.imag = real, imag
    return out


def times(total, factor):
    """Return the product; a real factor leaves real and imaginary part to themselves."""
    if factor.dtype.kind == "c":
        return np.where(np.isfinite(total), total * factor, complex(np.nan, np.nan))
    if total.dtype.kind == "c":
        return join(total.real * factor, total.imag * factor)
    return total.astype(factor.dtype) * factor


def held(y, dtype):
    """Return the answer as a type holds it: beyond its largest number lies an infinity.

    An infinity among the samples is added before that, and so counts for more than any finite sum.
    """
    with np.errstate(over="ignore"):
        return y.astype(dtype)


def each(value, count):
    """Return one value an axis."""
    return tuple(value) if isinstance(value, (tuple, list)) else (value,) * count


def mix(flip, x, k, *, axes=None, mode="same", boundary="symmetric", cval=0, nan="propagate",
        mask=None, min_weight=None, stride=1, dilation=1, origin=None, adding=loops):  # fmt: skip
    """Convolve (`flip`) or correlate; return the answer and the rescaling factor that is in it."""
    count = k.ndim
    axes = tuple(range(count)) if axes is None else tuple(a % x.ndim for a in each(axes, count))
    if origin is None:
        origin = [(size - 1) // 2 if flip else size // 2 for size in k.shape]
    words = [each(value, count) for value in (boundary, mode, stride, dilation)]
    lines = [[[m] for m in range(n)] for n in x.shape]
    outside = ["zero"] * x.ndim
    left_out = nan == "ignore" and not np.isfinite(cval)  # so is what lies outside
    cval = 0 if left_out else cval
    for i, axis in enumerate(axes):
        b, *rest = (word[i] for word in words)
        lines[axis] = windows(flip, x.shape[axis], k.shape[i], origin[i], b, *rest)
        outside[axis] = "renormalize" if b == "constant" and left_out else b
    order = sorted(range(count), key=lambda i: axes[i])
    k = k.transpose(order) if flip else k.transpose(order).conj()
    k = np.expand_dims(k, [axis for axis in range(x.ndim) if axis not in axes])

    present = np.ones(x.shape, bool) if mask is None else np.broadcast_to(mask, x.shape)
    if nan == "ignore":
        present = present & np.isfinite(x)
    x = np.where(present, x, x.dtype.type(0))
    with np.errstate(all="ignore"):
        total = sums(adding, x, k, lines, outside, {"renormalize": 0, "zero": 0, "constant": cval})
        if present.all() and "renormalize" not in outside:
            return total, 1  # nothing is missing, nothing is rescaled
        one = {"renormalize": 0, "zero": 1, "constant": 1}
        weight = sums(adding, present.astype(np.longdouble), k, lines, outside, one)
        full, size = (planes(k)[0] + 0).sum(), np.abs(k.astype(np.clongdouble)).sum()
        if k.dtype.kind == "c":
            full = full + 1j * planes(k)[1].sum()
        factor = np.where(np.abs(weight) > LEAST_WEIGHT * size, full / weight, np.nan)
        if min_weight:
            there = sums(adding, present.astype(np.longdouble), np.abs(k), lines, outside, one)
            factor = np.where(there > (min_weight - LEAST_WEIGHT) * size, factor, np.nan)
        return times(total, factor), factor


def roundoff(result):
    """Unit roundoff of the sums: float64 for results of 64 bits a number, else float32."""
    return 2.0**-53 if np.dtype(result) in (np.float64, np.complex128) else 2.0**-24


def own_roundoff(result):
    """Unit roundoff of a result narrower than its sums; 0 where it is as wide."""
    return 2.0**-11 if np.dtype(result) == np.float16 else 0.0


def tolerance(taps, result):
    """Allowed ``|error| / (sum|k| * max|x|)`` of any method, for so many taps.

    Roundings are as good as independent, so that of n the sum grows as sqrt(n), with a factor of 4
    exceeded once in thousands (Higham & Mary 2019, theorem 2.4); 12 are for what is done once to
    each sample, tap and result, on each axis or in each transform.
    """
    return (4 * np.sqrt(taps) + 12) * roundoff(result) + own_roundoff(result)


def largest_bound(taps, samples, result):
    """The largest ``|error| / (sum|k| * max|x|)`` that a method may state.

    A rounding for each tap (Higham 2002, section 3.1), and 32 for each doubling of a transform or
    of a sum: complex products, or eight boxes that cancel, among them. The result's own type is met
    once between two axes, too.
    """
    doublings = np.log2(taps + samples + 16)
    return (taps + 3 + 32 * doublings) * roundoff(result) + 2 * own_roundoff(result)


def convolve(x, k, **options):
    """``y[n] = sum_j k[j] * x[n + (c - j) * d]``; the origin is ``(K - 1) // 2`` by default."""
    return mix(True, np.asarray(x), np.asarray(k), **options)[0]


def correlate(x, k, **options):
    """``y[n] = sum_j conj(k[j]) * x[n + (j - c) * d]``; the origin is ``K // 2`` by default."""
    return mix(False, np.asarray(x), np.asarray(k), **options)[0]


def saturate(y, dtype):
    """Return the nearest integers, halves to even, clipped to the range of `dtype`; 0 for NaN."""
    low, high = int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)

    def one(value):
        if value != value:
            return 0
        if isinstance(value, int):
            return min(max(value, low), high)
        ends = min(max(value, np.longdouble(low)), np.longdouble(high))
        return round(Fraction(*ends.as_integer_ratio()))  # Python rounds halves to even

    return np.array([one(value) for value in y.flat], dtype).reshape(y.shape)
