"""Train the net whose kernels the tour shows, and write what the tour reads.

    python tools/train_tour_net.py FOLDER_OF_FASHION_MNIST

The same seed and number of threads give the same bits on one machine. Batch normalisation is folded
into the kernels, so that a layer is a bank of kernels, a bias for each, and a ReLU. The weights are
ours, under the licence of this project; they were trained on Fashion-MNIST (MIT licence, Zalando
SE 2017), of which no picture is in the file.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save
from torch import Tensor, nn

import intertwine as iw
from intertwine.learn.training import Classifier

OUT = Path(__file__).parents[1] / "src/intertwine/tour/net/clothes.safetensors"

FIRST, SECOND, CLASSES = (12, 7), (16, 5), 10  # kernels and their sides
SEED, EPOCHS, THREADS = 0, 4, 1

#: Kernels start so small that what they learn outgrows the noise they start from.
SMALL = 0.1


class Net(nn.Module):
    """Two layers of kernels, each halved by maxima, and a dense layer on what is left."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.first = self._layer(channels, *FIRST)
        self.second = self._layer(FIRST[0], *SECOND)
        self.dense = nn.Linear(SECOND[0] * 7 * 7, classes)

    @staticmethod
    def _layer(inputs: int, outputs: int, side: int) -> nn.Sequential:
        kernels = nn.Conv2d(inputs, outputs, side, padding=side // 2, bias=False)
        with torch.no_grad():
            kernels.weight *= SMALL
        return nn.Sequential(kernels, nn.BatchNorm2d(outputs), nn.ReLU(), nn.MaxPool2d(2))

    def forward(self, x: Tensor) -> Tensor:
        """(n, 1, 28, 28) to one logit a class: (n, classes)."""
        result: Tensor = self.dense(self.second(self.first(x)).flatten(1))
        return result


def folded(layer: nn.Sequential) -> tuple[np.ndarray, np.ndarray]:
    """Taps and biases of a layer with its batch normalisation in them."""
    kernels, norm = layer[0], layer[1]
    scale = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach()
    taps = kernels.weight.detach() * scale[:, None, None, None]
    bias = norm.bias.detach() - norm.running_mean * scale
    return taps.contiguous().numpy(), bias.numpy()


def arrays(net: Net) -> dict[str, np.ndarray]:
    """What the tour reads."""
    (first, first_bias), (second, second_bias) = folded(net.first), folded(net.second)
    return {
        "first": np.ascontiguousarray(first[:, 0]),
        "first_bias": first_bias,
        "second": second,
        "second_bias": second_bias,
        "dense": net.dense.weight.detach().numpy(),
        "dense_bias": net.dense.bias.detach().numpy(),
    }


def metadata(model: Classifier) -> dict[str, str]:
    """The part of the model's card that the tour states; one entry, as several have no order."""
    card = model.card
    kept = {
        "made_by": "tools/train_tour_net.py",
        "licence": "BSD-3-Clause; trained on Fashion-MNIST (MIT licence, Zalando SE 2017)",
        "classes": card["classes"],
        "preprocessing": card["model"]["preprocessing"],
        "accuracy": card["accuracy"],
        "counts": card["data"]["counts"],
        "settings": card["settings"],
        "versions": card["versions"],
    }
    return {"card": json.dumps(kept, sort_keys=True)}


def main() -> None:
    """Train and write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", help="a folder of Fashion-MNIST's IDX files")
    parser.add_argument("--model", help="a folder for checkpoints: a killed training goes on")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--out", type=Path, default=OUT)
    given = parser.parse_args()
    torch.use_deterministic_algorithms(True)
    model = iw.learn.train(
        given.data, given.model, net=Net, epochs=given.epochs, seed=SEED, threads=THREADS,
        watch=lambda m: m.step % 50 or print(m.step, m.steps, f"{m.accuracy:.3f}", flush=True),
    )  # fmt: skip
    given.out.parent.mkdir(exist_ok=True)
    given.out.write_bytes(save(arrays(model.net), metadata(model)))
    print(given.out, given.out.stat().st_size, "bytes", json.dumps(model.card["accuracy"]))


if __name__ == "__main__":
    main()
