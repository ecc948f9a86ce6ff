"""A first layer that whitens: its kernels are given, not learned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from intertwine.base.checks import integer
from intertwine.base.errors import DTypeError, ShapeError, counted
from intertwine.kernel import Kernel
from intertwine.learn.layers.convolution import Conv2d


class Whiten2d(Conv2d):
    """Convolve pictures with kernels that are fixed, such as whitening kernels.

    Parameters
    ----------
    kernels : Kernel, array or list of Kernels
        One 2-D kernel filters every channel by itself; as many as `channels`, (C, kh, kw) or a
        list, each one of its own; a bank (O, C, kh, kw) mixes colours: output o is the sum over c
        of channel c convolved with ``kernels[o, c]``.
    channels : int
        Channels of the input; a bank tells by itself.
    padding_mode : str
        What lies outside: the output is as large as the input.

    The kernels are convolved, as ``iw.convolve`` does, and lie in the buffer ``weight``: they are
    saved with the model, and no optimiser sees them.

    >>> import torch
    >>> import intertwine as iw
    >>> layer = Whiten2d(iw.kernels.laplacian(), channels=3)
    >>> layer(torch.rand(8, 3, 32, 32)).shape, list(layer.parameters())
    (torch.Size([8, 3, 32, 32]), [])
    """

    def __init__(
        self,
        kernels: Kernel | ArrayLike | Sequence[Kernel],
        channels: int | None = None,
        padding_mode: str = "symmetric",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        name = type(self).__name__
        bank = _bank(name, kernels)
        if bank.ndim == 2:
            count = integer(name, "channels", 1 if channels is None else channels, 1)
            bank = np.broadcast_to(bank, (count, 1, *bank.shape))
        elif bank.ndim == 3:
            bank = bank[:, None]
        inputs = bank.shape[0] if bank.shape[1] == 1 else bank.shape[1]
        if channels is not None and channels != inputs:
            raise ShapeError(
                f"{name}: the kernels are for {inputs} channels but `channels={channels}`.\n"
                f"  kernels: {bank.shape}\n"
                f"  Pass one 2-D kernel, or kernels for {channels} channels."
            )
        groups = inputs if bank.shape[1] == 1 else 1
        super().__init__(
            inputs, bank.shape[0], bank.shape[2:], padding="same", groups=groups, bias=False,
            padding_mode=padding_mode, device="meta", dtype=dtype,
        )  # fmt: skip
        del self.weight
        weight = torch.tensor(np.flip(bank, (2, 3)).copy(), device=device)
        self.register_buffer("weight", weight.to(dtype or torch.get_default_dtype()))


def _bank(name: str, kernels: Any) -> NDArray[Any]:
    """Taps of odd sizes whose origins lie in the middle."""
    given = list(kernels) if isinstance(kernels, (list, tuple)) else kernels
    if isinstance(given, list) and given and all(isinstance(k, Kernel) for k in given):
        return _together([_centred(name, kernel) for kernel in given])
    if isinstance(given, Kernel):
        return _centred(name, given)
    array = _real(name, np.asarray(given))
    if array.ndim not in (2, 3, 4):
        raise ShapeError(
            f"{name}: `kernels` has {counted(array.ndim, 'axis', 'axes')} but 2, 3 or 4 are "
            f"needed.\n"
            f"  kernels: {array.shape}    wanted: (kh, kw), (C, kh, kw) or (O, C, kh, kw)"
        )
    taps = [_centred(name, Kernel(each)) for each in array.reshape(-1, *array.shape[-2:])]
    bank = _together(taps)
    return bank.reshape(*array.shape[:-2], *bank.shape[-2:])


def _centred(name: str, kernel: Kernel) -> NDArray[Any]:
    """The taps, with zeros on one side until the origin is in the middle."""
    if kernel.ndim != 2:
        raise ShapeError(
            f"{name}: the kernel has {counted(kernel.ndim, 'axis', 'axes')} but pictures are "
            f"filtered along 2.\n"
            f"  Pass a 2-D kernel."
        )
    ends = [
        (max(0, n - 1 - 2 * c), max(0, 2 * c - (n - 1)))
        for n, c in zip(kernel.shape, kernel.origin, strict=True)
    ]
    return np.pad(_real(name, np.asarray(kernel.taps)), ends)


def _real(name: str, taps: NDArray[Any]) -> NDArray[Any]:
    if taps.dtype.kind == "c":
        raise DTypeError(
            f"{name}: the kernel is {taps.dtype}, and layers of pictures are real.\n"
            f"  Pass its real part, kernel.taps.real."
        )
    return taps.astype(float)


def _together(taps: list[NDArray[Any]]) -> NDArray[Any]:
    """Kernels of the same size: smaller ones in the middle of zeros."""
    size = np.max([each.shape for each in taps], axis=0)
    return np.stack([
        np.pad(each, [((m - n) // 2,) * 2 for m, n in zip(size, each.shape, strict=True)])
        for each in taps
    ])  # fmt: skip
