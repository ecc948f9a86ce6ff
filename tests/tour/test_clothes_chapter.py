"""The chapter of the clothes says what a search finds, on all of its queries."""

from intertwine.tour.blocks import Chapter, Figure, Table
from intertwine.tour.chapters import CHAPTERS, clothes


def test_both_ways_are_measured(chapters: list[Chapter]) -> None:
    blocks = chapters[CHAPTERS.index(clothes)].blocks
    (table,) = [block for block in blocks if isinstance(block, Table)]
    plain, ours = ([int(row[n].removesuffix(" %")) for row in table.rows] for n in (2, 3))
    assert ours[0] >= 90
    assert ours[1] >= 80 > plain[1]
    assert ours[2] >= plain[2]
    assert sum(isinstance(block, Figure) for block in blocks) == 5


def test_it_is_written_without_what_the_search_needs(monkeypatch, seen) -> None:
    monkeypatch.setattr(clothes, "_NEEDED", ("no_such_library",))
    blocks = clothes.write(seen)
    assert "The search itself needs `pip install 'intertwine[search]'`." in blocks
    assert any(isinstance(block, Figure) for block in blocks)
