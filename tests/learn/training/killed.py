"""Train once undisturbed, then killed at each of the given moments and resumed; print both sums.

    python killed.py FOLDER EPOCHS MOMENT...

A moment is ``step:N`` (after N more steps, before the checkpoint of the last), ``write:N`` (half of
the N-th checkpoint from here is on disk) or ``after:SECONDS``. Processes are forked, so that torch
is imported once.
"""

import contextlib
import hashlib
import itertools
import os
import signal
import sys
import time
import traceback
from pathlib import Path

import torch

from intertwine.learn.training import checkpoint, train
from learn.training.drawn import bars

SIZE = 20


def trained(folder, epochs, moment=""):
    """One go at the training; a child of its own."""
    kind, _, number = moment.partition(":")
    if kind == "write":
        half_written(int(number))

    steps = itertools.count(1)

    def watch(now):
        if kind == "step" and next(steps) == int(number):
            os.kill(os.getpid(), signal.SIGKILL)

    torch.set_num_threads(1)
    train(
        bars(SIZE),
        folder,
        epochs=epochs,
        patience=epochs,
        threads=1,
        watch=watch,
        checkpoint_every_s=0,
    )


def half_written(number):
    """Die in the middle of writing the checkpoint of that number."""
    whole, count = checkpoint.atomic, [0]

    class Half:
        def __init__(self, file):
            self.file = file

        def write(self, content):
            self.file.write(content[: len(content) // 2])
            self.file.flush()
            os.kill(os.getpid(), signal.SIGKILL)

    @contextlib.contextmanager
    def atomic(path):
        count[0] += 1
        with whole(path) as file:
            yield Half(file) if count[0] == number else file

    checkpoint.atomic = atomic


def in_a_child(folder, epochs, moment=""):
    """Run `trained` in a process of its own; whether it ended by itself."""
    child = os.fork()
    if child == 0:
        try:
            trained(folder, epochs, moment)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    if moment.startswith("after:"):
        time.sleep(float(moment.partition(":")[2]))
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        sys.exit("the training failed")
    return os.WIFEXITED(status)


def sum_of(folder):
    """The checksum of a model's weights."""
    return hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()


def main():
    """Print the undisturbed sum, the disturbed one, how often it was killed, and what is left."""
    folder, epochs, *moments = sys.argv[1:]
    calm, killed = Path(folder) / "calm", Path(folder) / "killed"
    in_a_child(calm, int(epochs))
    kills = sum(not in_a_child(killed, int(epochs), moment) for moment in moments)
    in_a_child(killed, int(epochs))
    left = sorted(path.name for path in killed.iterdir())
    print(sum_of(calm), sum_of(killed), kills, *left)


if __name__ == "__main__":
    main()
