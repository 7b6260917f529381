"""`z2 doctor`: what is wrong with this machine, and how to mend it."""

import dataclasses
import json
import sys
from pathlib import Path

import click

from interfaces.processes import checkup

MARKS = {"ok": ("✓", "green"), "advice": ("!", "yellow"), "wrong": ("✗", "red")}


@click.command()
@click.option("--host", envvar="Z2_HOST", default="127.0.0.1", show_default=True)
@click.option("--port", envvar="Z2_PORT", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option(
    "--data",
    "data_dir",
    envvar="Z2_DATA_DIR",
    default=".z2",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
)
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def doctor(*, host: str, port: int, data_dir: Path, as_json: bool) -> None:
    """Check this machine; exit code 1 when something keeps Z2 from running."""
    found = list(checkup.findings(data_dir.absolute(), host=host, port=port))
    healthy = all(one.state != "wrong" for one in found)
    if as_json:
        click.echo(json.dumps({"ok": healthy, "findings": [dataclasses.asdict(one) for one in found]}))
    else:
        for one in found:
            click.echo(_line(one))
    sys.exit(0 if healthy else 1)


def _line(one: checkup.Finding) -> str:
    mark, colour = MARKS[one.state]
    mend = f" ({one.mend})" if one.mend and one.state != "ok" else ""
    return f"{click.style(mark, fg=colour)} {one.name:<13}{one.said}{mend}"
