"""Help texts on a terminal of 80 columns."""

from itertools import pairwise

import pytest

from intertwine.cli.app import COMMANDS

WIDTH = 80


@pytest.mark.parametrize("command", COMMANDS)
def test_lines_of_a_help_text_end_where_the_terminal_does(intertwine, monkeypatch, command):
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    prose, examples = _described(intertwine(command, "--help").out)
    for line, after in pairwise(prose):
        if line and after:  # of one paragraph
            word = after.split()[0]
            assert len(f"{line} {word} ") > WIDTH, f"{word!r} would fit behind: {line}"
    assert len(examples) >= 2
    for line in examples:
        assert line.startswith("   ")
        assert line.split()[0] in ("intertwine", "INTERTWINE_CACHE=/srv/figures"), line


def _described(text):
    """The lines of the description, and those of its examples."""
    above = [line.rstrip() for line in text.partition("╭")[0].splitlines()]
    usage = next(i for i, line in enumerate(above) if line.startswith(" Usage:"))
    title = above.index(" Examples")
    assert not above[usage + 1], "a usage of more than one line"
    return above[usage + 2 : title], [line for line in above[title + 1 :] if line]
