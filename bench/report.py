"""How every benchmark ends: a table for people, and one line of JSON for programs."""

import json
import os
import platform
import statistics
from collections.abc import Mapping, Sequence


def show(name: str, rows: Mapping[str, Sequence[float]], unit: str, figures: Mapping[str, float]) -> None:
    """Print minimum, median and maximum of each row, then the figures."""
    print(f"{name}: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}\n")
    print(f"{'':42} {'min':>9} {'median':>9} {'max':>9}  {unit}")
    for label, values in rows.items():
        print(f"{label:42} {min(values):9.3f} {statistics.median(values):9.3f} {max(values):9.3f}  n={len(values)}")
    print("\n" + json.dumps({"bench": name, "figures": {key: round(value, 4) for key, value in figures.items()}}))


def ratio(rows: Mapping[str, Sequence[float]], one: str, other: str) -> float:
    """The median of how many times the other the one was, turn by turn: both of a turn had the same machine."""
    return statistics.median(a / b for a, b in zip(rows[one], rows[other], strict=True))
