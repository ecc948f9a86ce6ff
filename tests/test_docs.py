"""Every Python block in README.md and docs/ runs, block after block, page by page."""

import re
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
TEXTS = [*PAGES, *(ROOT / f"{name}.md" for name in ("ARCHITECTURE", "CONTRIBUTING", "CHANGELOG"))]
_BLOCK = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
_PEERS = ("cv2", "torch")  # blocks that compare with these run where they are installed


def blocks_of(page: Path) -> list[tuple[int, str]]:
    """The line each block starts at, and its text."""
    text = page.read_text(encoding="utf-8")
    return [(text.count("\n", 0, m.start(1)) + 1, m.group(1)) for m in _BLOCK.finditer(text)]


@pytest.mark.filterwarnings("ignore:Using padding='same':UserWarning")  # torch, even sizes
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_blocks_run(page):
    names = {"__name__": page.stem}
    for line, block in blocks_of(page):
        if any(f"import {peer}" in block and find_spec(peer) is None for peer in _PEERS):
            continue
        exec(compile("\n" * (line - 1) + block, str(page), "exec"), names)


def test_there_are_blocks_to_run():
    assert sum(len(blocks_of(page)) for page in PAGES) >= 16


@pytest.mark.parametrize("page", TEXTS, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"
