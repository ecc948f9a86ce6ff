"""Every class of tile gives the same answers: small, beyond a cache, shared, rows cut in two."""

from dataclasses import replace
from functools import reduce

import numpy as np
import pytest

import intertwine as iw
from intertwine.engine.machine import current
from intertwine.engine.methods import overlap_save, strips
from tiles import agree, answers, forced

#: Shape of the data, taps, and tiles: the least, odd products of 3 and 5, beyond the second cache,
#: large enough for all threads together, rows that are cut in two.
PLANES = [
    ((70, 90), (5, 4), [(5, 16), (8, 32), (15, 48), (25, 80), (81, 144), (128, 128), (75, 144)]),
    ((300, 500), (31, 20), [(32, 32), (45, 96), (160, 384), (256, 512), (64, 1280), (50, 2048)]),
    ((40, 1300), (9, 300), [(10, 320), (48, 1024), (16, 1536), (243, 1280), (512, 512)]),
]
LINES = [
    ((5000,), (64,), [(256,), (512,), (768,), (1280,), (4096,), (6400,)]),
    ((5000,), (1001,), [(1024,), (1280,), (2304,), (8192,)]),
    ((60_000,), (3001,), [(3072,), (16384,), (65536,), (262144,)]),
]
VOLUMES = [
    ((17, 20, 40), (3, 4, 5), [(3, 4, 16), (5, 8, 32), (9, 10, 48), (20, 24, 48), (64, 64, 64)]),
    ((50, 55, 60), (3, 4, 5), [(15, 20, 32)]),  # much data: rows are transformed on the way
]
CASES = [(x, k, tile) for x, k, tiles in PLANES + LINES + VOLUMES for tile in tiles]


#: Data, taps, and lone tiles that are folded along an axis: odd halves, halves without results.
FOLDED = [
    ((70, 90), (5, 4), (80, 96), 0),
    ((70, 90), (69, 88), (150, 192), 0),
    ((70, 90), (5, 4), (75, 96), 1),
    ((70, 90), (69, 88), (144, 192), 1),
    ((9, 300), (8, 30), (90, 400), 0),
    ((9, 300), (8, 30), (25, 480), 1),
    ((280, 330), (250, 280), (540, 640), 0),  # shared by all threads
    ((280, 330), (250, 280), (625, 640), 1),  # rows that a border repeats
    ((280, 330), (559, 30), (864, 384), 1),
    ((12, 13, 20), (11, 6, 9), (24, 18, 32), 0),
    ((12, 13, 20), (1, 6, 9), (12, 18, 32), 1),
    ((12, 13, 20), (11, 6, 9), (24, 18, 32), 2),
    ((40, 50, 60), (31, 36, 9), (72, 90, 96), 2),
    ((300, 500), (40, 900), (360, 1440), 0),  # much data, and fewer samples than taps in a row
    *(
        pytest.param(*case, marks=pytest.mark.slow)
        for case in [
            ((600, 700), (500, 600), (1200, 1440), 0),
            ((600, 700), (500, 600), (1125, 1440), 1),
            ((600, 700), (1199, 30), (1800, 768), 1),
        ]
    ),
]


@pytest.mark.parametrize(("shape", "size", "tile"), CASES, ids=lambda v: "x".join(map(str, v)))
@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64"])
def test_tiles_of_transforms(monkeypatch, shape, size, tile, dtype):
    rng = np.random.default_rng(1)
    x, k = rng.uniform(-1, 1, shape), rng.uniform(-1, 1, size)
    if dtype == "complex64":
        x = x + 1j * rng.uniform(-1, 1, shape)
    x = x.astype(dtype)
    forced(monkeypatch, tile)
    for boundary in ("symmetric", "wrap"):
        problem = iw.plan(x, k, method="overlap_save", boundary=boundary).problem
        assert overlap_save._best(problem, current()).tile == tile
        y, bound = answers(x, k, "overlap_save", boundary)
        agree(y, bound, x, k, boundary)


