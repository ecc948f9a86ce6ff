"""What lies outside the data: one picture a word, and the index arithmetic behind it.

=============  ==================  ====================================================
word           picture             outside the data lies
=============  ==================  ====================================================
zero           ``00|1234|00``      zero
constant       ``cc|1234|cc``      the number `cval`
nearest        ``11|1234|44``      the last sample, repeated
symmetric      ``21|1234|43``      the mirror image, edge sample repeated
mirror         ``32|1234|32``      the mirror image, edge sample not repeated
wrap           ``34|1234|12``      the other end
renormalize    ``..|1234|..``      nothing: the kernel's weights inside are rescaled
=============  ==================  ====================================================
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from intertwine.base.errors import OptionError, did_you_mean, shown

BOUNDARIES = ("zero", "constant", "nearest", "symmetric", "mirror", "wrap", "renormalize")

#: Boundaries whose outside is one number, not a copy of a sample.
FILLED = frozenset({"zero", "constant", "renormalize"})

REFLECT_MESSAGE = """\
{caller}: `boundary='reflect'` means two different things, so it is not a word here.
  scipy.ndimage 'reflect' is 21|1234|43: write boundary='symmetric'
  numpy.pad and torch 'reflect' is 32|1234|32: write boundary='mirror'"""


def check_boundary(caller: str, word: object) -> str:
    """Return `word` if it names a boundary, else raise an error that names the right one."""
    if isinstance(word, str) and word == "reflect":
        raise OptionError(REFLECT_MESSAGE.format(caller=caller))
    if not isinstance(word, str) or word not in BOUNDARIES:
        raise OptionError(
            f"{caller}: `boundary={shown(word)}` is not known.{did_you_mean(word, BOUNDARIES)}\n"
            f"  Known: {', '.join(BOUNDARIES)}."
        )
    return word


def fold(index: NDArray[np.int64], n: int, boundary: str) -> NDArray[np.int64]:
    """Map positions on the endless line to positions in ``0..n-1``; -1 where there is no sample.

    >>> fold(np.arange(-3, 7), 4, "symmetric")
    array([2, 1, 0, 0, 1, 2, 3, 3, 2, 1])
    """
    if boundary in FILLED:
        return np.where((index >= 0) & (index < n), index, -1)
    if boundary == "nearest":
        return np.clip(index, 0, n - 1)
    if boundary == "wrap":
        return index % n
    if boundary == "symmetric":
        folded = index % (2 * n)
        return np.minimum(folded, 2 * n - 1 - folded)
    if n == 1:  # mirror of a single sample: its period 2n-2 would be zero
        return np.zeros_like(index)
    folded = index % (2 * n - 2)
    return np.minimum(folded, 2 * n - 2 - folded)
