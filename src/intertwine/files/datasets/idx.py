"""IDX: arrays as the MNIST family publishes them. Zero, zero, a type, the number of axes, their
lengths as big-endian 32-bit integers, then the samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_BYTES = 0x08


def read_idx(content: bytes) -> NDArray[np.uint8]:
    """Return the array of unsigned bytes that IDX `content` holds.

    Raises
    ------
    ValueError
        It is not IDX of unsigned bytes, or has another length than its head says.

    Examples
    --------
    >>> read_idx(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9]))
    array([7, 8, 9], dtype=uint8)
    """
    if content[:3] != bytes([0, 0, _BYTES]) or len(content) < 4:
        raise ValueError("this is not IDX of unsigned bytes")
    start = 4 + 4 * content[3]
    shape = [int(n) for n in np.frombuffer(content[4:start], ">u4")]
    samples = np.frombuffer(content, np.uint8, offset=start)
    if samples.size != np.prod(shape, dtype=np.int64):
        raise ValueError(f"IDX of shape {tuple(shape)} has {samples.size} samples")
    return samples.reshape(shape)
