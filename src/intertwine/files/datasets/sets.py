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


FASHION_MNIST = DataSet(
    "fashion-mnist",
    "70,000 grey pictures of garments in 10 classes, 28 x 28 (Xiao, Rasul, Vollgraf 2017); 31 MB",
    "MIT, Zalando SE",
    (
        "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
        "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
    ),
    {
        "train": (
            DataFile(
                "train-images-idx3-ubyte.gz",
                47_040_016,
                "c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
            ),
            DataFile(
                "train-labels-idx1-ubyte.gz",
                60_008,
                "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
            ),
        ),
        "test": (
            DataFile(
                "t10k-images-idx3-ubyte.gz",
                7_840_016,
                "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
            ),
            DataFile(
                "t10k-labels-idx1-ubyte.gz",
                10_008,
                "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34",
            ),
        ),
    },
    (
        "t-shirt", "trouser", "pullover", "dress", "coat", "sandal", "shirt", "sneaker", "bag",
        "ankle-boot",
    ),
)  # fmt: skip

SETS = {each.name: each for each in (FASHION_MNIST,)}
