"""Results for people: a line as it goes, a Markdown page at the end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

Result = dict[str, Any]

#: What stands between the limits and the times: written by people, part of every page.
REASONS = Path(__file__).with_name("reasons.md")

HEADER = (
    f"{'regime':34} {'thr':>3} {'method':12} {'ours ms':>9} {'out=':>9}   "
    f"{'best peer':28} {'ms':>9} {'ratio':>6} {'out=':>6} {'share':>6}"
)


def line(row: Result) -> str:
    """Return one row for the terminal."""
    ours, best = row["ours"], row["best_fresh_median"]
    peer = row["peers"][best]["fresh"]["median_ms"] if best else float("nan")
    return (
        f"{row['regime']:34} {row['threads']:3d} {row['method']:12} "
        f"{ms(ours['fresh']):>9} {ms(ours.get('out')):>9}   {best or 'none installed':28} "
        f"{number(peer):>9} {row['ratio_fresh_median']:6.2f} {row['ratio_out_median']:6.2f} "
        f"{100 * row['share']:4.0f} %"
    )


def method_lines(row: Result) -> list[str]:
    """Return a line for each method that was forced; a star where the planner lost over 15 %."""
    methods = row.get("methods", {})
    if not methods:
        return []
    best = min(times["fresh"]["median_ms"] for times in methods.values())
    return [
        f"    {name:14} {ms(times['fresh']):>9} ms, predicted {number(times['predicted_ms']):>9} "
        f"on one thread{_verdict(row, name, times['fresh']['median_ms'], best)}"
        for name, times in methods.items()
    ]


def memory_lines(run: Result) -> list[str]:
    """Return a line for each measured work space."""
    return [
        f"{row['who']:26} {row['problem']:36} {row['mib']:8.1f} MiB of work space"
        for row in run.get("memory", ())
    ]


def _verdict(row: Result, name: str, median: float, best: float) -> str:
    if name != row["method"]:
        return ""
    return f"   * chosen, {median / best:.2f} x the best" if median > 1.15 * best else "   chosen"


def ms(times: Result | None) -> str:
    """Return the median, or a dash."""
    return "-" if times is None else number(times["median_ms"])


def number(value: float) -> str:
    """Return three digits."""
    return f"{value:.0f}" if value >= 100 else f"{value:#.3g}".rstrip(".")


def markdown(run: Result) -> str:
    """Return the page: machine, one table a number of threads, all peers, memory."""
    rows = run["rows"]
    parts = [_head(run)]
    for threads in run["threads"]:
        mine = [row for row in rows if row["threads"] == threads]
        parts += [f"## {_threads(threads)}", _summary(mine)]
    parts.append(REASONS.read_text().rstrip())
    if run.get("memory"):
        parts += ["## Work space", _memory(run["memory"])]
    parts += ["## Every peer", _peers(rows)]
    if run["missing"]:
        parts.append(f"Not installed, so not compared: {', '.join(run['missing'])}.")
    left_out = {f"{n} ({r['regime']}): {why}" for r in rows for n, why in r["unfit"].items()}
    if left_out:
        parts += ["## Not timed", "\n".join(f"- {each}" for each in sorted(left_out))]
    return "\n\n".join(parts) + "\n"


def _head(run: Result) -> str:
    machine = run["machine"]
    limits = "; ".join(
        f"{_threads(n).lower()}: {machine['gflops'][str(n)]:.0f} GFLOP/s (float32), "
        f"{machine['copy_gbs'][str(n)]:.0f} GB/s"
        for n in run["threads"]
    )
    small = (
        f"\n\n**Not the real thing: data {run['shrink']:g} times smaller, for trying out.**"
        if run["shrink"] != 1
        else ""
    )
    versions = ", ".join(f"{name} {version}" for name, version in run["versions"].items())
    return f"""# Benchmarks

Written by `{run["command"]}`; do not edit.{small}

- Date: {run["date"]}
- Machine: {machine["cpu"]}, {machine["cores"]} cores, {machine["memory_gb"]:.0f} GB, \
{machine["system"]}, SIMD level {machine["level"]}, load average at the start \
{machine["load"]:.2f}
- Limits (reading and writing counted): {limits}
- Versions: {versions}

All contenders run in one process and take turns; times are medians in milliseconds after a warm-up.
*Ratio* is the best public peer over ours, so above 1 we are faster. *Fresh* returns a new array,
and lets go of the one before: ours then gets its memory back, as in any program that does so;
*out=* writes into memory that was there (a peer that cannot keeps its fresh time). Plans, and what
peers can prepare (the spectrum of a kernel, say), are made before. Every answer was compared with
ours under the same boundary: ours is `symmetric`, that of the peers is given below.
*Share* is the time that the limits allow for the cheapest known way, over ours with *out=*; *plain*
counts two operations a tap, whatever the method."""


def _threads(n: int) -> str:
    return "One thread" if n == 1 else f"{n} threads"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(each) + " |" for each in lines)


def _summary(rows: list[Result]) -> str:
    head = [
        "regime",
        "method",
        "ours",
        "ours, out=",
        "best peer",
        "its time",
        "ratio",
        "ratio, out=",
    ]
    body = [
        [
            row["regime"],
            row["method"],
            ms(row["ours"]["fresh"]),
            ms(row["ours"].get("out")),
            row["best_fresh_median"] or "none",
            ms(row["peers"].get(row["best_fresh_median"], {}).get("fresh")),
            f"{row['ratio_fresh_median']:.2f}",
            f"{row['ratio_out_median']:.2f}",
            number(row["plain_gflops"]),
            number(row["gbs"]),
            f"{100 * row['share']:.0f} % ({row['bound']})",
        ]
        for row in rows
    ]
    return _table([*head, "plain GFLOP/s", "GB/s", "share of the limit"], body)


def _peers(rows: list[Result]) -> str:
    head = ["regime", "threads", "who", "outside", "fresh", "least", "out=", "least", "difference"]
    body = [
        [
            row["regime"],
            str(row["threads"]),
            name if times["same"] else f"{name} (another problem)",
            times["boundary"],
            *_both(times.get("fresh")),
            *_both(times.get("out")),
            f"{times['difference']:.0e}",
        ]
        for row in rows
        for name, times in {"intertwine": row["ours"], **row["peers"]}.items()
    ]
    return (
        _table(head, body) + "\n\n*Difference*: `max|theirs - ours| / (sum|k| max|x|)`, under "
        "the same boundary."
    )


def _both(times: Result | None) -> tuple[str, str]:
    return ("-", "-") if times is None else (ms(times), number(times["min_ms"]))


def _memory(rows: list[Result]) -> str:
    body = [[row["who"], row["problem"], f"{row['mib']:.1f} MiB"] for row in rows]
    return (
        "The most memory a call took beyond its input and output, each in a process of its own.\n\n"
        + _table(["who", "problem", "work space"], body)
    )
