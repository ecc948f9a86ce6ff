"""The data sets that can be fetched.

A checksum is SHA-256 of what the gzip wrapper holds: copies of a set differ in their wrappers.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class DataFile:
    """One file: its name as published, the bytes that its wrapper holds, and their checksum."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class DataSet:
    """A data set of pictures with labels.

    Attributes
    ----------
    about, licence : one line each.
    addresses : folders that have all files, tried in turn.
    parts : part -> the files of its images and of its labels.
    classes : what label 0, 1, ... means.
    """

    name: str
    about: str
    licence: str
    addresses: tuple[str, ...]
    parts: dict[str, tuple[DataFile, DataFile]]
    classes: tuple[str, ...]

    @property
    def files(self) -> tuple[DataFile, ...]:
        """All files."""
        return tuple(file for pair in self.parts.values() for file in pair)


def _mnist_parts(*checksums: str) -> dict[str, tuple[DataFile, DataFile]]:
    """Train and test as the MNIST family names and lays them out: images, then labels."""
    files = (
        ("train-images-idx3-ubyte.gz", 47_040_016), ("train-labels-idx1-ubyte.gz", 60_008),
        ("t10k-images-idx3-ubyte.gz", 7_840_016), ("t10k-labels-idx1-ubyte.gz", 10_008),
    )  # fmt: skip
    all_ = [DataFile(*file, sha256) for file, sha256 in zip(files, checksums, strict=True)]
    return {"train": (all_[0], all_[1]), "test": (all_[2], all_[3])}


FASHION_MNIST = DataSet(
    "fashion-mnist",
    "70,000 grey pictures of garments in 10 classes, 28 x 28 (Xiao, Rasul, Vollgraf 2017); 31 MB",
    "MIT, Zalando SE",
    (
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ),
    _mnist_parts(
        "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
        "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
        "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
        "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
    ),
    (
        "t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
        "ankle-boot",
    ),
)  # fmt: skip

MNIST = DataSet(
    "mnist",
    "70,000 grey pictures of handwritten digits, 28 x 28 (LeCun, Cortes, Burges 1998); 11 MB",
    "usually stated as CC BY-SA 3.0",
    (
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "https://storage.googleapis.com/cvdf-datasets/mnist/",
    ),
    _mnist_parts(
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
    tuple(str(digit) for digit in range(10)),
)

SETS = {each.name: each for each in (FASHION_MNIST, MNIST)}
