"""Write what the command line prints into tests/golden and into the documentation.

    python tools/update_golden.py           rewrite
    python tools/update_golden.py --check   only say what is out of date, and exit 1

In a page, the text between ``<!-- run: COMMAND -->`` and ``<!-- end -->`` is what COMMAND prints.
"""

import json
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
    "help-fit-kernel.txt": "intertwine fit-kernel --help",
    "help-train.txt": "intertwine train --help",
    "help-predict.txt": "intertwine predict --help",
    "help-read.txt": "intertwine read --help",
    "help-forecast.txt": "intertwine forecast --help",
    "help-chance.txt": "intertwine chance --help",
    "help-find.txt": "intertwine find --help",
    "help-spectrum.txt": "intertwine spectrum --help",
    "help-compress.txt": "intertwine compress --help",
    "help-decompress.txt": "intertwine decompress --help",
    "help-rotation.txt": "intertwine rotation --help",
    "help-deskew.txt": "intertwine deskew --help",
    "help-index.txt": "intertwine index --help",
    "help-search.txt": "intertwine search --help",
    "help-data.txt": "intertwine data --help",
    "help-tour.txt": "intertwine tour --help",
    "help-calibrate.txt": "intertwine calibrate --help",
    "explain-list.txt": "intertwine explain --list",
    "explain-sobel.txt": "intertwine explain sobel:axis=1",
    "explain-gaussian.txt": "intertwine explain gaussian:sigma=0.7,ndim=2",
    "explain-emboss.txt": "intertwine explain emboss",
    "explain-even.txt": "intertwine explain --taps '1 2 4 1'",
}
_PASTED = re.compile(r"<!-- run: (.*?) -->\n.*?<!-- end -->", re.DOTALL)

#: Prints as JSON what each of its arguments, a command, prints; a command that fails ends it.
_ONE_AFTER_THE_OTHER = """
import contextlib, io, json, shlex, sys
from intertwine.cli import main

texts = []
for command in sys.argv[1:]:
    sys.argv = shlex.split(command)
    with contextlib.redirect_stdout(io.StringIO()) as text:
        try:
            main()
        except SystemExit as ended:
            if ended.code:
                raise
    texts.append(text.getvalue())
print(json.dumps(texts))
"""


def printed(commands: list[str]) -> dict[str, str]:
    """What commands print on a terminal of a fixed width without colours, all in one process."""
    plain = {"COLUMNS": str(WIDTH), "NO_COLOR": "1", "TERM": "dumb", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-c", _ONE_AFTER_THE_OTHER, *commands],
        env=os.environ | plain,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        check=True,
    )
    texts = json.loads(done.stdout)
    return {
        command: "\n".join(line.rstrip() for line in text.strip("\n").splitlines()) + "\n"
        for command, text in zip(commands, texts, strict=True)
    }


def wanted() -> dict[Path, str]:
    """Every golden file and page with the text it should have."""
    pages = {path: path.read_text(encoding="utf-8") for path in PAGES}
    pasted = [found[1] for page in pages.values() for found in _PASTED.finditer(page)]
    answers = printed(list(dict.fromkeys([*COMMANDS.values(), *pasted])))

    def paste(found: re.Match[str]) -> str:
        command = found[1]
        return (
            f"<!-- run: {command} -->\n```console\n$ {command}\n{answers[command]}```\n<!-- end -->"
        )

    texts = {ROOT / "tests" / "golden" / name: answers[run] for name, run in COMMANDS.items()}
    return texts | {path: _PASTED.sub(paste, page) for path, page in pages.items()}


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
