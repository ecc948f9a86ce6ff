"""The .iwc file: a header, the packed coefficients, a checksum. All numbers are little-endian.

====== ====== =====================================================================
offset  bytes  content
====== ====== =====================================================================
0      8      magic: 89 49 57 43 0D 0A 1A 0A ("IWC" between bytes that text modes spoil)
8      2      version, now 1
10     2      length of the header, the layers' table included
12     4      height
16     4      width
20     1      channels: 1 grey, 3 colour (coded as Y, Cb, Cr of BT.601 in full range)
21     1      basis: 0 circle, 1 largest, 2 dct, 3 block-dct
22     1      samples: 0 uint8, 1 uint16, 2 float32, 3 float64
23     1      number of layers
24     8      coefficients that were kept, over all channels
32     8      coefficients of each channel that are coded, lowest frequencies first
40     8      quantisation step, float64, in levels of 0 to 255
48     8      PSNR that was measured, float64 decibels
56     8      SSIM that was measured, float64, NaN where it has no meaning
64     9 each layer: 1 byte coder (1 bzip2, 2 raw LZMA2), 8 bytes packed length
...           the layers, one after another
end    16     BLAKE2b of everything before, 16 bytes long
====== ====== =====================================================================
"""

from __future__ import annotations

import hashlib
import itertools
import math
import struct
from dataclasses import dataclass

from intertwine.base.errors import FileError
from intertwine.fourier.compression import bases
from intertwine.fourier.compression.coder import CODERS, MOST_LAYERS, Layer
from intertwine.fourier.images import WHITE

SUFFIX = ".iwc"
MAGIC = b"\x89IWC\r\n\x1a\n"
VERSION = 1
DIGEST_BYTES = 16

#: Samples of the largest picture, all channels together; unpacking one takes about 40 bytes each.
MOST_SAMPLES = 1 << 27

_HEAD = struct.Struct("<8sHHIIBBBBQQddd")
_LAYER = struct.Struct("<BQ")
_DTYPES = tuple(WHITE)


@dataclass(frozen=True)
class Content:
    """What a file says: the picture's form, how it was coded, and the packed coefficients."""

    height: int
    width: int
    channels: int
    basis: str
    dtype: str
    kept: int
    coded: int
    step: float
    psnr: float
    ssim: float
    layers: tuple[Layer, ...]


def to_bytes(content: Content) -> bytes:
    """The whole file."""
    table = [_LAYER.pack(layer.coder, len(layer.packed)) for layer in content.layers]
    head = _HEAD.pack(
        MAGIC,
        VERSION,
        _HEAD.size + len(table) * _LAYER.size,
        content.height,
        content.width,
        content.channels,
        bases.NAMES.index(content.basis),
        _DTYPES.index(content.dtype),
        len(table),
        content.kept,
        content.coded,
        content.step,
        content.psnr,
        content.ssim,
    )
    body = b"".join((head, *table, *(layer.packed for layer in content.layers)))
    return body + _digest(body)


def _digest(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=DIGEST_BYTES).digest()


def from_bytes(data: bytes, name: str) -> Content:
    """Read a file; `name` stands for it in messages. Nothing is unpacked yet.

    Raises
    ------
    FileError
        `data` is no such file, is cut short or altered, or promises what it cannot hold.
    """
    if not data.startswith(MAGIC):
        raise FileError(
            f"{name} is no compressed picture: it does not begin as {SUFFIX} files do.\n"
            f"  Pass a file that Compressed.save or `intertwine compress --save` wrote."
        )
    body, promised = data[:-DIGEST_BYTES], data[-DIGEST_BYTES:]
    found = _digest(body)
    if len(body) < _HEAD.size or found != promised:
        raise FileError(
            f"{name} is cut short or altered: the checksum of its {len(data)} bytes is "
            f"{found.hex()}, not {promised.hex()}.\n  Fetch or make the file again."
        )
    try:
        return _read(body)
    except _Nonsense as error:
        raise FileError(f"{name} cannot be read: {error}") from None


class _Nonsense(Exception):
    """A header that is whole and makes no sense."""


def _read(body: bytes) -> Content:
    _, version, head, height, width, channels, basis, dtype, layers, kept, coded, *reals = (
        _HEAD.unpack_from(body)
    )
    step, psnr, ssim = reals
    _require(version == VERSION, f"its version is {version}, this program reads {VERSION}.")
    _require(height >= 1 and width >= 1, f"it promises {height} x {width} pixels.")
    _require(channels in (1, 3), f"it promises {channels} channels.")
    check_size(height, width, channels)
    _require(basis < len(bases.NAMES), f"its basis {basis} is not known.")
    _require(dtype < len(_DTYPES), f"its type of samples {dtype} is not known.")
    size = bases.Basis(bases.NAMES[basis], height, width).size
    _require(coded <= size, f"it promises {coded} of {size} coefficients.")
    _require(kept <= channels * size, f"it promises {kept} of {channels * size} coefficients.")
    _require(0 < step < math.inf, f"its quantisation step is {step}.")
    _require(1 <= layers <= MOST_LAYERS, f"it promises {layers} layers.")
    _require(head == _HEAD.size + layers * _LAYER.size, f"its header promises {head} bytes.")
    packed = _layers(body, head, layers)
    return Content(
        height, width, channels, bases.NAMES[basis], _DTYPES[dtype], kept, coded, step, psnr, ssim,
        packed,
    )  # fmt: skip


def _layers(body: bytes, head: int, count: int) -> tuple[Layer, ...]:
    _require(len(body) >= head, f"its header promises {head} bytes of {len(body)}.")
    table = [_LAYER.unpack_from(body, _HEAD.size + i * _LAYER.size) for i in range(count)]
    ends = list(itertools.accumulate((length for _, length in table), initial=head))
    _require(ends[-1] == len(body), f"its layers end at byte {ends[-1]} of {len(body)}.")
    _require(all(coder in CODERS for coder, _ in table), "a layer's coder is not known.")
    spans = itertools.pairwise(ends)
    return tuple(
        Layer(coder, body[start:end]) for (coder, _), (start, end) in zip(table, spans, strict=True)
    )


def check_size(height: int, width: int, channels: int) -> None:
    """Refuse pictures whose coefficients would not fit in a usual memory."""
    samples = height * width * channels
    _require(
        samples <= MOST_SAMPLES,
        f"it promises {height} x {width} x {channels} samples, more than {MOST_SAMPLES}.",
    )


def _require(holds: bool, otherwise: str) -> None:
    if not holds:
        raise _Nonsense(otherwise)
