"""The command line: `main` is what ``intertwine`` runs, each command is one file beside it."""

from __future__ import annotations

import importlib.util
import sys
import traceback

from intertwine.base.errors import IntertwineError, MissingExtraError

_NEEDED = ("typer", "rich")
_INTERRUPTED = 130
_CALLERS = (
    "plan",
    "convolve",
    "correlate",
    "diffuse",
    "spectrum",
    "compress",
    "rotation",
    "deskew",
    "fit_kernel",
    "train",
    "read",
)


def main() -> None:
    """Run one command; what goes wrong is said on standard error, and the exit code is 2."""
    arguments = [word for word in sys.argv[1:] if word != "--debug"]
    debug = len(arguments) < len(sys.argv) - 1
    try:
        _run(arguments)
    except (IntertwineError, OSError, MemoryError) as error:
        if debug:
            traceback.print_exc()
        else:
            print(_message(error), file=sys.stderr)
        sys.exit(2)
    except (KeyboardInterrupt, SystemExit) as ended:  # Typer makes an exit of Ctrl-C
        if isinstance(ended, SystemExit) and ended.code != _INTERRUPTED:
            raise
        print("intertwine: interrupted; no file is left half-written.", file=sys.stderr)
        sys.exit(_INTERRUPTED)


def _run(arguments: list[str]) -> None:
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f"The command line needs {' and '.join(missing)}, which this installation lacks.\n"
            f"  pip install 'intertwine[image]'"
        )
    from intertwine.cli.app import app

    app(arguments)(arguments, prog_name="intertwine")


def _message(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return f"intertwine: out of memory. {error}".rstrip()
    text = str(error)
    for caller in _CALLERS:  # the library names the function; here there is none
        text = text.removeprefix(f"{caller}: ")
    return f"intertwine: {text}"
