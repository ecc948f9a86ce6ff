"""``python -m benchmarks.gpu``: large kernels on a GPU, beside torch's direct form (cuDNN).

Correctness first: each way is held against a float64 sum on the CPU for a few channels. Then
medians of launches between events, in alternation. Without a GPU it says so and ends.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter

import torch
from torch import Tensor
from torch.nn import functional

import intertwine as iw
from intertwine import learn

#: Batch, channels, size of the input, taps along each axis.
CASES = [
    *((8, 64, (128, 128), taps) for taps in (7, 15, 31, 63)),
    (8, 256, (56, 56), 31),
    *((16, 64, (16384,), taps) for taps in (127, 1023, 4095)),
    (4, 32, (262144,), 4095),
]

#: Launches in a round, rounds at most, and seconds for a case.
LAUNCHES, ROUNDS, SECONDS = 5, 30, 6.0

#: Relative to the largest result: float32, sums in any order.
CLOSE = 1e-4


def direct(x: Tensor, w: Tensor) -> Tensor:
    convolve = functional.conv1d if w.ndim == 3 else functional.conv2d
    return convolve(x, w, padding=w.shape[-1] // 2, groups=len(w))


def frequency(x: Tensor, w: Tensor) -> Tensor:
    """torch's transforms of the whole, the usual way by hand."""
    count = w.ndim - 2
    axes = tuple(range(-count, 0))
    reach = w.shape[-1] // 2
    size = [n + reach for n in x.shape[-count:]]
    product = (
        torch.fft.rfftn(x, s=size, dim=axes) * torch.fft.rfftn(w[:, 0], s=size, dim=axes).conj()
    )
    y = torch.fft.irfftn(product, s=size, dim=axes).roll([reach] * count, axes)
    return y[(..., *(slice(0, n) for n in x.shape[-count:]))]


def operator(method: str) -> Callable[[Tensor, Tensor], Tensor]:
    def way(x: Tensor, w: Tensor) -> Tensor:
        axes = tuple(range(2 - w.ndim, 0))
        return iw.correlate(x, w[:, 0], axes=axes, boundary="zero", method=method)

    return way


def layer(x: Tensor, w: Tensor) -> Tensor:
    made = (learn.Conv1d if w.ndim == 3 else learn.Conv2d)(
        len(w), len(w), w.shape[-1], padding=w.shape[-1] // 2, groups=len(w), bias=False,
        device="meta",
    )  # fmt: skip
    made.weight = torch.nn.Parameter(w, requires_grad=False)
    return made(x)


WAYS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "cuDNN": direct,
    "torch.fft by hand": frequency,
    "torch-direct": operator("torch-direct"),
    "torch-fft": operator("torch-fft"),
    "auto": operator("auto"),
    "learn": layer,
}


def error_of(way: Callable[[Tensor, Tensor], Tensor], x: Tensor, w: Tensor) -> float:
    """The largest difference from float64 on the CPU in the first channels, relative."""
    few = slice(0, 2)
    wanted = iw.correlate(
        x[:1, few].cpu().double(), w[few, 0].cpu().double(), axes=tuple(range(2 - w.ndim, 0)),
        boundary="zero",
    )  # fmt: skip
    found = way(x, w)[:1, few].cpu().double()
    return float((found - wanted).abs().max() / wanted.abs().max())


def milliseconds(ways: dict[str, Callable[[], object]], seconds: float) -> dict[str, float]:
    """Medians of a few launches between events, in alternation; the first round warms up."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    begun = perf_counter()
    for number in range(ROUNDS + 1):
        for name, way in ways.items():
            start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
            start.record()
            for _ in range(LAUNCHES):
                way()
            end.record()
            end.synchronize()
            if number:
                times[name].append(start.elapsed_time(end) / LAUNCHES)
        if number > 2 and perf_counter() - begun > seconds:
            break
    return {name: median(found) for name, found in times.items()}


def backward(way: Callable[[Tensor, Tensor], Tensor], x: Tensor, w: Tensor) -> Callable[[], object]:
    x, w = x.clone().requires_grad_(), w.clone().requires_grad_()
    gradient = torch.ones_like(x)

    def run() -> object:
        return torch.autograd.grad(way(x, w), [x, w], gradient)

    return run


def measure(case: tuple[int, int, tuple[int, ...], int], seconds: float) -> None:
    batch, channels, size, taps = case
    x = torch.randn(batch, channels, *size, device="cuda")
    w = torch.randn(channels, 1, *[taps] * len(size), device="cuda") / taps ** len(size)
    print(f"{batch} x {channels} x {' x '.join(map(str, size))}, {taps} taps an axis", flush=True)
    right = {}
    for name, way in WAYS.items():
        try:
            error = error_of(way, x, w)
        except (RuntimeError, iw.IntertwineError) as problem:
            print(f"  {name:18} cannot: {str(problem).splitlines()[0]}")
            continue
        if error < CLOSE:
            right[name] = way
        print(f"  {name:18} error {error:.1e}{'' if error < CLOSE else '  WRONG, not timed'}")
    with torch.no_grad():
        forward = milliseconds({n: lambda f=f: f(x, w) for n, f in right.items()}, seconds / 2)
    both = milliseconds({n: backward(f, x, w) for n, f in right.items()}, seconds / 2)
    for name in right:
        print(
            f"  {name:18} forward {forward[name]:9.3f} ms ({forward['cuDNN'] / forward[name]:6.2f})"
            f"   with backward {both[name]:9.3f} ms ({both['cuDNN'] / both[name]:6.2f})",
            flush=True,
        )


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser("python -m benchmarks.gpu", description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for each case")
    parser.add_argument("--limit", type=float, default=270.0, help="seconds in all (270)")
    given = parser.parse_args(argv)
    if not torch.cuda.is_available():
        print(
            f"No GPU: torch {torch.__version__} finds no CUDA device, and nothing was measured.\n"
            "  Run it where torch.cuda.is_available() is true."
        )
        return 0
    begun = perf_counter()
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = False
    print(f"{torch.cuda.get_device_name()}, torch {torch.__version__}; ratios are to cuDNN.")
    for number, case in enumerate(CASES):
        if perf_counter() - begun > given.limit:
            print(f"{len(CASES) - number} of {len(CASES)} cases left out: the time is over.")
            break
        measure(case, given.seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
