"""Every listing of a page, pasted in order into a fresh namespace, prints what the page says."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import intertwine as iw
from intertwine.tour import listing, page, photo
from intertwine.tour.blocks import Code
from intertwine.tour.chapters import CHAPTERS
from tour.listings import Listings

_LOADED = ("whole", "rgb", "x")


def pasted(html: str) -> list[tuple[str, str, str]]:
    """Each listing, what the page shows as its output, and what it prints when it is pasted.

    No listing may change what the first one loads, so that any can be run after it alone.
    """
    names: dict[str, object] = {}
    loaded: dict[str, object] = {}
    ran = []
    for text, shown in Listings(html).found:
        with contextlib.redirect_stdout(io.StringIO()) as paper:
            try:
                exec(text, names)
            except iw.IntertwineError as error:  # the page shows its words
                print(f"{type(error).__name__}: {error}")
        loaded = loaded or {name: np.copy(names[name]) for name in _LOADED}
        for name, array in loaded.items():
            np.testing.assert_array_equal(names[name], array, text)
        ran.append((text, shown, paper.getvalue().rstrip("\n")))
    return ran


def test_listings_print_what_stands_below_them(html: str) -> None:
    ran = pasted(html)
    assert len(ran) > len(CHAPTERS)  # one loads the photo
    for text, shown, printed in ran:
        assert printed == shown, text
    assert all(shown for _, shown, _ in ran[1:])


def test_the_first_listing_loads_what_the_chapters_use(seen: photo.Photo) -> None:
    names: dict[str, object] = {}
    exec(listing.opening(seen), names)
    used = listing.run(seen, "pass")
    assert used["np"] is names["np"]
    assert used["iw"] is names["iw"]
    for name in _LOADED:
        np.testing.assert_array_equal(used[name], names[name])


def test_a_refusal_is_shown_and_is_what_the_listing_raises(tmp_path: Path) -> None:
    path = tmp_path / "plain.png"
    Image.fromarray(np.full((260, 256, 3), 140, np.uint8)).save(path)
    plain = photo.read(path)
    ran = listing.run(plain, "print(x.shape)\nfound = iw.learn.fit_kernel(x, x, (3, 3))\nprint(1)")
    first, words = ran.printed.split("\n", 1)
    assert first == "(256, 256)"
    assert words.startswith("OptionError: fit_kernel: `before`")
    assert words.removeprefix("OptionError: ") == ran.refusal
    shown = ran.code("Refused")
    assert (shown.text, shown.output) == (ran.text, ran.printed)


def test_other_errors_are_bugs() -> None:
    white = photo.Photo("w", np.zeros((256, 256, 3), np.uint8), np.zeros((256, 256), np.float32))
    with pytest.raises(NameError):
        listing.run(white, "print(no_such_name)")


def test_the_photo_of_no_path_is_the_default_one() -> None:
    default = photo.read(photo.default_path())
    assert "read(default_path())" in listing.opening(default)
    names: dict[str, object] = {}
    exec(listing.opening(default), names)
    np.testing.assert_array_equal(names["whole"], default.grey)


def test_output_is_escaped_on_the_page(seen: photo.Photo) -> None:
    code = listing.run(seen, "print('<b> & ', 1 < 2)").code("Escaped")
    assert isinstance(code, Code)
    block = page.template("blocks.html.j2").module.block(code)  # type: ignore[attr-defined]
    assert "&lt;b&gt; &amp;  True" in str(block)
