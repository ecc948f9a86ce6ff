"""The numbers of the chapters against independent computation."""

from __future__ import annotations

import io
import re
from fractions import Fraction

import numpy as np
import pytest
from scipy import ndimage, signal

from intertwine.tour import listing, pictures
from intertwine.tour.blocks import Block, Chapter, Code, Figure, Grid, Picture, Table
from intertwine.tour.chapters import (
    CHAPTERS,
    bank,
    boundaries,
    classics,
    colours,
    diffusion,
    dot_product,
    feature_maps,
    fitted,
    person,
    propagator,
    quiz,
    sizes,
    timing,
)
from intertwine.tour.photo import Photo
from intertwine.tour.words import fixed

PAD_MODES = {
    "symmetric": "symmetric",
    "mirror": "reflect",
    "nearest": "edge",
    "wrap": "wrap",
}


def blocks_of(chapters: list[Chapter], module: object) -> tuple[Block, ...]:
    return chapters[CHAPTERS.index(module)].blocks


def text_of(blocks: tuple[Block, ...]) -> str:
    return "\n".join(block for block in blocks if isinstance(block, str))


def tables_of(blocks: tuple[Block, ...]) -> list[Table]:
    return [block for block in blocks if isinstance(block, Table)]


def panels_of(blocks: tuple[Block, ...]) -> list[Picture | Grid]:
    panels: list[Picture | Grid] = []
    for block in blocks:
        for item in block.items if isinstance(block, Figure) else ():
            if not isinstance(item, str):
                panels.extend(item if isinstance(item, tuple) else (item,))
    return panels


def pixels(picture: Picture) -> np.ndarray:
    from PIL import Image

    return np.asarray(Image.open(io.BytesIO(picture.png)).convert("RGB"))


def plain(text: str) -> float:
    return float(text.replace("−", "-").replace(",", "").removesuffix(" %"))


def test_every_chapter_is_in_the_list() -> None:
    import intertwine.tour.chapters as package

    files = {p.stem for p in __import__("pathlib").Path(package.__file__).parent.glob("*.py")}
    assert {m.__name__.rsplit(".", 1)[1] for m in CHAPTERS} == files - {"__init__"}


def test_every_chapter_has_words_and_figures_and_alternative_texts(
    chapters: list[Chapter],
) -> None:
    for chapter in chapters:
        assert any(isinstance(block, str) for block in chapter.blocks), chapter.title
        panels = panels_of(chapter.blocks)
        assert panels, chapter.title
        assert all(panel.alt for panel in panels), chapter.title


def test_the_products_add_up_to_the_result(chapters: list[Chapter], seen: Photo) -> None:
    blocks = blocks_of(chapters, dot_product)
    row, column = map(int, re.search(r"row (\d+), column (\d+)", text_of(blocks)).groups())
    taps = np.array([[2, 1, 0], [1, 1, -1], [0, -1, -2]], float)
    expected = ndimage.convolve(seen.square().grey.astype(float), taps, mode="reflect")
    unturned = ndimage.correlate(seen.square().grey.astype(float), taps, mode="reflect")
    products = next(p for p in panels_of(blocks) if p.label == "Products")
    total = sum(plain(cell.text) for line in products.rows for cell in line)
    assert total == expected[row, column]
    assert f"put {fixed(expected[row, column], 0)} at" in text_of(blocks)
    assert f"would be {fixed(unturned[row, column], 0)}." in text_of(blocks)


@pytest.mark.parametrize("boundary", PAD_MODES)
def test_the_extended_photo_is_that_of_numpy(
    chapters: list[Chapter], seen: Photo, boundary: str
) -> None:
    panels = panels_of(blocks_of(chapters, boundaries))
    (shown,) = (p for p in panels if p.label.startswith(f"{boundary} "))
    expected = np.pad(seen.square().grey, 48, mode=PAD_MODES[boundary])
    outside = np.ones(expected.shape, bool)
    outside[45:-45, 45:-45] = False  # the frame covers three pixels
    np.testing.assert_array_equal(pixels(shown)[outside, 0], expected[outside])


