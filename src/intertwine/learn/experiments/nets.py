"""The nets: one plain, one pooled over rotations, and how their training pictures are varied."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from intertwine.learn.experiments.polar import RotationPooledNet
from intertwine.learn.training import checkpoint
from intertwine.learn.training.augmentation import Augmentation
from intertwine.learn.training.loop import Settings, Tensors, Training, Watcher, logits_of
from intertwine.learn.training.nets import HierarchicalNet

Array = NDArray[Any]


@dataclass(frozen=True)
class Motion(Augmentation):
    """Pictures rotated, stretched, sheared and shifted, each by draws of its own; zeros come in.

    Attributes
    ----------
    rotate : the largest rotation in degrees, either way. 180: any.
    stretch : the largest change of each entry of the 2 x 2 matrix that is rotated: of sizes along
        both axes and of shears.
    """

    flip: bool = False
    erase: float = 0.0
    rotate: float = 10.0
    stretch: float = 0.12

    def __call__(self, pictures: Tensor) -> Tensor:
        """Change (n, C, H, H) pictures by draws of torch's generator."""
        count = len(pictures)
        draws = 2 * torch.rand(count, 7) - 1
        angle = draws[:, 0] * math.radians(self.rotate)
        cosine, sine = angle.cos(), angle.sin()
        rotation = torch.stack([cosine, sine, -sine, cosine], 1).reshape(count, 2, 2)
        matrix = rotation @ (torch.eye(2) + self.stretch * draws[:, 1:5].reshape(count, 2, 2))
        shift = 2 * self.shift * draws[:, 5:, None]
        grid = nn.functional.affine_grid(
            torch.cat([matrix, shift], 2), list(pictures.shape), align_corners=False
        )
        return nn.functional.grid_sample(pictures, grid, align_corners=False)


def plain(classes: int) -> nn.Module:
    """The preset "small" of `intertwine train`."""
    return HierarchicalNet(1, classes, (24, 24, 48), (0, 1, 1))


def rotation_pooled(classes: int) -> nn.Module:
    """The net whose kernels are rotated."""
    return RotationPooledNet(classes)


NETS = {"net": plain, "rotation-pooled": rotation_pooled}


def tensors(images: Array, labels: Array) -> Tensors:
    """Pictures of the data set for a net: background 0, so that what comes in is background."""
    scale = torch.tensor(85.0).reshape(1, 1, 1, 1)
    stored = torch.from_numpy(np.ascontiguousarray(images))[:, None]
    return Tensors(
        stored, torch.from_numpy(labels.astype(np.int64)), torch.zeros_like(scale), scale
    )


def fitted(
    name: str, train: tuple[Array, Array], validation: tuple[Array, Array], *, any_angle: bool,
    epochs: int, seed: int, folder: Path, about: dict[str, Any], watch: Watcher | None = None,
) -> Training:  # fmt: skip
    """Train a net by its name; validation chooses the epoch.

    `any_angle` rotates what it sees anew in every epoch. A training whose checkpoint is in `folder`
    goes on there, or is finished already.
    """
    settings = Settings(
        epochs=epochs, patience=epochs, seed=seed, smoothing=0.05,
        augmentation=Motion(shift=0.05, rotate=180.0 if any_angle else 10.0),
    )  # fmt: skip
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = NETS[name](int(train[1].max()) + 1)
    training = Training(net, settings)
    about = {**about, "net": name, "threads": torch.get_num_threads(), **settings.as_card()}
    folder.mkdir(parents=True, exist_ok=True)
    checkpoint.restore(folder, training, about)
    training.run(
        tensors(*train),
        tensors(*validation),
        watch,
        lambda: checkpoint.save(folder, training, about),
    )
    return training


def answers(net: nn.Module, images: Array) -> NDArray[np.int64]:
    """The class of the largest logit."""
    unknown = np.zeros(len(images), np.int64)
    found: NDArray[np.int64] = logits_of(net, tensors(images, unknown)).argmax(1).numpy()
    return found
