"""The chapter of the turned photo finds the angle that it was turned by."""

import pytest

from intertwine.tour.blocks import Chapter, Table
from intertwine.tour.chapters import CHAPTERS, turned


def _number(text: str) -> float:
    return float(text.replace("−", "-").removesuffix("°"))


def test_the_angle_is_found_again(chapters: list[Chapter]) -> None:
    blocks = chapters[CHAPTERS.index(turned)].blocks
    (table,) = [block for block in blocks if isinstance(block, Table)]
    found = [_number(row[1]) for row in table.rows]
    assert found[:2] == pytest.approx([37, 37], abs=0.05)
    assert found[2] == pytest.approx(37, abs=1)
    assert [_number(n) for n in table.rows[1][2:4]] == pytest.approx([20, -15], abs=0.1)
    assert min(_number(row[4]) for row in table.rows[:2]) > 0.9
