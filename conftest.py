"""Tests on real data: where the data are, and how many such tests ran."""

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


def pytest_runtest_makereport(item, call):
    """Let the summary tell tests on data from the others."""
    item.user_properties.append(("data", item.get_closest_marker("data") is not None))


def pytest_terminal_summary(terminalreporter):
    """Say how many tests on data ran."""
    counts = {
        outcome: sum(
            dict(report.user_properties).get("data", False)
            for report in terminalreporter.getreports(outcome)
            if outcome == "skipped" or report.when == "call"
        )
        for outcome in ("passed", "failed", "skipped")
    }
    ran = counts["passed"] + counts["failed"]
    terminalreporter.write_line(f"data tests: {ran} ran, {counts['skipped']} skipped")
