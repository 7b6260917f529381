"""What an append and the tail cost as the log grows: three logs, side by side on one Postgres, in turn.

The streams that are appended to are new in every log, so is what the log was filled with before.
"""

import argparse
import statistics

import uvloop

from bench import append, fill, report, servers, tail
from interfaces import composition

AT_ONCE = 64
RATE = 1_000
TEXT = 100
EVENTS_A_STREAM = 50
SMALL = 100_000
"""A log that one turn would make much longer is filled anew for each."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 1_000_000, 10_000_000])
    asked = parser.parse_args()
    composition.collect_seldom()
    rows: dict[str, list[float]] = {}
    with servers.postgres() as server:
        logs = {size: _filled(server, size) for size in asked.sizes}
        for _ in range(asked.repeats):
            for size, url in logs.items():
                _turn(rows, size, url)
    report.show("growth", rows, "", _figures(rows, asked.sizes))


def _filled(server: str, size: int) -> str:
    url = servers.database(server, f"log_{size}")
    uvloop.run(append.prepare(url))
    _fill(url, size)
    return url


def _fill(url: str, size: int) -> None:
    fill.fill(url, size, size // EVENTS_A_STREAM, text=TEXT)


def _turn(rows: dict[str, list[float]], size: int, url: str) -> None:
    if size <= SMALL:
        _fill(url, size)
    at_once = uvloop.run(append.ours(url, AT_ONCE))
    alone = uvloop.run(append.ours(url, 1))
    p50, p99 = uvloop.run(tail.same_process(url, RATE))
    for name, value in (
        ("append, commands/s", at_once.rate),
        ("append alone, p50 ms", alone.p50),
        ("tail, p50 ms", p50),
        ("tail, p99 ms", p99),
    ):
        rows.setdefault(f"{size:10,}: {name}", []).append(value)


def _figures(rows: dict[str, list[float]], sizes: list[int]) -> dict[str, float]:
    """Medians, and how many times what it is in the smallest log the cost is in the others."""
    figures: dict[str, float] = {}
    for size in sizes:
        figures[f"append_commands_s_{size}"] = statistics.median(rows[f"{size:10,}: append, commands/s"])
        figures[f"tail_p50_ms_{size}"] = statistics.median(rows[f"{size:10,}: tail, p50 ms"])
    small = f"{sizes[0]:10,}"
    for size in sizes[1:]:
        large = f"{size:10,}"
        names = (("append", "append alone, p50 ms"), ("tail", "tail, p50 ms"))
        for figure, name in names:
            figures[f"{figure}_cost_{size}"] = report.ratio(rows, f"{large}: {name}", f"{small}: {name}")
        figures[f"append_at_once_cost_{size}"] = report.ratio(
            rows, f"{small}: append, commands/s", f"{large}: append, commands/s"
        )
    return figures


if __name__ == "__main__":
    main()