def test_the_corner_levels_are_those_of_a_padded_mean(chapters: list[Chapter], seen: Photo) -> None:
    blocks = blocks_of(chapters, boundaries)
    (table,) = tables_of(blocks)
    shown = {row[0].strip("`"): plain(row[-1]) for row in table.rows}
    grey = seen.square().grey.astype(float)
    for boundary, mode in PAD_MODES.items():
        part = np.pad(grey, 15, mode=mode)[:31, :31]
        assert shown[boundary] == pytest.approx(part.mean(), abs=0.051)
    inside = grey[:16, :16]
    assert shown["renormalize"] == pytest.approx(inside.mean(), abs=0.051)
    assert shown["zero"] == pytest.approx(inside.sum() / 961, abs=0.051)
    assert shown["constant"] == pytest.approx((inside.sum() + 128 * 705) / 961, abs=0.051)
    assert "705 of the 961 pixels" in text_of(blocks)


def test_ones_divided_by_their_number_keep_the_mean(chapters: list[Chapter], seen: Photo) -> None:
    means, by_boundary = tables_of(blocks_of(chapters, feature_maps))
    grey = seen.square().grey.astype(float)
    assert [plain(row[3]) for row in means.rows] == [9, 1, 1, 1]
    assert plain(means.rows[1][2]) == pytest.approx(grey.mean(), abs=1e-6)
    for row in by_boundary.rows:
        if row[0] in ("`symmetric`", "`wrap`"):
            assert row[2] == "0.0000 %"
    nearest = ndimage.uniform_filter(grey, 27, mode="nearest").mean()
    shown = {row[0].strip("`"): plain(row[1]) for row in by_boundary.rows}
    assert shown["nearest"] == pytest.approx(nearest, abs=1e-5)


def test_the_channels_are_measured(chapters: list[Chapter], seen: Photo) -> None:
    (table,) = tables_of(blocks_of(chapters, colours))
    means = seen.square().rgb.mean(axis=(0, 1))
    assert [plain(row[1]) for row in table.rows] == pytest.approx(means, abs=0.006)
    assert [plain(row[2]) for row in table.rows] == pytest.approx(means, abs=0.006)


def test_the_sizes_are_those_of_the_formula(chapters: list[Chapter], seen: Photo) -> None:
    (table,) = tables_of(blocks_of(chapters, sizes))
    height, width = seen.grey.shape
    for kernel, valid, same, full, whole in table.rows:
        down, right = map(int, kernel.split(" × "))
        assert valid == f"{257 - down} × {257 - right}"
        assert same == "256 × 256"
        assert full == f"{255 + down} × {255 + right}"
        assert whole == f"{height - down + 1} × {width - right + 1}"
    assert ("16 × 16", "241 × 241") in [row[:2] for row in table.rows]


def test_zero_is_mid_grey_in_signed_pictures(chapters: list[Chapter], seen: Photo) -> None:
    edge = next(p for p in panels_of(blocks_of(chapters, classics)) if p.label == "After: edge")
    taps = np.full((3, 3), -1 / 8)
    taps[1, 1] = 1
    expected = ndimage.convolve(seen.square().grey.astype(float), taps, mode="reflect")
    assert (pixels(edge)[expected == 0] == 128).all()
    red, _, blue = np.moveaxis(pixels(edge).astype(int), 2, 0)
    assert (red > blue)[expected > 5].all()
    assert (red < blue)[expected < -5].all()


def test_the_kernels_are_drawn_with_their_taps(chapters: list[Chapter]) -> None:
    grids = [p for p in panels_of(blocks_of(chapters, classics)) if isinstance(p, Grid)]
    texts = [[[cell.text for cell in line] for line in grid.rows] for grid in grids]
    assert [["−1/8"] * 3, ["−1/8", "1", "−1/8"], ["−1/8"] * 3] in texts
    assert [["1", "2", "1"], ["0", "0", "0"], ["−1", "−2", "−1"]] in texts


def test_32_kernels_give_32_maps_of_241(chapters: list[Chapter], seen: Photo) -> None:
    blocks = blocks_of(chapters, bank)
    pairs = [pair for block in blocks if isinstance(block, Figure) for pair in block.items]
    assert len(pairs) == 32
    for kernel, result in pairs:
        assert (kernel.width, kernel.height) == (16, 16)
        assert (result.width, result.height) == (241, 241)
    assert "**32 × 241 × 241**" in text_of(blocks)
    taps = pixels_of_kernels(pairs[:24])
    assert len({each.tobytes() for each in taps}) == 24


def pixels_of_kernels(pairs: list[tuple[Picture, Picture]]) -> list[np.ndarray]:
    return [pixels(kernel) for kernel, _ in pairs]


