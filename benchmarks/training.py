"""How good trained classifiers are: python -m benchmarks.training WHAT... [--seeds 0 1 2]

WHAT is ``small`` or ``large`` (a preset on Fashion-MNIST), ``photos`` (preset small on photos of
clothing, from scratch) or ``probe`` (a dense layer on EfficientNet-Lite0 on the same photos). The
data lie in the folder that INTERTWINE_DATA names. Models are kept in FOLDER: a run that was
interrupted goes on, and one that is done is only printed.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import numpy as np

from intertwine.cli.console import training
from intertwine.learn import Classifier, train

#: What is trained -> the data, and how.
RUNS = {
    "small": ("fashion-mnist", {"preset": "small"}),
    "large": ("fashion-mnist", {"preset": "large"}),
    "photos": ("clothing", {"preset": "small"}),
    "probe": ("clothing", {"encoder": "pretrained"}),
}


def model(what: str, seed: int, out: Path, threads: int, dtype: str) -> Classifier:
    """The model of one run, trained unless it is there."""
    folder = out / f"{what}-{seed}"
    if (folder / "card.json").exists():
        return Classifier.load(folder)
    data, options = RUNS[what]
    if "encoder" not in options:
        options = {**options, "dtype": dtype}
    source = Path(os.environ["INTERTWINE_DATA"]) / data
    with training() as watch:
        return train(source, folder, seed=seed, threads=threads, watch=watch, **options)


def report(what: str, seeds: list[int], out: Path, threads: int, dtype: str) -> None:
    """Print the accuracy on the test pictures for each seed, their mean and spread."""
    values = []
    for seed in seeds:
        card = model(what, seed, out, threads, dtype).card
        found = card["accuracy"]["test"]
        values.append(found["value"])
        print(
            f"{what} seed {seed}: {found['value']:.4f}, "
            f"95 % interval {found['low']:.4f} to {found['high']:.4f}, "
            f"calibration error {card['calibration']['test']['error']:.3f}, "
            f"{card['cpu_seconds']:.0f} s of CPU, {card['seconds']:.0f} s",
            flush=True,
        )
    spread = np.std(values, ddof=1) if len(values) > 1 else np.nan
    print(f"{what}: mean {np.mean(values):.4f}, standard deviation {spread:.4f}", flush=True)


def main() -> None:
    """Run what was named."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="+", choices=sorted(RUNS))
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--out", type=Path, default=Path("build/models"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--dtype", default="float32", choices=["float32", "bfloat16"])
    chosen = parser.parse_args()
    for what in chosen.what:
        report(what, chosen.seeds, chosen.out, chosen.threads, chosen.dtype)


if __name__ == "__main__":
    main()
