"""How well style search finds garments of the same kind: no labels are used but to score.

    python -m benchmarks.style fashion                 Fashion-MNIST: 60,000 against 1,000 queries
    python -m benchmarks.style fashion --gallery 6000  the same on the first of them, quicker
    python -m benchmarks.style photos                  clothing photos, leave one out on `train`
    python -m benchmarks.style photos --split test     gallery `train`, queries `test`: report once
    python -m benchmarks.style photos --encoder pretrained
    python -m benchmarks.style speed                   an index of Fashion-MNIST asked, in process
                                                       and over HTTP, and a million codes

The data lie in the folder that INTERTWINE_DATA names. Queries come upright, rotated by up to 20
degrees and mirrored. Scores are cosines of the shape view; mAP is over the whole ranking. At last
the false-match rates that the gallery names are held against pairs that it never saw.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import os
import socket
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import numpy as np
from scipy import ndimage

from intertwine.style import StyleIndex
from intertwine.style.codes import Codes
from intertwine.style.encoders import Encoder, by_name
from intertwine.style.false_matches import FalseMatches
from intertwine.style.table import CodeTable


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", choices=("fashion", "photos", "speed"))
    parser.add_argument("--encoder", default="linear", choices=("linear", "pretrained"))
    parser.add_argument("--gallery", type=int, default=60_000, help="of Fashion-MNIST")
    parser.add_argument("--split", default="train", choices=("train", "test"), help="of photos")
    chosen = parser.parse_args()
    folder = os.environ.get("INTERTWINE_DATA")
    if not folder:
        parser.error("set INTERTWINE_DATA to the folder that has fashion-mnist and clothing")
    if chosen.data == "speed":
        speed(Path(folder) / "fashion-mnist", chosen.gallery)
        return
    encoder = by_name(chosen.encoder)
    if chosen.data == "fashion":
        fashion(encoder, Path(folder) / "fashion-mnist", chosen.gallery)
    else:
        photos(encoder, Path(folder) / "clothing", chosen.split)


def fashion(encoder: Encoder, folder: Path, count: int) -> None:
    """Gallery: the first training images. Queries: the first 1,000 test images."""
    gallery, labels = idx(folder, "train")
    queries, wanted = idx(folder, "t10k")
    gallery, labels, queries, wanted = (
        gallery[:count], labels[:count], list(queries[:1000]), wanted[:1000]
    )  # fmt: skip
    codes = fitted_and_encoded(encoder, list(gallery))
    for name, changed in variants(queries):
        print_scores(name, encoder.encode(changed)["shape"] @ codes.T, labels, wanted)
    print_rates(codes, encoder.encode(queries)["shape"])


def photos(encoder: Encoder, folder: Path, split: str) -> None:
    """Gallery: `train`. Queries: `test`, or each photo of `train` against all others."""
    gallery, labels = clothing(folder / "train")
    codes = fitted_and_encoded(encoder, gallery)
    queries, wanted = (gallery, labels) if split == "train" else clothing(folder / split)
    for name, changed in variants(queries):
        cosines = encoder.encode(changed)["shape"] @ codes.T
        if split == "train":
            np.fill_diagonal(cosines, -2)
        print_scores(name, cosines, labels, wanted, alone=split == "train")
    print_rates(codes, encoder.encode(clothing(folder / "test")[0])["shape"])


def fitted_and_encoded(encoder: Encoder, pictures: list[np.ndarray]) -> np.ndarray:
    start = time.perf_counter()
    encoder.fit(pictures)
    middle = time.perf_counter()
    codes = encoder.encode(pictures)["shape"]
    end = time.perf_counter()
    print(
        f"{encoder.name}: fitted in {middle - start:.1f} s, {len(pictures)} pictures encoded in "
        f"{end - middle:.1f} s ({1e3 * (end - middle) / len(pictures):.2f} ms each)"
    )
    return codes


def variants(pictures: list[np.ndarray]) -> list[tuple[str, list[np.ndarray]]]:
    """Upright, rotated about the centre by a uniform angle of up to 20 degrees, mirrored."""
    angles = np.random.default_rng(1).uniform(-20, 20, len(pictures))
    rotated = [
        ndimage.rotate(p, a, reshape=False, order=1, mode="nearest" if p.ndim == 3 else "constant")
        for p, a in zip(pictures, angles, strict=True)
    ]
    mirrored = [np.ascontiguousarray(p[:, ::-1]) for p in pictures]
    return [("upright", pictures), ("rotated", rotated), ("mirrored", mirrored)]


def print_scores(
    name: str, cosines: np.ndarray, labels: np.ndarray, wanted: np.ndarray, alone: bool = False
) -> None:
    """1-NN, the share of relevant ones among the first 5, 10 and 100, and mAP."""
    order = np.argsort(-cosines, axis=1, kind="stable")
    if alone:  # the last is the query itself
        order = order[:, :-1]
    relevant = labels[order] == wanted[:, np.newaxis]
    found = np.cumsum(relevant, axis=1) / np.arange(1, relevant.shape[1] + 1)
    average = (found * relevant).sum(axis=1) / np.maximum(relevant.sum(axis=1), 1)
    first = "  ".join(f"P@{k} {relevant[:, :k].mean():.3f}" for k in (5, 10, 100))
    print(f"{name:9s} 1-NN {relevant[:, 0].mean():.3f}  {first}  mAP {average.mean():.3f}")


def print_rates(codes: np.ndarray, held_out: np.ndarray) -> None:
    """How often pairs of the gallery and pictures held out score as much as a named rate says."""
    rates = FalseMatches(Codes({"shape": codes}), {"shape": 1.0})
    scores = np.linspace(-1, 1, 20_001)
    named = np.array([rates.rate(score) for score in scores])
    cosines = np.sort((held_out @ codes.T).ravel())
    for rate in (0.01, 0.001):
        score = scores[(named <= rate).argmax()]
        found = 1 - np.searchsorted(cosines, score) / len(cosines)
        print(f"false-match rate named {rate}: {found:.5f} of {len(cosines):,} pairs held out")


def speed(folder: Path, count: int) -> None:
    """Times of an index: making it, asking it here and over HTTP, and a million codes."""
    gallery, queries = idx(folder, "train")[0][:count], idx(folder, "t10k")[0][:300]
    with tempfile.TemporaryDirectory() as place, StyleIndex(place, encoder="linear") as index:
        start = time.perf_counter()
        index.add(list(gallery))
        print(f"{len(index):,} pictures indexed in {time.perf_counter() - start:.0f} s")
        index.search(queries[0])
        print_times("in process", [timed(index.search, query) for query in queries])
        with served(index) as address:
            files = [png(query) for query in queries]
            asked(address, files[0])
            print_times("over HTTP", [timed(asked, address, file) for file in files])
            with ThreadPoolExecutor(200) as threads:
                start = time.perf_counter()
                answers = list(threads.map(asked, [address] * 200, files))
            seconds = time.perf_counter() - start
            good = sum(len(answer) == 10 for answer in answers)
            print(f"200 at once over HTTP: {good} answered in {seconds:.1f} s")
    million(np.random.default_rng(0))


def million(rng: np.random.Generator) -> None:
    rows = rng.standard_normal((1_000_000, 64), np.float32)
    table = CodeTable([str(n) for n in range(len(rows))], Codes({"shape": rows}))
    queries = [Codes({"shape": rng.standard_normal((1, 64))}) for _ in range(30)]
    table.nearest(queries[0], 10, {"shape": 1.0})
    print_times("a million", [timed(table.nearest, q, 10, {"shape": 1.0}) for q in queries])


def timed(call: Callable, *arguments) -> float:
    start = time.perf_counter()
    call(*arguments)
    return time.perf_counter() - start


def print_times(name: str, seconds: list[float]) -> None:
    median, most = 1e3 * np.percentile(seconds, [50, 95])
    print(f"{name}: a query takes {median:.1f} ms, {most:.1f} at the 95th percentile")


@contextmanager
def served(index: StyleIndex) -> Iterator[str]:
    """The address at which another thread answers for an index."""
    import uvicorn

    from intertwine.style.server import create_app

    listening = socket.create_server(("127.0.0.1", 0), backlog=256)
    server = uvicorn.Server(uvicorn.Config(create_app(index), log_level="warning"))
    thread = Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def asked(address: str, file: bytes) -> list:
    """The hits for an uploaded picture."""
    head = b'--cut\r\nContent-Disposition: form-data; name="picture"; filename="a.png"\r\n\r\n'
    request = urllib.request.Request(f"{address}/search", head + file + b"\r\n--cut--\r\n")
    request.add_header("Content-Type", "multipart/form-data; boundary=cut")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.load(answer)


def png(picture: np.ndarray) -> bytes:
    from PIL import Image

    written = io.BytesIO()
    Image.fromarray(picture).save(written, "PNG")
    return written.getvalue()


def idx(folder: Path, part: str) -> tuple[np.ndarray, np.ndarray]:
    """The images and labels of an IDX pair."""
    images = gzip.decompress((folder / f"{part}-images-idx3-ubyte.gz").read_bytes())
    labels = gzip.decompress((folder / f"{part}-labels-idx1-ubyte.gz").read_bytes())
    return (
        np.frombuffer(images, np.uint8, offset=16).reshape(-1, 28, 28),
        np.frombuffer(labels, np.uint8, offset=8),
    )


def clothing(folder: Path) -> tuple[list[np.ndarray], np.ndarray]:
    """The photos of a folder of folders, and the number of the folder that each lies in."""
    from PIL import Image, ImageOps

    kinds = sorted(path.name for path in folder.iterdir() if path.is_dir())
    pictures, labels = [], []
    for number, kind in enumerate(kinds):
        for path in sorted((folder / kind).iterdir()):
            with Image.open(path) as image:
                pictures.append(np.asarray(ImageOps.exif_transpose(image).convert("RGB")))
            labels.append(number)
    return pictures, np.array(labels)


if __name__ == "__main__":
    main()