def test_the_maps_are_those_of_scipy(chapters: list[Chapter], seen: Photo) -> None:
    """Patches are drawn upright, and their sums are correlations with the patch less its mean."""
    grey = seen.square().grey.astype(float)
    blocks = blocks_of(chapters, bank)
    found = 0
    for kernel, _ in [b for b in blocks if isinstance(b, Figure)][3].items:
        row, column = map(int, re.findall(r"\d+", kernel.alt))
        patch = grey[row : row + 16, column : column + 16]
        green = pixels(kernel)[..., 1].astype(float)  # grows from blue over grey to amber
        assert np.corrcoef(patch.ravel(), green.ravel())[0, 1] > 0.95
        tiles = [
            grey[i : i + 16, j : j + 16].var()
            for i in range(row // 128 * 128, row // 128 * 128 + 128, 16)
            for j in range(column // 64 * 64, column // 64 * 64 + 64, 16)
        ]
        assert patch.var() == max(tiles)
        sums = signal.correlate(grey, patch - patch.mean(), mode="valid")
        found += np.unravel_index(sums.argmax(), sums.shape) == (row, column)
    assert f"Of the eight maps, {found} have their largest value" in text_of(blocks)


def test_the_secret_kernel_is_found_to_its_errors(chapters: list[Chapter], seen: Photo) -> None:
    blocks = blocks_of(chapters, fitted)
    found, secret = (
        np.array(
            [[float(Fraction(cell.text.replace("−", "-"))) for cell in line] for line in grid.rows]
        )
        for grid in panels_of(blocks)
        if isinstance(grid, Grid)
    )
    np.testing.assert_allclose(found, secret, rtol=0, atol=0.05)
    (table,) = tables_of(blocks)
    for _, tap, error, _, true in table.rows:
        assert abs(plain(tap) - plain(true)) <= 5 * plain(error.removeprefix("± "))
    assert "no more than chance allows" in text_of(blocks)
    assert "“No convolution with 7 x 7 taps connects the two" in text_of(blocks)


def test_the_softmax_of_the_edge_kernel_is_shown(chapters: list[Chapter]) -> None:
    blocks = blocks_of(chapters, propagator)
    assert "0.999013695 in the centre" in text_of(blocks)
    assert "0.0001232881 in each" in text_of(blocks)
    assert "0.0001 rounded" in text_of(blocks)
    softmax = next(p for p in panels_of(blocks) if p.label == "Softmax")
    assert [cell.text for cell in softmax.rows[1]] == ["0.0001", "0.9990", "0.0001"]
    (table,) = tables_of(blocks)
    step = 8 * 1.23288084e-4  # the chance to leave, whose walk is Poisson's
    assert plain(table.rows[0][1]) == pytest.approx(np.exp(-step), abs=6e-5)
    spread = np.sqrt(100 * 6 * 1.23288084e-4)
    assert plain(table.rows[1][2]) == pytest.approx(spread, abs=6e-4)


def test_the_aquarium_keeps_its_mass_and_mixes(chapters: list[Chapter], seen: Photo) -> None:
    (table,) = tables_of(blocks_of(chapters, diffusion))
    cells = seen.square().grey.astype(float)
    assert [plain(row[1]) for row in table.rows] == [cells.sum()] * 4
    entropies = [plain(row[2]) for row in table.rows]
    assert entropies == sorted(entropies)
    assert entropies[-1] < np.log(cells.size) + 1e-5
    blurred = ndimage.gaussian_filter(cells, np.sqrt(100 + 1 / 12), truncate=8)
    assert plain(table.rows[2][3]) == pytest.approx(blurred.std(), abs=0.02)


def test_the_times_table_names_method_and_difference(chapters: list[Chapter]) -> None:
    blocks = blocks_of(chapters, timing)
    (table,) = tables_of(blocks)
    assert len(table.rows) == 7
    assert all(len(row) == len(table.head) for row in table.rows)
    explained = next(b for b in blocks if isinstance(b, Code) and b.language == "text")
    assert len(explained.text) > 20


@pytest.mark.parametrize("module", [m for m in CHAPTERS if m not in (timing, sizes)])
def test_a_plain_white_photo_is_no_problem(module: object) -> None:
    white = Photo("white", np.full((256, 256, 3), 255, np.uint8), np.full((256, 256), 255, "f4"))
    assert module.write(white)


@pytest.mark.parametrize("module", [dot_product, feature_maps, colours, classics, bank, person])
def test_a_black_photo_is_no_problem(module: object) -> None:
    black = Photo("black", np.zeros((256, 256, 3), np.uint8), np.zeros((256, 256), np.float32))
    assert "nan" not in text_of(tuple(module.write(black)))


def test_the_face_finds_itself(chapters: list[Chapter], seen: Photo) -> None:
    text = text_of(blocks_of(chapters, person))
    rows, columns = seen.grey.shape
    side = min(rows, columns) // 4
    top, left = int(0.3 * rows) - side // 2, columns // 2 - side // 2
    face = seen.grey[top : top + side, left : left + side].astype(float)
    sums = ndimage.correlate(
        seen.grey - float(seen.grey.mean()), face - face.mean(), mode="constant"
    )
    row, column = np.unravel_index(sums.argmax(), sums.shape)
    assert f"The brightest pixel lies at row {row}, column {column};" in text
    assert "The face where we cut it out has 1.00" in text
    assert re.search(r"(29\.9|30\.[01])°, 1\.(19|20|21) times, score (1\.00|0\.9\d)", text)


def test_frames_lie_around_their_part_upright_and_turned() -> None:
    dark = np.full((40, 50), 9.0)
    rows, columns = np.mgrid[:40, :50]
    outside = np.maximum(
        np.maximum(10 - rows, rows - 21), np.maximum(12 - columns, columns - 30)
    )  # from rows 10 to 21, columns 12 to 30
    upright = pictures.framed(dark, 10, 12, 12, 19)
    marked = (upright == (255, 209, 26)).all(2)
    assert np.array_equal(marked, (outside > 0) & (outside <= 2))
    assert np.array_equal((upright == 0).all(2), outside == 3)
    corners = np.array([(20, 10), (10, 20), (20, 30), (30, 20)])  # a square on its corner
    turned = (pictures.outlined(dark, corners) == (255, 209, 26)).all(2)
    reach = (np.abs(rows - 20) + np.abs(columns - 20)) / np.sqrt(2) - 10 / np.sqrt(2)
    assert np.array_equal(turned, (reach > 1e-9) & (reach <= 2))


def test_the_quiz_draws_every_kernel_around_its_origin(
    chapters: list[Chapter], seen: Photo
) -> None:
    (figure,) = [block for block in blocks_of(chapters, quiz) if isinstance(block, Figure)]
    asked = listing.run(seen, quiz._CODE)["kernels"]
    assert len(figure.items) == len(asked) == 9
    for (taps, _), kernel in zip(figure.items, asked, strict=True):
        assert (taps.height, taps.width) == (taps.width, taps.width)
        shown = pixels(taps)
        middle = taps.height // 2
        row, column = (
            int(i) - at + middle
            for i, at in zip(
                np.unravel_index(np.abs(kernel.taps).argmax(), kernel.shape),
                kernel.origin,
                strict=True,
            )
        )
        largest = kernel.taps.flat[np.abs(kernel.taps).argmax()]
        np.testing.assert_array_equal(
            shown[row, column], pictures.SIGNED[255 if largest > 0 else 1]
        )


def test_no_sentence_stands_in_two_chapters(chapters: list[Chapter]) -> None:
    where: dict[str, str] = {}
    for chapter in chapters:
        texts = [b for b in chapter.blocks if isinstance(b, str)]
        texts += [b.caption for b in chapter.blocks if isinstance(b, Figure | Table)]
        sentences = {
            each
            for text in texts
            for each in re.split(r"(?<=[.:?!])\s+", re.sub(r"\d[\d,.]*", "#", text))
        }
        for sentence in sentences:
            if len(sentence.split()) > 3:
                assert sentence not in where, (sentence, chapter.title, where[sentence])
                where[sentence] = chapter.title
    assert len(where) > 200


def test_angles_are_counted_from_the_right_upwards(chapters: list[Chapter], html: str) -> None:
    """In every chapter that shows one: a wave at 45 degrees grows towards the upper right."""
    assert "0° points right, 90° up" in html
    (gabor,) = (
        kernel
        for block in blocks_of(chapters, bank)
        if isinstance(block, Figure)
        for kernel, _ in block.items
        if kernel.alt == "Kernel: 45°, 6 px."
    )
    green = pixels(gabor)[..., 1].astype(int)
    across, along = np.diag(green), np.diag(green[:, ::-1])  # down to the right, down to the left
    assert along.min() < 105 < 115 < across.min()  # blue troughs beside the crest, none along it
