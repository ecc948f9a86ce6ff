"""Training: steps of stochastic gradient descent that can stop anywhere and go on to the same bits.

What a step draws (its order of pictures, shifts, flips) follows from the seed and the number of the
step alone, and the learning rate from that number too. So weights, momentum and the number of steps
are the whole state: who restores these and goes on makes the same steps as who never stopped.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from intertwine.base.errors import OptionError
from intertwine.learn.training.augmentation import Augmentation
from intertwine.learn.training.squares import Preprocessing

Array = NDArray[Any]

#: Pictures that are looked at together where nothing is learned.
_BATCH = 512

#: What convolutions may be computed in while a net learns.
DTYPES = ("float32", "bfloat16")

#: The fraction of the steps in which the learning rate rises, and how far below its peak it starts.
_RISE, _START = 0.25, 0.04


@dataclass(frozen=True)
class Settings:
    """What decides a training beside its pictures and its net.

    Attributes
    ----------
    epochs : how often all pictures are seen.
    batch : pictures a step.
    learning_rate : its peak; it rises to there and falls to 0 (Smith and Topin 2017).
    momentum : Nesterov's.
    weight_decay : of kernels and matrices, not of biases and normalisation.
    smoothing : how much of each label is spread over all classes.
    patience : epochs without a lower validation loss after which training stops early.
    seed : of weights, order and augmentation.
    dtype : of convolutions and products while a net learns; weights, sums and answers are float32.
    """

    epochs: int = 40
    batch: int = 128
    learning_rate: float = 0.1
    momentum: float = 0.9
    weight_decay: float = 5e-4
    smoothing: float = 0.1
    patience: int = 12
    seed: int = 0
    dtype: str = "float32"
    augmentation: Augmentation = field(default_factory=Augmentation)

    def rate_at(self, step: int, steps: int) -> float:
        """The learning rate of a step: half a cosine up, half a cosine down to 0."""
        rise = _RISE * steps
        if step < rise:
            low, high, place = _START, 1.0, step / rise
        else:
            low, high, place = 1.0, 0.0, (step - rise) / max(steps - rise, 1)
        return self.learning_rate * (low + (high - low) * (1 - math.cos(math.pi * place)) / 2)

    def as_card(self) -> dict[str, Any]:
        """JSON of the fields."""
        return asdict(self)


@dataclass(frozen=True)
class Tensors:
    """Pictures as they were read, scaled when they are used: a quarter of the memory.

    Attributes
    ----------
    images : (n, channels, side, side) uint8
    labels : (n,) int64
    mean, deviation : (1, channels, 1, 1) float32
    """

    images: Tensor
    labels: Tensor
    mean: Tensor
    deviation: Tensor

    @classmethod
    def of(cls, images: Array, labels: Array, preprocessing: Preprocessing) -> Tensors:
        """From uint8 (n, side, side, channels)."""
        scale = [
            torch.tensor(each, dtype=torch.float32).reshape(1, -1, 1, 1)
            for each in (preprocessing.mean, preprocessing.deviation)
        ]
        stored = torch.from_numpy(np.array(images)).permute(0, 3, 1, 2)
        return cls(stored, torch.from_numpy(np.array(labels, np.int64)), *scale)

    def __len__(self) -> int:
        return len(self.labels)

    def batch(self, which: Tensor | slice) -> Tensor:
        """Some of the pictures in float32, of mean 0 and deviation 1."""
        return (self.images[which].float() - self.mean) / self.deviation


@dataclass(frozen=True)
class Epoch:
    """What an epoch ended with: means over training (augmented) and validation pictures."""

    number: int
    loss: float
    accuracy: float
    validation_loss: float
    validation_accuracy: float


@dataclass(frozen=True)
class Moment:
    """Where a training stands, for whoever shows it: the epoch under way and the means so far."""

    step: int
    steps: int
    epoch: int
    epochs: int
    loss: float
    accuracy: float
    last: Epoch | None
    seconds: float


#: Called after every step.
Watcher = Callable[[Moment], None]


@dataclass
class Training:
    """A net on its way, and all of the state that goes on from here.

    Attributes
    ----------
    net : trained in place; `run` leaves the best epoch's weights in it.
    step : how many steps are done.
    sums : of the epoch under way: loss and right answers, by picture.
    epochs : what ended so far.
    best : the weights of the epoch with the lowest validation loss.
    seconds, cpu_seconds : spent so far, also before an interruption.
    """

    net: nn.Module
    settings: Settings
    step: int = 0
    sums: tuple[float, int] = (0.0, 0)
    epochs: list[Epoch] = field(default_factory=list)
    best: dict[str, Tensor] = field(default_factory=dict)
    seconds: float = 0.0
    cpu_seconds: float = 0.0

    def __post_init__(self) -> None:
        self._order: tuple[int, Tensor] | None = None
        self.net.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        s = self.settings
        parameters = [p for p in self.net.parameters() if p.requires_grad]
        self.optimizer = torch.optim.SGD(
            [
                {"params": [p for p in parameters if p.ndim > 1], "weight_decay": s.weight_decay},
                {"params": [p for p in parameters if p.ndim <= 1], "weight_decay": 0.0},
            ],
            lr=s.learning_rate,
            momentum=s.momentum,
            nesterov=s.momentum > 0,
        )

    @property
    def stopped(self) -> bool:
        """Whether validation got no better for as long as patience allows."""
        if not self.epochs:
            return False
        best = min(range(len(self.epochs)), key=lambda i: self.epochs[i].validation_loss)
        return len(self.epochs) - 1 - best >= self.settings.patience

    def run(
        self,
        train: Tensors,
        validation: Tensors,
        watch: Watcher | None = None,
        keep: Callable[[], None] | None = None,
        keep_every_s: float = 60.0,
    ) -> None:
        """Make all steps that are left; `keep` is called after epochs and every `keep_every_s`.

        Raises
        ------
        OptionError
            The loss is no finite number any more.
        """
        per_epoch = steps_an_epoch(len(train), self.settings.batch)
        steps = per_epoch * self.settings.epochs
        with _own_draws(), self._clock():
            kept = time.monotonic()
            while self.step < steps and not self.stopped:
                loss, right = self._step(train, per_epoch, steps)
                self.sums = (self.sums[0] + loss, self.sums[1] + right)
                self.step += 1
                done = (self.step - 1) % per_epoch + 1
                if done == per_epoch:
                    self._end_epoch(validation, per_epoch)
                if watch:
                    watch(self._moment(per_epoch, steps, done))
                if keep and (done == per_epoch or time.monotonic() - kept >= keep_every_s):
                    self._tick()
                    keep()
                    kept = time.monotonic()
        if self.best:
            self.net.load_state_dict(self.best)
        self.net.eval()

    def _step(self, train: Tensors, per_epoch: int, steps: int) -> tuple[float, int]:
        """One step of descent; the loss times the number of pictures, and the right answers."""
        settings = self.settings
        epoch, place = divmod(self.step, per_epoch)
        order = self._order_of(epoch, len(train))
        which = order[place * settings.batch : (place + 1) * settings.batch]
        torch.manual_seed(_seed(settings.seed, 1, self.step))
        pictures = settings.augmentation(train.batch(which))
        labels = train.labels[which]
        for group in self.optimizer.param_groups:
            group["lr"] = settings.rate_at(self.step, steps)
        self.net.train()
        with torch.autocast("cpu", torch.bfloat16, enabled=settings.dtype == "bfloat16"):
            logits = self.net(pictures).float()
        loss = nn.functional.cross_entropy(logits, labels, label_smoothing=settings.smoothing)
        value = float(loss.detach())
        if not math.isfinite(value):
            raise OptionError(
                f"train: the loss is {value} at step {self.step + 1} of {steps}.\n"
                f"  Pass a learning rate below {settings.learning_rate:g}."
            )
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        self.optimizer.step()
        return value * len(which), int((logits.detach().argmax(1) == labels).sum())

    def _order_of(self, epoch: int, count: int) -> Tensor:
        """The order in which an epoch sees the pictures."""
        if self._order is None or self._order[0] != epoch:
            torch.manual_seed(_seed(self.settings.seed, 0, epoch))
            self._order = epoch, torch.randperm(count)
        return self._order[1]

    def _end_epoch(self, validation: Tensors, per_epoch: int) -> None:
        logits = logits_of(self.net, validation)
        loss = float(nn.functional.cross_entropy(logits, validation.labels))
        right = float((logits.argmax(1) == validation.labels).float().mean())
        seen = per_epoch * self.settings.batch
        done = Epoch(len(self.epochs) + 1, self.sums[0] / seen, self.sums[1] / seen, loss, right)
        if all(loss < each.validation_loss for each in self.epochs):
            self.best = {k: v.detach().clone() for k, v in self.net.state_dict().items()}
        self.epochs.append(done)
        self.sums = (0.0, 0)

    def _moment(self, per_epoch: int, steps: int, done: int) -> Moment:
        last = self.epochs[-1] if self.epochs else None
        if done == per_epoch and last:
            loss, accuracy = last.loss, last.accuracy
        else:
            seen = done * self.settings.batch
            loss, accuracy = self.sums[0] / seen, self.sums[1] / seen
        self._tick()
        return Moment(
            self.step, steps, -(-self.step // per_epoch), self.settings.epochs, loss, accuracy,
            last, self.seconds,
        )  # fmt: skip

    @contextmanager
    def _clock(self) -> Iterator[None]:
        self._ticked = time.monotonic(), time.process_time()
        yield
        self._tick()

    def _tick(self) -> None:
        now = time.monotonic(), time.process_time()
        self.seconds += now[0] - self._ticked[0]
        self.cpu_seconds += now[1] - self._ticked[1]
        self._ticked = now


def steps_an_epoch(count: int, batch: int) -> int:
    """Whole batches; a rest smaller than a batch waits for an epoch with another order."""
    return count // batch


def logits_of(net: nn.Module, pictures: Tensors, flip_average: bool = False) -> Tensor:
    """The logits of pictures, with `flip_average` the mean with those of their mirror images."""
    net.eval()
    rows = []
    with torch.inference_mode():
        for start in range(0, len(pictures), _BATCH):
            few = pictures.batch(slice(start, start + _BATCH))
            found = net(few)
            rows.append((found + net(few.flip(3))) / 2 if flip_average else found)
    return torch.cat(rows)


def _seed(*numbers: int) -> int:
    """A seed for each tuple of numbers; close ones give unlike draws."""
    return int(np.random.SeedSequence(numbers).generate_state(1, np.uint64)[0])


@contextmanager
def _own_draws() -> Iterator[None]:
    """Leave torch's generator as the caller had it."""
    with torch.random.fork_rng(devices=[]):
        yield
