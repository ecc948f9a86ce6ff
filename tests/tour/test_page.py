"""The page: self-contained, complete, and there whole or not at all."""

from __future__ import annotations

import importlib.util
import os
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import intertwine as iw
from intertwine import tour
from intertwine.files import FileError
from intertwine.tour import page
from intertwine.tour.blocks import Chapter
from intertwine.tour.chapters import CHAPTERS, dot_product
from tour.textures import textured


class Reader(HTMLParser):
    """Every element with its attributes, and whether elements are closed in order."""

    VOID = ("meta", "img", "source", "br")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, Any]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture
def one_chapter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "CHAPTERS", (dot_product,))


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.fromarray(textured(260, 260)).save(path)
    return path


def test_the_page_needs_no_other_file(html: str) -> None:
    elements = Reader(html).elements
    sources = [a[key] for _, a in elements for key in ("src", "srcset") if key in a]
    assert len(sources) > 80
    assert all(source.startswith("data:image/png;base64,") for source in sources)
    assert all(a["href"].startswith("#") for _, a in elements if "href" in a)
    assert not {tag for tag, _ in elements} & {"script", "link", "iframe", "object"}
    style = html[html.index("<style>") : html.index("</style>")]
    assert "url(" not in style
    assert "@import" not in style


def test_the_page_is_well_formed_and_every_picture_has_a_text(html: str) -> None:
    reader = Reader(html)
    assert reader.open == []
    assert all(a.get("alt") for tag, a in reader.elements if tag == "img")
    assert "prefers-color-scheme: dark" in html
    assert "width=device-width" in html


def test_every_chapter_is_there(html: str, chapters: list[Chapter]) -> None:
    reader = Reader(html)
    words = "".join(reader.words)
    anchors = {a["id"] for _, a in reader.elements if "id" in a}
    assert len(chapters) == len(CHAPTERS)
    for number, chapter in enumerate(chapters, start=1):
        assert words.count(chapter.title) >= 2  # in the list of contents and over the chapter
        assert f"chapter-{number}" in anchors
    assert "32 × 241 × 241" in words
    assert "nan" not in words.split()


def test_every_chapter_links_back_to_the_contents(html: str) -> None:
    elements = Reader(html).elements
    assert [a["id"] for tag, a in elements if tag == "nav"] == ["contents"]
    assert sum(a.get("href") == "#contents" for _, a in elements) == len(CHAPTERS)


def test_the_answers_of_the_quiz_are_folded(html: str) -> None:
    folded = html[html.index("<details>") : html.index("</details>")]
    assert html.count("<details") == 1  # and not open
    assert "iw.kernels.gabor(3.0, 0.14, 120" in folded
    assert "A Gabor: a sinusoid of 0.14 cycles" in folded
    assert "A Gabor: a sinusoid of 0.14 cycles" not in html.replace(folded, "")


def test_names_are_escaped(html: str) -> None:
    assert "<grain>" not in html
    assert "texture &amp; &lt;grain&gt;.png" in html


def test_inline_markup() -> None:
    assert page.inline("**a** `b<c` & d") == "<strong>a</strong> <code>b&lt;c</code> &amp; d"


@pytest.mark.usefixtures("one_chapter")
def test_run_writes_one_file_and_tells_of_each_chapter(photo: Path, tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    written = tour.run(photo, tmp_path / "a" / "b", lambda *step: told.append(step))
    assert written == tmp_path / "a" / "b" / "index.html"
    assert list(written.parent.iterdir()) == [written]
    assert told == [(dot_product.TITLE, 1, 1)]
    assert written.read_text(encoding="utf-8").rstrip().endswith("</html>")


@pytest.mark.usefixtures("one_chapter")
@pytest.mark.parametrize("shape", [(20, 20), (20, 20, 4), (300, 280, 4)])
def test_run_on_odd_photos(shape: tuple[int, ...], tmp_path: Path) -> None:
    path = tmp_path / "odd.png"
    Image.fromarray(np.random.default_rng(3).integers(0, 255, shape, np.uint8)).save(path)
    words = tour.run(path, tmp_path / "tour").read_text(encoding="utf-8")
    assert ("enlarged to 256 × 256" in words) == (shape[0] == 20)


@pytest.mark.usefixtures("one_chapter")
def test_an_interrupted_run_leaves_the_page_of_before(
    photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = tour.run(photo, tmp_path / "tour").read_bytes()

    def interrupted(*_: object) -> Path:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tour.run(photo, tmp_path / "tour", interrupted)
    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        tour.run(photo, tmp_path / "tour")
    assert [p.name for p in (tmp_path / "tour").iterdir()] == ["index.html"]
    assert (tmp_path / "tour" / "index.html").read_bytes() == before


def test_a_place_that_cannot_be_written_to(photo: Path) -> None:
    with pytest.raises(FileError, match=r"Cannot make the folder .*photo\.png.*\n  Pass one"):
        tour.run(photo, photo)


def test_a_broken_photo_leaves_no_page(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    Image.fromarray(textured(300, 300)).save(path)
    path.write_bytes(path.read_bytes()[:9000])
    with pytest.raises(iw.IntertwineError, match=r"photo\.jpg"):
        tour.run(path, tmp_path / "tour")
    assert not (tmp_path / "tour").exists()


def test_an_interrupted_first_run_leaves_no_folder(photo: Path, tmp_path: Path) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tour.run(photo, tmp_path / "a" / "b", interrupted)
    assert not (tmp_path / "a").exists()


def test_missing_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(iw.MissingExtraError) as caught:
        tour.run()
    assert str(caught.value) == (
        "tour needs pillow, matplotlib and jinja2: pip install 'intertwine[image]'"
    )