@pytest.mark.parametrize(("shape", "size", "tile", "folded"), FOLDED)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_folded_tiles(monkeypatch, shape, size, tile, folded, dtype):
    rng = np.random.default_rng(5)
    x, k = rng.uniform(-1, 1, shape).astype(dtype), rng.uniform(-1, 1, size)
    forced(monkeypatch, tile, folded)
    for boundary in ("mirror", "zero", "symmetric", "wrap"):
        y, bound = answers(x, k, "overlap_save", boundary)
        agree(y, bound, x, k, boundary)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_folded_tiles_keep_nan_and_huge_samples_local(monkeypatch, dtype):
    rng = np.random.default_rng(6)
    x, k = rng.uniform(0.5, 1, (60, 50)).astype(dtype), rng.uniform(0.1, 1, (9, 7))
    x[50, 40], x[3, 4] = np.nan, 1e25
    forced(monkeypatch, (80, 64), 0)
    y, bound = answers(x, k, "overlap_save", "zero")
    want = iw.convolve(x, k, boundary="zero", method="direct")
    assert np.array_equal(np.isnan(y), np.isnan(want))
    assert np.isnan(y).sum() == k.size
    far = ~np.isnan(y)
    far[:12, :12] = False
    assert np.abs(y - want)[far].max() <= 2 * bound * k.sum()


@pytest.mark.parametrize("tile", [(16, 16), (81, 144), (160, 384), (512, 512)])
def test_tiles_with_a_huge_sample_go_the_careful_way(monkeypatch, tile):
    x = np.random.default_rng(2).uniform(0.5, 1, (200, 220)).astype("float32")
    x[50, 60] = 1e30
    k = np.random.default_rng(3).uniform(0.1, 1, (9, 9))
    forced(monkeypatch, tile)
    y, bound = answers(x, k, "overlap_save", "zero")
    want = iw.convolve(x, k, boundary="zero", method="direct")
    far = np.ones(x.shape, bool)
    far[40:61, 50:71] = False
    assert np.abs(y - want)[far].max() <= 2 * bound * k.sum()


@pytest.mark.parametrize("options", [{}, {"stride": (2, 3)}, {"dilation": (3, 2)}], ids=str)
@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "uint8"])
@pytest.mark.parametrize("width", [420, 1024])  # 1024 float32: rows that compete in the cache
def test_much_data_with_its_rows_transformed_on_the_way(monkeypatch, width, dtype, options):
    rng = np.random.default_rng(7)
    x, k = rng.uniform(0, 200, (330, width)), rng.uniform(-1, 1, (9, 8))
    if dtype == "complex64":
        x = x + 1j * rng.uniform(-1, 1, x.shape)
    x = x.astype(dtype)
    forced(monkeypatch, (81, 144))
    for boundary in ("symmetric", "zero"):
        plan = iw.plan(x, k, method="overlap_save", boundary=boundary, **options)
        one, eight = plan(x, threads=1), plan(x, threads=8)
        assert one.tobytes() == eight.tobytes()
        want = iw.convolve(x, k, boundary=boundary, method="direct", **options)
        scale = np.abs(k).sum() * np.abs(x).max()
        assert np.abs(one - want).max() <= 2 * plan.error * scale


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64"])
def test_much_data_keeps_nan_and_huge_samples_local(monkeypatch, dtype):
    rng = np.random.default_rng(8)
    x, k = rng.uniform(0.5, 1, (300, 480)).astype(dtype), rng.uniform(0.1, 1, (9, 7))
    x[150, 200], x[20, 30], x[299, 479] = np.nan, 1e25, np.inf
    forced(monkeypatch, (80, 96))
    y, bound = answers(x, k, "overlap_save", "zero")
    want = iw.convolve(x, k, boundary="zero", method="direct")
    assert np.array_equal(np.isfinite(y), np.isfinite(want))
    assert np.array_equal(np.isnan(y), np.isnan(want))
    far = np.isfinite(want)
    far[10:35, 20:45] = False
    assert np.abs(y[far] - want[far]).max() <= 2 * bound * k.sum()


