"""Help texts, cards and the documentation's pasted output are what the commands print today."""

import importlib.util
from pathlib import Path

_TOOL = Path(__file__).parents[2] / "tools" / "update_golden.py"


def test_nothing_is_out_of_date():
    spec = importlib.util.spec_from_file_location("update_golden", _TOOL)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    texts = tool.wanted()
    assert len(texts) >= len(tool.COMMANDS)
    for path, text in texts.items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run {_TOOL.name}"
