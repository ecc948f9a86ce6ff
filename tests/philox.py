"""Philox 4x32-10 and the drawing of taps in plain loops: imports nothing of the library.

From Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011).
"""

import math

import numpy as np

from oracles import fold

LOW, HALF = np.uint64(0xFFFFFFFF), np.uint64(32)


def philox(counter, seed):
    """Turn four words (arrays broadcast) and a key of 64 bits into four words."""
    c = [np.asarray(word, np.uint64) for word in counter]
    key = [seed & 0xFFFFFFFF, seed >> 32]
    for _ in range(10):
        p0, p1 = np.uint64(0xD2511F53) * c[0], np.uint64(0xCD9E8D57) * c[2]
        k0, k1 = (np.uint64(word) for word in key)
        c = [
            (p1 >> np.uint64(32)) ^ c[1] ^ k0,
            p1 & LOW,
            (p0 >> np.uint64(32)) ^ c[3] ^ k1,
            p0 & LOW,
        ]
        key = [(key[0] + 0x9E3779B9) % 2**32, (key[1] + 0xBB67AE85) % 2**32]
    return c


def word(index, seed, draw=0, part=0):
    """Return the word of output `index`: groups of 16 counters, their first words first."""
    group, place = divmod(index, 64)
    which, counter = divmod(place, 16)
    number = group * 16 + counter
    return int(philox([number % 2**32, number // 2**32, draw, part], seed)[which])


def last_words(chances):
    """Return the last word that draws each tap; `chances` fall."""
    total, ends = 0.0, []
    for chance in chances:
        total += chance
        ends.append(round(total * 2**32) - 1)
    return [*ends[:-1], 2**32 - 1]


def picks(x, taps, origin, axes, seed, draw=0, part=0, boundary="symmetric", fill=0):
    """Return one gathered draw from the positive `taps`, in plain loops.

    Words are counted along the axes that are not filtered, then along the filtered ones.
    """
    order = np.argsort(axes)
    taps, origin = (
        taps.transpose(order)[(slice(None, None, -1),) * taps.ndim],
        np.take(origin, order),
    )
    axes = sorted(axes)
    ahead = [a for a in range(x.ndim) if a not in axes] + axes
    flat = taps.ravel()
    falling = sorted((j for j in range(flat.size) if flat[j] > 0), key=lambda j: -flat[j])
    chances = flat[falling] / math.fsum(flat[falling])
    last = last_words(chances)
    turned = np.transpose(x, ahead)
    out = np.empty_like(turned)
    for index, place in enumerate(np.ndindex(turned.shape)):
        drawn = next(j for j, end in enumerate(last) if word(index, seed, draw, part) <= end)
        step = np.unravel_index(falling[drawn], taps.shape)
        at = list(place)
        for i, (j, c, size) in enumerate(zip(step, origin, taps.shape, strict=True)):
            axis = len(place) - len(axes) + i
            at[axis] = fold(place[axis] + j - (size - 1 - c), turned.shape[axis], boundary)
        out[place] = fill if None in at else turned[tuple(at)]
    return out.transpose(np.argsort(ahead))
