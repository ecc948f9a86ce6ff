"""``python -m benchmarks``: time Intertwine beside its peers."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import shlex
import sys
from pathlib import Path
from typing import Any

import numpy as np

import intertwine as iw
from benchmarks import inner, memory, peers, planner, report, roofline
from benchmarks.compare import Setting, compare
from benchmarks.regimes import chosen
from intertwine import _core
from intertwine.base.threads import available_cores
from intertwine.engine.machine import processor

QUICK_SHRINK, QUICK_BUDGET_S = 64, 0.5


def arguments(argv: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__)
    parser.add_argument("--set", choices=("core", "all"), default="core", dest="which")
    parser.add_argument("--only", default="", metavar="TEXT", help="regimes with TEXT in the name")
    parser.add_argument("--threads", default=None, help="such as 2,1; default: all cores, then 1")
    parser.add_argument("--quick", action="store_true", help="64 times fewer samples, to try out")
    parser.add_argument("--budget", type=float, default=4.0, help="seconds for each line (4)")
    parser.add_argument("--methods", action="store_true", help="time each of our methods too")
    parser.add_argument(
        "--planner", type=int, metavar="N", help="only judge the planner, on N random problems"
    )
    parser.add_argument("--seed", type=int, default=1, help="which random problems (1)")
    parser.add_argument(
        "--rejudge",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="judge today's predictions by the times that --planner --json kept: run nothing",
    )
    parser.add_argument("--memory", action="store_true", help="measure work space too")
    parser.add_argument("--inner", action="store_true", help="time the core's inner loops only")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write everything to FILE")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write a page to FILE")
    parser.add_argument(
        "--machine",
        default="",
        metavar="gflops=..,copy_gbs=..",
        help="stated limits of all cores, instead of measuring them",
    )
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> dict[str, Any]:
    """Run what the command line asks for; return what ``--json`` writes."""
    asked = arguments(argv)
    cores = available_cores()
    threads = [int(n) for n in (asked.threads or f"{cores},1").split(",")]
    threads = list(dict.fromkeys(threads))
    if asked.planner:
        return judge_planner(asked.planner, threads, asked.seed, asked.json)
    if asked.rejudge:
        return rejudge(asked.rejudge)
    if asked.inner:
        threads = [1]
    regimes = chosen(asked.which, asked.only)
    stated = dict(pair.split("=") for pair in asked.machine.split(",") if pair)
    load = os.getloadavg()[0]
    limits = roofline.measure(threads, cores, {name: float(v) for name, v in stated.items()})
    if asked.inner:
        loops = {"machine": describe(limits, cores, load), "inner": inner.measure(limits.gflops[1])}
        print("\n".join(inner.lines(loops["inner"])))
        write(loops, asked.json, None)
        return loops
    builders, found, missing = peers.load()
    if missing:
        print(f"Not installed, so not compared: {', '.join(missing)}.")
    shrink = QUICK_SHRINK if asked.quick else 1
    budget_s = QUICK_BUDGET_S if asked.quick else asked.budget
    run: dict[str, Any] = {
        "command": repeated(argv or sys.argv[1:]),
        "date": datetime.date.today().isoformat(),
        "machine": describe(limits, cores, load),
        "versions": {m.__name__: m.__version__ for m in (iw, np, *found)},
        "missing": missing,
        "shrink": shrink,
        "threads": threads,
        "rows": [],
    }
    if asked.memory:
        run["memory"] = memory.measure()
    print("\n".join([*report.memory_lines(run), report.HEADER]), flush=True)
    for regime in regimes:
        for n in threads:
            setting = Setting(n, limits, builders, budget_s, shrink, asked.methods)
            row = compare(regime, setting)
            run["rows"].append(row)
            print("\n".join([report.line(row), *report.method_lines(row)]), flush=True)
    write(run, asked.json, asked.markdown)
    return run


def judge_planner(
    count: int, threads: list[int], seed: int, to_json: Path | None
) -> dict[str, Any]:
    """Run every sensible method on random problems and say how good the choices were."""
    found = list(planner.verdicts(count, threads, seed))
    print(planner.report(found))
    run = {"planner": planner.rows(found)}
    write(run, to_json, None)
    return run


def rejudge(files: list[Path]) -> dict[str, Any]:
    """Say how good today's choices would have been on the times kept in files."""
    kept = [row for file in files for row in json.loads(file.read_text())["planner"]]
    found = list(planner.again(kept))
    print(planner.report(found))
    print(f"{len(kept) - len(found)} of {len(kept)} left out: their choice was not timed.")
    return {"planner": planner.rows(found)}


def repeated(words: list[str]) -> str:
    """Return the command that makes the same page again, wherever the figures were kept."""
    words = list(words)
    if "--json" in words:
        at = words.index("--json")
        del words[at : at + 2]
    return shlex.join(["python", "-m", "benchmarks", *words])


def write(run: dict[str, Any], to_json: Path | None, to_markdown: Path | None) -> None:
    """Write the files that were asked for."""
    if to_json:
        to_json.write_text(json.dumps(run, indent=1) + "\n")
    if to_markdown:
        to_markdown.write_text(report.markdown(run))


def describe(limits: roofline.Limits, cores: int, load: float) -> dict[str, Any]:
    """Say what the numbers were measured on."""
    return {
        "cpu": processor(),
        "cores": cores,
        "memory_gb": os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 1e9,
        "system": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "level": _core.level,
        "load": load,
        "gflops": {str(n): value for n, value in limits.gflops.items()},
        "copy_gbs": {str(n): value for n, value in limits.copy_gbs.items()},
    }


if __name__ == "__main__":
    main()
