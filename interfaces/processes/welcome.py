"""What a person reads when Z2 is ready, and how long it took."""

import os
import sys
import time
from pathlib import Path

from interfaces.processes.machine import Machine

PAPER_WIDTH = 160
FIRST = "choose your name and password with the link below; it is good once, for a day"
# A program that only starts is busy all the while, so the processor's time tells when it began.
BEGAN = time.monotonic() - time.process_time()


def show(machine: Machine, *, title: str, set_up: str | None = None, times: str | None = None) -> None:
    """`set_up` is the link for choosing the first name and password, for as long as that has not been done."""
    # Imported when all is ready, to be ready sooner.
    from rich.console import Console  # noqa: PLC0415
    from rich.panel import Panel  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    rows = {
        "Page": f"[bold cyan link={machine.address}]{machine.address}[/]",
        "Sign in": FIRST if set_up else "with your name and password, or a provider that you have set up",
        "Data": _shown(machine.data_dir),
        "Stop": "Ctrl-C; the next start finds everything again",
        **({"Time": times} if times else {}),
    }
    table = Table.grid(padding=(0, 2))
    for name, value in rows.items():
        table.add_row(f"[dim]{name}[/]", value)
    title = f"[bold]{title}[/]"
    panel = Panel(table, title=title, title_align="left", border_style="cyan", expand=False, padding=(0, 2))
    Console(highlight=False, width=None if sys.stdout.isatty() else PAPER_WIDTH).print(panel)
    if set_up:
        # on a line of its own, so that it can be taken whole
        sys.stdout.write(f"\n{set_up}\n\n")
        sys.stdout.flush()


def seconds_since_start() -> float:
    """Since this program began, the time that Python took to come this far included."""
    return time.monotonic() - BEGAN


def demo_times(own_start: float) -> str:
    started = os.environ.get("Z2_DEMO_STARTED")
    total = f"{time.time() - float(started):.0f} s to the brief, of which " if started else ""
    return f"{total}{own_start:.1f} s for Z2 itself to start"


def _shown(path: Path) -> str:
    try:
        return f"./{path.relative_to(Path.cwd())}"
    except ValueError:
        return str(path)


def is_terminal() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ
