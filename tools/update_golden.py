"""Write what the command line prints into tests/golden and into the documentation.

    python tools/update_golden.py           rewrite
    python tools/update_golden.py --check   only say what is out of date, and exit 1

In a page, the text between ``<!-- run: COMMAND -->`` and ``<!-- end -->`` is what COMMAND prints.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
WIDTH = 96

#: Golden file -> command whose output it holds.
COMMANDS = {
    "help.txt": "intertwine --help",
    "help-convolve.txt": "intertwine convolve --help",
    "help-explain.txt": "intertwine explain --help",
    "help-diffuse.txt": "intertwine diffuse --help",
    "help-find.txt": "intertwine find --help",
    "help-spectrum.txt": "intertwine spectrum --help",
    "help-compress.txt": "intertwine compress --help",
    "help-decompress.txt": "intertwine decompress --help",
    "help-rotation.txt": "intertwine rotation --help",
    "help-deskew.txt": "intertwine deskew --help",
    "help-tour.txt": "intertwine tour --help",
    "help-calibrate.txt": "intertwine calibrate --help",
    "help-data.txt": "intertwine data --help",
    "explain-list.txt": "intertwine explain --list",
    "explain-sobel.txt": "intertwine explain sobel:axis=1",
    "explain-gaussian.txt": "intertwine explain gaussian:sigma=0.7,ndim=2",
    "explain-emboss.txt": "intertwine explain emboss",
    "explain-even.txt": "intertwine explain --taps '1 2 4 1'",
}
_PASTED = re.compile(r"<!-- run: (.*?) -->\n.*?<!-- end -->", re.DOTALL)


def printed(command: str) -> str:
    """What a command prints on a terminal of a fixed width without colours."""
    plain = {"COLUMNS": str(WIDTH), "NO_COLOR": "1", "TERM": "dumb", "PYTHONIOENCODING": "utf-8"}
    words = command.removeprefix("intertwine ")
    done = subprocess.run(
        f'"{sys.executable}" -m intertwine.cli {words}',
        shell=True,
        env=os.environ | plain,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return "\n".join(line.rstrip() for line in done.stdout.strip("\n").splitlines()) + "\n"


def wanted() -> dict[Path, str]:
    """Every golden file and page with the text it should have."""
    texts = {ROOT / "tests" / "golden" / name: printed(run) for name, run in COMMANDS.items()}
    for page in PAGES:
        texts[page] = _PASTED.sub(_paste, page.read_text(encoding="utf-8"))
    return texts


def _paste(found: re.Match[str]) -> str:
    command = found.group(1)
    body = f"```console\n$ {command}\n{printed(command)}```"
    return f"<!-- run: {command} -->\n{body}\n<!-- end -->"


def main() -> None:
    """Rewrite, or with --check only compare."""
    stale = [
        path
        for path, text in wanted().items()
        if not path.exists() or path.read_text(encoding="utf-8") != text
    ]
    if "--check" in sys.argv:
        for path in stale:
            print(f"out of date: {path.relative_to(ROOT)}")
        sys.exit(bool(stale))
    texts = wanted()
    for path in stale:
        path.write_text(texts[path], encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
