"""How much one output of a convolution by transforms can be off: proven, not measured.

Whole numbers go through transforms in float64 only where this bound is below one half: rounding to
the nearest whole number then gives the exact sum. It holds for the worst data there are, and so is
some 30 to 1000 times larger than what is met (`overlap_save.error` states the latter for floats).

**The transform.** The core (``fft.hpp``) multiplies a vector z of N complex numbers by one stage
after the other. A stage is ``sqrt(R)`` times a unitary matrix; what it rounds is at most ``e u`` of
the 2-norm of its result, with u = 2**-53:

=====  =====  =====================================================================
radix  e      because
=====  =====  =====================================================================
2      1      one complex addition: each part is rounded once
4      2      two levels of additions; factors of i round nothing
8      6      three levels; on the way one addition, a constant and a product more
3      9      an output is off by at most ``5 u sum |z_q|``, and 5 sqrt(3) < 9
5      18     the same with ``7.9 u``, and 7.9 sqrt(5) < 18
=====  =====  =====================================================================

Between stages each number is multiplied by a root of unity. A product of complex numbers is off by
at most ``sqrt(5) u`` (Brent, Percival and Zimmermann 2007; with fused multiply-adds by less:
Jeannerod, Kornerup, Louvet and Muller 2017), the root itself by `ROOT` u. It is the cosine and the
sine of an angle of at most 4/5 of a turn in float64: pi, a product and a division put the angle off
by 2.36 u of itself, 11.9 u at most, and the functions err by one unit in the last place each. A row
that is cut in two has one more product in between, whose root is a product of two from tables of
whole turns (`CUT`). A folded axis has one with roots of a quarter of a turn (`FOLD`). Added up over
all stages of all axes this is E: the transform is off by at most ``E u`` of its result's 2-norm
(after Schatzman 1996 and Brisebarre, Joldes, Muller, Nanes and Picot 2020), forth and back.

**The kernel.** Each tap reaches each frequency by a product of such numbers, so that the spectrum
of the taps k is off by at most ``E_k u sum|k|`` at every frequency. Its largest value is
``sum|k|``.

**Together.** With the product of the spectra, the 2-norm of all errors of a tile, and so each of
them, is at most::

    (2 E + E_k + sqrt(5)) u * sum|k| * ||z||_2,        ||z||_2 <= sqrt(N) max|z|

Two tiles of real samples that travel together, and the two halves of a folded one, are numbers z of
at most ``sqrt(2) max|x|``. Products of errors are covered by one part in a thousand. Tiles that the
core sorts into bands of size (``careful.hpp``) are divided by their largest sample and multiplied
with it, and at most three bands of whole numbers up to 2**53 are added up: 8 u more.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import sqrt

from intertwine.engine.methods.base import ROUNDOFF

#: What one stage of each radix rounds: in the 2-norm, and relative to the sum of its inputs' sizes.
NORM = {2: 1.0, 3: 9.0, 4: 2.0, 5: 18.0, 8: 6.0}
SIZES = {2: 1.0, 3: 5.0, 4: 2.0, 5: 7.9, 8: 6.0}

#: Errors of roots of unity: between stages, between the parts of a row that is cut, of a fold.
ROOT, CUT, FOLD = 14.0, 35.0, 6.0

#: A product of two complex numbers.
PRODUCT = sqrt(5)

#: Bands of size: divided, multiplied and added up.
BANDS = 8.0

#: Rows that are at least so long, and a multiple of its square, may be cut by the core.
LEAST_CUT_UNIT = 16

#: What products of errors add.
SECOND_ORDER = 1.001


def radices(n: int) -> list[int]:
    """The stages of a transform of n numbers, as ``Fft::init`` in the core lays them out."""
    found: list[int] = []
    for radix in (5, 3):
        while n % radix == 0:
            found.append(radix)
            n //= radix
    twos = n.bit_length() - 1
    eight = twos % 2 == 1 and twos >= 3
    twos -= 3 * eight
    return found + [2] * (twos % 2) + [4] * (twos // 2) + [8] * eight


def _along(n: int, stage: dict[int, float]) -> float:
    """What the stages along one axis round, and the roots between them."""
    stages = radices(n)
    return sum(stage[r] for r in stages) + (ROOT + PRODUCT) * max(0, len(stages) - 1)


def parts_of_row(n: int) -> tuple[int, int] | None:
    """The lengths that the core cuts a long row of n numbers into, if it can."""
    rows = [
        r
        for r in range(LEAST_CUT_UNIT, int(sqrt(n)) + 1, LEAST_CUT_UNIT)
        if n % r == 0 and (n // r) % LEAST_CUT_UNIT == 0
    ]
    return (rows[-1], n // rows[-1]) if rows else None


def _row(n: int, stage: dict[int, float]) -> float:
    """The same along the last axis, cut or whole, whichever rounds more."""
    parts = parts_of_row(n)
    whole = _along(n, stage)
    return (
        whole if parts is None else max(whole, sum(_along(p, stage) for p in parts) + CUT + PRODUCT)
    )


def _transform(lengths: Sequence[int], stage: dict[int, float]) -> float:
    """What all axes round; 1 stands for one that is not transformed."""
    *outer, row = lengths
    return sum(_along(n, stage) for n in outer) + _row(row, stage)


@lru_cache(maxsize=1024)
def rounding(lengths: tuple[int, ...], folded: int) -> float:
    """Bound on ``|error| / (sum|k| * r)``, where no complex number of the tile is larger than r.

    `lengths` are those of the tile's axes, 1 where one is not transformed. One may be `folded`:
    then half as many numbers are, or all, for tiles that the core sorts into bands.
    """
    numbers, worst = 1, 0.0
    for n in lengths:
        numbers *= n
    ways = [lengths]
    if folded >= 0:
        numbers //= 2
        ways.append(tuple(n // 2 if i == folded else n for i, n in enumerate(lengths)))
    fold = (FOLD + PRODUCT) * (folded >= 0)
    for way in ways:
        forth = _transform(way, NORM) + fold
        kernel = _transform(way, SIZES) + fold + 1  # a tap is divided by the tile's size
        worst = max(worst, 2 * forth + kernel + PRODUCT + BANDS)
    return SECOND_ORDER * worst * sqrt(numbers) * ROUNDOFF["float64"]
