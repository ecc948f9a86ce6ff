"""Plant small bugs one by one, and say which of them the tests notice.

    python tools/plant_bugs.py              every bug of tools/bugs.toml
    python tools/plant_bugs.py core fold    those whose name or file holds one of the words
    python tools/plant_bugs.py --check      only say whether each text still stands in its file

Run it in a checkout without changes that nobody else uses: files are changed, and put back after
each bug. After a bug in core/ the core is built again. A bug is noticed when a test fails, or when
the tests crash or take longer than `MOST_SECONDS`. Exit code 1: too many were missed, or a text is
gone from its file, and its bug wants another place.
"""

import os
import subprocess
import sys
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
TABLE = ROOT / "tools" / "bugs.toml"

#: A test that takes longer hangs.
MOST_SECONDS = 600

#: Of all bugs that are no equivalents, so many in a hundred must be noticed.
LEAST_NOTICED = 92

BUILD = [
    sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation",
    "--config-settings=cmake.define.LEVELS=native", "--editable", ".",
]  # fmt: skip

#: What pytest says: tests passed, and tests failed.
PASSED, FAILED = 0, 1


def build() -> bool:
    """Build the core; say whether it compiled."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    done = subprocess.run(BUILD, cwd=ROOT, env=os.environ | {"PATH": path}, capture_output=True)
    return done.returncode == 0


def tests(which: list[str]) -> tuple[bool, str]:
    """Run tests until one fails: whether all passed, and the first that did not."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-n", "0"]
    try:
        done = subprocess.run(
            [*command, *which], cwd=ROOT, capture_output=True, text=True, timeout=MOST_SECONDS
        )
    except subprocess.TimeoutExpired:
        return False, f"longer than {MOST_SECONDS} s"
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    if done.returncode > FAILED and "error" in done.stdout + done.stderr and not failed:
        sys.exit(f"The tests {' '.join(which)} did not run:\n{done.stdout[-2000:]}{done.stderr}")
    return done.returncode == PASSED, failed[0][:100] if failed else f"exit {done.returncode}"


def plant(bug: dict) -> bool:
    """Plant one bug, run its tests, take it away again; whether it was noticed."""
    path = ROOT / bug["file"]
    text = path.read_text(encoding="utf-8")
    native = path.suffix in (".cpp", ".hpp")
    start = time.monotonic()
    try:
        path.write_text(text.replace(bug["old"], bug["new"]), encoding="utf-8")
        if native and not build():
            sys.exit(f"{bug['name']}: does not compile")
        passed, why = tests(bug["tests"])
    finally:
        path.write_text(text, encoding="utf-8")
    word = "MISSED" if passed else "caught"
    seconds = time.monotonic() - start
    print(f"{word}  {bug['name']:42} {seconds:5.0f} s  {'' if passed else why}", flush=True)
    return not passed


def stands(bug: dict) -> bool:
    """Whether a bug's text stands in its file, once."""
    found = (ROOT / bug["file"]).read_text(encoding="utf-8").count(bug["old"])
    if found != 1:
        print(f"{bug['name']}: its text stands {found} times in {bug['file']}")
    return found == 1


def main() -> None:
    words = [word for word in sys.argv[1:] if word != "--check"]
    bugs = tomllib.loads(TABLE.read_text(encoding="utf-8"))["bug"]
    bugs = [b for b in bugs if not words or any(w in b["name"] + b["file"] for w in words)]
    there = [bug for bug in bugs if stands(bug)]
    if "--check" in sys.argv:
        sys.exit(len(there) < len(bugs))
    planted = [bug for bug in there if "equivalent" not in bug]
    caught = [plant(bug) for bug in planted]
    if any(bug["file"].startswith("core/") for bug in planted):
        build()
    print(f"{sum(caught)} of {len(planted)} bugs were noticed.")
    for bug in bugs:
        if "equivalent" in bug:
            print(f"equivalent: {bug['name']}: {bug['equivalent']}")
    sys.exit(len(there) < len(bugs) or 100 * sum(caught) < LEAST_NOTICED * len(planted))


if __name__ == "__main__":
    main()
