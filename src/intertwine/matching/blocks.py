"""Cut the places of a search into blocks, and work on several at a time.

A block of places needs the samples under all of its windows: the block and ``K - 1`` more along
each axis. Blocks keep the work space bounded and near the processor, and let every block have its
own reference level. Where they lie depends on shapes alone, so that results are the same to the bit
for any number of threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from math import prod

from intertwine.base import threads

#: Samples under one block, about; and of a series, which has no rows that must stay together.
SAMPLES, SERIES = 1 << 19, 1 << 18

Block = tuple[slice, ...]


def sides(places: Sequence[int], window: Sequence[int]) -> tuple[int, ...]:
    """The side lengths of blocks of about `SAMPLES` samples, at least twice the window's.

    >>> sides((1985, 1985), (64, 64))
    (128, 1985)
    """
    samples = SERIES if len(places) == 1 else SAMPLES
    block = list(places)
    least = [2 * k for k in window]
    while prod(b + k - 1 for b, k in zip(block, window, strict=True)) > samples:
        wide = [axis for axis, b in enumerate(block) if b > least[axis]]
        if not wide:
            break
        axis = wide[0]  # whole rows stay together as long as possible
        block[axis] = max(-(-block[axis] // 2), least[axis])
    return tuple(block)


def cut(places: Sequence[int], block: Sequence[int]) -> Iterator[Block]:
    """All blocks of these side lengths; the last ones along an axis may be shorter."""
    starts = (range(0, n, b) for n, b in zip(places, block, strict=True))
    for corner in product(*starts):
        yield tuple(slice(i, min(i + b, n)) for i, b, n in zip(corner, block, places, strict=True))


def under(block: Block, window: Sequence[int]) -> Block:
    """The samples under the windows of a block."""
    return tuple(slice(s.start, s.stop + k - 1) for s, k in zip(block, window, strict=True))


def each(
    work: Callable[[Block], None],
    blocks: Sequence[Block],
    progress: Callable[[float], None] | None = None,
) -> None:
    """Do the `work` on every block, on as many threads as a call may use.

    `progress` is told, by the calling thread, what share of the blocks is done.
    """
    tell = progress or (lambda share: None)
    count = min(threads.resolve(None), len(blocks))
    if count < 2:
        for number, block in enumerate(blocks, 1):
            work(block)
            tell(number / len(blocks))
        return
    with ThreadPoolExecutor(count) as pool:
        try:
            for number, _ in enumerate(pool.map(work, blocks), 1):
                tell(number / len(blocks))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
