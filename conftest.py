"""Tests that need real data or PyTorch: where the data are, and how many such tests ran."""

import os
from pathlib import Path

import pytest


@pytest.fixture
def data_folder() -> Path:
    """The folder that INTERTWINE_DATA names; without it, tests marked `data` are skipped."""
    folder = Path(os.environ.get("INTERTWINE_DATA", ""))
    if not folder.name or not folder.is_dir():
        pytest.skip("INTERTWINE_DATA names no folder")
    return folder


#: Marks of tests that need what not everybody has: the summary says how many of them ran.
NEEDING = ("data", "torch")


def pytest_runtest_makereport(item, call):
    """Let the summary tell these tests from the others."""
    item.user_properties.extend(
        (mark, item.get_closest_marker(mark) is not None) for mark in NEEDING
    )


def pytest_terminal_summary(terminalreporter):
    """Say how many of these tests ran."""
    for mark in NEEDING:
        counts = {
            outcome: sum(
                dict(report.user_properties).get(mark, False)
                for report in terminalreporter.getreports(outcome)
                if outcome == "skipped" or report.when == "call"
            )
            for outcome in ("passed", "failed", "skipped")
        }
        ran = counts["passed"] + counts["failed"]
        terminalreporter.write_line(f"{mark} tests: {ran} ran, {counts['skipped']} skipped")
