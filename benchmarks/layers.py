"""``python -m benchmarks.layers``: layers beside torch's, in one run, in alternation.

Each line: the medians of both and their ratio. torch has its best layout (channels last where that
is quicker), ours the usual one; forward in evaluation, and forward with backward. The kernel is
another one at every pass of training, as an optimiser makes it. `--models` converts six nets.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from statistics import median
from time import perf_counter
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from intertwine import learn, set_threads

#: Name, batch, channels, size of the input, taps along each axis, groups, the ratios that are
#: asked for (forward, forward and backward; None: none is).
DEPTHWISE = [
    ("depthwise 31x31", 8, 64, (128, 128), 31, 64, (12.0, 10.0)),
    ("depthwise 7x7", 8, 64, (128, 128), 7, 64, (1.3, None)),
    ("depthwise 1-D 1024", 16, 64, (16384,), 1024, 64, (10.0, None)),
]
DENSE = [
    ("dense 3x3", 8, 64, (56, 56), 3, 1, (0.95, None)),
    ("dense 1x1", 8, 256, (28, 28), 1, 1, (0.95, None)),
    ("dense 31x31", 1, 16, (128, 128), 31, 1, (None, None)),
]

LAYERS: dict[int, tuple[Any, Any]] = {
    1: (nn.Conv1d, learn.Conv1d),
    2: (nn.Conv2d, learn.Conv2d),
}


def alternating(ways: list[Callable[[], Any]], seconds: float) -> list[float]:
    """The median milliseconds of each way; slow ways are run at least once more than to warm up."""
    for way in ways:
        way()
    found: list[list[float]] = [[] for _ in ways]
    begun = perf_counter()
    while not found[0] or perf_counter() - begun < seconds:
        for way, times in zip(ways, found, strict=True):
            start = perf_counter()
            way()
            times.append(1e3 * (perf_counter() - start))
    return [median(times) for times in found]


def forward(layer: nn.Module, x: Tensor) -> Callable[[], Any]:
    def way() -> Tensor:
        with torch.no_grad():
            return layer(x)

    return way


def training(layer: nn.Module, x: Tensor) -> Callable[[], Any]:
    x = x.clone(memory_format=torch.preserve_format).requires_grad_()
    gradient = torch.randn_like(layer(x[:1]).detach()).expand(len(x), *[-1] * (x.ndim - 1)).clone()

    def way() -> None:
        with torch.no_grad():
            layer.weight.mul_(0.999)
        layer(x).backward(gradient)
        x.grad = None
        layer.zero_grad()

    return way


def line(name: str, case: tuple[Any, ...], seconds: float, *, train: bool) -> None:
    batch, channels, size, taps, groups, asked = case
    theirs_class, ours_class = LAYERS[len(size)]
    padding = taps // 2 if taps % 2 else 0
    theirs = theirs_class(channels, channels, taps, padding=padding, groups=groups, bias=False)
    ours = ours_class(channels, channels, taps, padding=padding, groups=groups, bias=False)
    ours.load_state_dict(theirs.state_dict())
    x = torch.randn(batch, channels, *size)
    check(ours, theirs, x[:1])
    layouts = [x]
    if len(size) == 2:
        layouts.append(x.contiguous(memory_format=torch.channels_last))
    for kind, make, wanted in (("forward", forward, asked[0]), ("training", training, asked[1])):
        if kind == "training" and not train:
            continue
        # A layer that is torch's has torch's layouts too; others take what comes.
        mine = layouts if ours.engine(x) == "torch" else layouts[:1]
        times = alternating(
            [make(ours, each) for each in mine] + [make(theirs, each) for each in layouts], seconds
        )
        own, others = min(times[: len(mine)]), times[len(mine) :]
        best = min(others)
        bar = (
            ""
            if wanted is None
            else f"  asked {wanted:g}{'' if best / own >= wanted else ' MISSED'}"
        )
        layout = ("", " (channels last)")[others.index(best)]
        print(
            f"{name:20} {kind:9} ours {own:9.2f} ms ({ours.engine(x)})  "
            f"torch {best:9.2f} ms{layout}  ratio {best / own:6.2f}{bar}",
            flush=True,
        )


def check(ours: nn.Module, theirs: nn.Module, x: Tensor) -> None:
    """Refuse to time different answers."""
    with torch.no_grad():
        found, wanted = ours(x), theirs(x)
    difference = float((found - wanted).abs().max() / wanted.abs().max())
    if difference > 1e-4:
        raise SystemExit(f"{theirs}: the answers differ by {difference:.1e} of the largest.")


def block(channels: int, taps: int) -> nn.Sequential:
    """Depthwise, then pointwise, as in ConvNeXt and RepLKNet."""
    return nn.Sequential(
        nn.Conv2d(channels, channels, taps, padding=taps // 2, groups=channels),
        nn.BatchNorm2d(channels),
        nn.Conv2d(channels, 4 * channels, 1),
        nn.GELU(),
        nn.Conv2d(4 * channels, channels, 1),
    )


class Residual(nn.Module):
    """``x + body(x)``."""

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.body = body

    def forward(self, x: Tensor) -> Tensor:
        return functional.relu(x + self.body(x))


def bottleneck(channels: int) -> Residual:
    inner = channels // 4
    return Residual(
        nn.Sequential(
            nn.Conv2d(channels, inner, 1), nn.ReLU(), nn.Conv2d(inner, inner, 3, padding=1),
            nn.ReLU(), nn.Conv2d(inner, channels, 1),
        )
    )  # fmt: skip


def stem(channels: int, stride: int) -> nn.Conv2d:
    return nn.Conv2d(3, channels, stride, stride)


def models() -> dict[str, tuple[nn.Module, Tensor]]:
    """Six nets, from a plain stack of 3x3 to depthwise 31x31, and what they are called with."""
    from efficientnet_lite_pytorch import EfficientNet

    plain = [nn.Conv2d(3, 64, 3, padding=1), nn.ReLU()]
    for _ in range(5):
        plain += [nn.Conv2d(64, 64, 3, padding=1), nn.ReLU()]
    waves: list[nn.Module] = [nn.Conv1d(1, 32, 16, 4)]
    for _ in range(2):
        waves += [nn.Conv1d(32, 32, 1023, padding=511, groups=32), nn.GELU(), nn.Conv1d(32, 32, 1)]
    picture = torch.randn(2, 3, 224, 224)
    return {
        "plain 3x3": (nn.Sequential(*plain), torch.randn(2, 3, 96, 96)),
        "residual": (
            nn.Sequential(stem(256, 8), *(bottleneck(256) for _ in range(4))), picture,
        ),
        "EfficientNet-Lite0": (EfficientNet.from_name("efficientnet-lite0"), picture),
        "depthwise 7x7": (
            nn.Sequential(stem(96, 4), *(Residual(block(96, 7)) for _ in range(3))), picture,
        ),
        "depthwise 31x31": (
            nn.Sequential(stem(64, 4), *(Residual(block(64, 31)) for _ in range(3))), picture,
        ),
        "sound 1023": (nn.Sequential(*waves), torch.randn(2, 1, 32768)),
    }  # fmt: skip


def convert_all() -> None:
    for name, (model, x) in models().items():
        found = learn.convert(model, x)
        print(f"{name:20} {found.gain:6.2f} times as fast")
        print(f"    {found}".replace("\n", "\n    "), flush=True)


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser("python -m benchmarks.layers", description=__doc__)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--seconds", type=float, default=3.0, help="for each line (3)")
    parser.add_argument("--only", default="", metavar="TEXT", help="lines with TEXT in the name")
    parser.add_argument("--train", action="store_true", help="forward with backward too")
    parser.add_argument("--models", action="store_true", help="convert six nets instead")
    given = parser.parse_args(argv)
    torch.set_num_threads(given.threads)
    set_threads(given.threads)
    torch.manual_seed(0)
    if given.models:
        return convert_all()
    for name, *case in [*DEPTHWISE, *DENSE]:
        if given.only in name:
            line(name, tuple(case), given.seconds, train=given.train)
    return None


if __name__ == "__main__":
    main()
