"""Commands that learn say what to install where PyTorch is missing."""

import subprocess
import sys

import pytest

COMMANDS = ["train pictures", "predict model a.png", "read model", "experiment rotation"]


@pytest.mark.parametrize("words", COMMANDS)
def test_what_to_install_is_said(words, tmp_path):
    (tmp_path / "model").mkdir()
    argv = ["intertwine", *words.split()]
    script = f"import sys; sys.modules['torch'] = None; sys.argv = {argv}\n"
    done = subprocess.run(
        [sys.executable, "-c", script + "from intertwine.cli import main; main()"],
        capture_output=True, text=True, cwd=tmp_path, timeout=100, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    first, second = done.stderr.splitlines()
    assert first.endswith("needs torch, which is not installed.")
    assert second == "  pip install 'intertwine[learn]'"
    assert [each.name for each in tmp_path.iterdir()] == ["model"]
