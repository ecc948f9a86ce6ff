"""What lies outside a layer's input: torch's words and the library's, and how many samples count.

Padding is a pair ``(before, after)`` for each axis. Where a pair is what one of the operator's
modes puts there, the operator does it while it loads a tile; any other is put around the input
first.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from intertwine.base.boundaries import TABLE
from intertwine.base.errors import OptionError, did_you_mean, shown
from intertwine.engine.boundary import fold

Pads = Sequence[tuple[int, int]]

#: torch's words -> the library's.
TORCH = {"zeros": "zero", "reflect": "mirror", "replicate": "nearest", "circular": "wrap"}

#: The library's words that need no number of their own.
OWN = tuple(word for word in TABLE if word != "constant")


def boundary_of(caller: str, padding_mode: str) -> str:
    """The library's word for a `padding_mode`, in either's words.

    >>> boundary_of("Conv2d", "circular")
    'wrap'
    """
    word = TORCH.get(padding_mode, padding_mode) if isinstance(padding_mode, str) else ""
    if word in OWN:
        return word
    raise OptionError(
        f"{caller}: `padding_mode={shown(padding_mode)}` is not known."
        f"{did_you_mean(padding_mode, [*TORCH, *OWN])}\n"
        f"  torch's words: {', '.join(TORCH)}; the library's: {', '.join(OWN)}."
    )


def pads_of(
    padding: str | Sequence[int], kernel_size: Sequence[int], dilation: Sequence[int]
) -> list[tuple[int, int]]:
    """torch's `padding` as pairs; "same" puts the odd sample after the input.

    >>> pads_of("same", (4,), (1,))
    [(1, 2)]
    """
    if padding == "valid":
        return [(0, 0)] * len(kernel_size)
    if padding == "same":
        reach = [(k - 1) * d for k, d in zip(kernel_size, dilation, strict=True)]
        return [(r // 2, r - r // 2) for r in reach]
    return [(int(p), int(p)) for p in padding]


def mode_of(pads: tuple[int, int], k: int, dilation: int) -> str | None:
    """The mode of `correlate` that puts so many samples outside, if one does.

    "late" is "same" for a kernel with a zero before its first tap.

    >>> [mode_of(pads, 4, 1) for pads in [(0, 0), (3, 3), (2, 1), (1, 2), (1, 1)]]
    ['valid', 'full', 'same', 'late', None]
    """
    reach = (k - 1) * dilation
    if sum(pads) == 0:
        return "valid"
    if pads == (reach, reach):
        return "full"
    if sum(pads) != reach:
        return None
    if pads[0] == k // 2 * dilation:
        return "same"
    return "late" if pads[0] == (k // 2 - 1) * dilation else None


def surround(x: Tensor, pads: Pads, boundary: str) -> Tensor:
    """Put samples around the last axes of `x`, by the rule of a boundary."""
    if boundary == "zero":
        ends = [count for pair in reversed(pads) for count in pair]
        return functional.pad(x, ends) if any(ends) else x
    for axis, pair in enumerate(pads, x.ndim - len(pads)):
        if any(pair):
            n = x.shape[axis]
            places = fold(np.arange(-pair[0], n + pair[1]), n, boundary)
            x = x.index_select(axis, torch.from_numpy(places).to(x.device))
    return x
