"""``intertwine tour``: a page that is there is not replaced unasked."""

import pytest

from intertwine.tour import page
from intertwine.tour.chapters import dot_product


def test_a_page_that_is_there_is_kept_unless_forced(
    intertwine, here, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(page, "CHAPTERS", (dot_product,))
    (here / "tour").mkdir()
    mine = here / "tour" / "index.html"
    mine.write_text("mine")
    refused = intertwine("tour")
    assert refused.code == 2
    assert refused.err == (
        "intertwine: tour/index.html exists already.\n"
        "  Pass --force to replace it, or -o ANOTHER.\n"
    )
    assert mine.read_text() == "mine"
    assert intertwine("tour", "--force").code == 0
    assert mine.read_text(encoding="utf-8").rstrip().endswith("</html>")