@pytest.mark.parametrize("tile", [(1, 1), (3, 7), (16, 64), (200, 33), (17, 300), (200, 300)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_tiles_of_products(monkeypatch, tile, dtype):
    rng = np.random.default_rng(4)
    x = rng.uniform(-1, 1, (120, 130)).astype(dtype)
    k = np.outer(rng.uniform(-1, 1, 7), rng.uniform(-1, 1, 6))
    model = strips.tiling
    monkeypatch.setattr(strips, "tiling", lambda problem: replace(model(problem), tile=tile))
    iw.release_memory()
    for boundary in ("mirror", "zero"):
        y, bound = answers(x, k, "separable", boundary)
        agree(y, bound, x, k, boundary)


#: Data, taps and tiles of volumes: planes of one row, of many, cut short; two axes first.
PRODUCTS = [
    ((30, 21, 40), (7, 6, 5), [(1, 1, 1), (3, 5, 7), (16, 21, 40), (30, 8, 16), (9, 200, 33)]),
    ((30, 21, 40), (7, 6, 1), [(4, 5, 7), (17, 21, 40)]),
    ((9, 40, 3, 50), (3, 1, 3, 5), [(4, 1, 3, 20), (9, 1, 2, 50)]),
    ((9, 8, 21, 50), (3, 4, 9, 5), [(4, 3, 16, 20), (9, 8, 21, 50), (1, 1, 5, 17)]),
]


def lines(rng, size, mirrored):
    """The factors of a kernel, each its own mirror image or not."""
    drawn = [rng.uniform(0.1, 1, n) for n in size]
    return [f + f[::-1] if mirrored else f for f in drawn]


@pytest.mark.parametrize("mirrored", [True, False])
@pytest.mark.parametrize(
    ("shape", "size", "tile"), [(x, k, tile) for x, k, tiles in PRODUCTS for tile in tiles]
)
def test_tiles_of_products_in_volumes(monkeypatch, shape, size, tile, mirrored):
    rng = np.random.default_rng(7)
    x = rng.uniform(-1, 1, shape).astype("float32")
    k = reduce(np.multiply.outer, lines(rng, size, mirrored))
    model = strips.tiling
    monkeypatch.setattr(strips, "tiling", lambda problem: replace(model(problem), tile=tile))
    iw.release_memory()
    for boundary in ("symmetric", "wrap", "zero"):
        y, bound = answers(x, k, "separable", boundary)
        agree(y, bound, x, k, boundary)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("boundary", ["symmetric", "mirror", "nearest", "wrap", "zero"])
@pytest.mark.parametrize("mirrored", [True, False])
def test_products_read_in_place_or_copied(dtype, boundary, mirrored):
    """Rows that lie as the sums take them are not copied: the bits are those of rows that are."""
    rng = np.random.default_rng(10)
    k = reduce(np.multiply.outer, lines(rng, (4, 9, 7), mirrored))
    plain = rng.uniform(-1, 1, (20, 37, 83)).astype(dtype)
    spread = np.empty((20, 37, 166), dtype)[:, :, ::2]
    shifted = np.empty((21, 38, 90), dtype)[1:, :37, 5:88]
    want = iw.convolve(plain, k, method="separable", boundary=boundary)
    for x in (spread, shifted):
        x[:] = plain
        assert np.array_equal(iw.convolve(x, k, method="separable", boundary=boundary), want)


@pytest.mark.parametrize("size", [(4, 5, 3), (4, 1, 3), (4, 5, 1)])
@pytest.mark.parametrize("dilation", [(2, 1, 1), (1, 3, 1), (3, 2, 2)])
@pytest.mark.parametrize("stride", [(1, 1, 1), (2, 1, 1), (1, 2, 1), (3, 2, 2)])
def test_products_of_dilated_kernels(size, dilation, stride):
    rng = np.random.default_rng(11)
    x = rng.integers(-9, 10, (31, 33, 50)).astype("float32")
    k = reduce(np.multiply.outer, [rng.integers(1, 5, n) for n in size]).astype("float32")
    options = {"dilation": dilation, "stride": stride, "boundary": "symmetric"}
    plans = [iw.plan(x, k, method=method, **options) for method in ("separable", "direct")]
    y, want = [plan(x) for plan in plans]
    assert np.abs(y - want).max() <= sum(plan.error for plan in plans) * k.sum() * np.abs(x).max()


@pytest.mark.parametrize("size", [(5, 4, 3), (5, 4, 1), (5, 1, 3)])
def test_products_keep_nan_and_huge_samples_local(size):
    rng = np.random.default_rng(8)
    x = rng.uniform(0.5, 1, (40, 30, 50)).astype("float32")
    x[20, 10, 30], x[5, 20, 10], x[33, 25, 45] = np.nan, 3e38, np.inf
    k = reduce(np.multiply.outer, lines(rng, size, mirrored=True))
    k = k / k.sum()
    y, bound = answers(x, k, "separable", "zero")
    want = iw.convolve(x.astype("float64"), k, boundary="zero", method="direct")
    assert np.array_equal(np.isnan(y), np.isnan(want))
    assert np.array_equal(np.isinf(y), np.isinf(want))
    assert np.isnan(y).sum() == k.size
    huge = np.zeros(x.shape, bool)
    huge[:11, 15:26, 5:16] = True
    near = np.isfinite(want) & ~huge
    assert np.abs(y[near] - want[near]).max() <= bound
    assert np.abs(y[huge] - want[huge]).max() <= bound * 3e38


@pytest.mark.parametrize(
    ("shape", "size"),
    [
        ((2100, 4101), (3, 4)),
        ((137, 256, 256), (2, 3, 4)),
        ((2101, 4096), (5, 2)),
        ((300, 500, 61), (5, 4, 3)),  # a line of the cache holds the end of a row and the next
        ((300, 2900, 11), (2, 3, 4)),  # and several rows
    ],
)
@pytest.mark.parametrize("shift", [0, 1, 3])
def test_results_past_the_caches(shape, size, shift):
    """Results begin anywhere within a cache line; what lies around them is left alone."""
    rng = np.random.default_rng(9)
    x = rng.uniform(-1, 1, shape).astype("float32")
    k = reduce(np.multiply.outer, lines(rng, size, mirrored=False))
    room = np.full(x.size + 2 * shift, 77, "float32")
    out = room[shift : shift + x.size].reshape(shape)
    bound = 0.0
    answer = {}
    for method, where in (("separable", out), ("direct", None)):
        plan = iw.plan(x, k, method=method, boundary="mirror")
        answer[method] = plan(x, out=where)
        bound += plan.error
    assert np.abs(out - answer["direct"]).max() <= bound * k.sum() * np.abs(x).max()
    assert np.all(room[:shift] == 77)
    assert np.all(room[shift + x.size :] == 77)


@pytest.mark.parametrize("dtype", ["float32", "float64", "complex64", "uint8"])
@pytest.mark.parametrize("channels", [2, 3, 4, 5])
def test_channels_side_by_side(monkeypatch, channels, dtype):
    rng = np.random.default_rng(channels)
    x, k = rng.uniform(0, 200, (90, 170, channels)), rng.uniform(-1, 1, (9, 8))
    if dtype == "complex64":
        x = x + 1j * rng.uniform(-1, 1, x.shape)
    x = x.astype(dtype)
    forced(monkeypatch, (1, 40, 96))
    for given in (x, x[::-1, ::-1], np.moveaxis(np.moveaxis(x, 2, 0).copy(), 0, 2)):
        for boundary in ("symmetric", "zero"):
            plan = iw.plan(given, k, axes=(0, 1), method="overlap_save", boundary=boundary)
            one, eight = plan(given, threads=1), plan(given, threads=8)
            assert one.tobytes() == eight.tobytes() == plan(given.copy()).tobytes()
            want = iw.convolve(given, k, axes=(0, 1), boundary=boundary, method="direct")
            scale = np.abs(k).sum() * np.abs(x).max()
            assert np.abs(one - want).max() <= 2 * plan.error * scale
