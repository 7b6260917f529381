"""Writes the tables of docs/reference/ from the code: settings, events, commands, the command line.

`python -m deploy.reference` writes them; a test fails while they are not up to date.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, get_args

import click
import msgspec

from application.access import NEEDS
from application.registry import AGGREGATES, tag_of
from infrastructure import metrics
from infrastructure.settings import Settings, variables
from interfaces.cli import SECTIONS, Commands

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference"
NOTE = "<!-- Written by `python -m deploy.reference`; change the code, not this file. -->"


def pages() -> dict[str, str]:
    """Every page by its file name."""
    return {
        "settings.md": _settings(),
        "events.md": _events(),
        "commands.md": _commands(),
        "command-line.md": _command_line(),
        "metrics.md": _metrics(),
    }


def _page(title: str, lead: str, blocks: Iterable[str]) -> str:
    return "\n\n".join([f"# {title}", NOTE, lead, *blocks]) + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _settings() -> str:
    fields = {field.name: field for field in msgspec.structs.fields(Settings)}
    rows = []
    for name, variable in variables().items():
        field = fields[name]
        default = f"`{field.default}`" if field.default not in ("", msgspec.NODEFAULT) else ""
        rows.append((f"`{variable}`", default, _description(field.type)))
    lead = "Each setting is one environment variable; an empty one counts as not set."
    return _page("Settings", lead, [_table(("variable", "default", "what it is"), rows)])


def _description(annotated: Any) -> str:
    metas = [meta for meta in get_args(annotated)[1:] if meta.description]
    return str(metas[-1].description)


def _events() -> str:
    rows = [
        (f"`{tag_of(event)}`", _fields(event), _first_line(event))
        for aggregate in AGGREGATES
        for event in aggregate.events
    ]
    lead = "What can stand in the log. Stored events are for ever: fields are only ever added, with a default."
    return _page("Events", lead, [_table(("type", "data", "meaning"), rows)])


def _metrics() -> str:
    rows = [
        (f"`{each.name}`", each.kind, ", ".join(f"`{label}`" for label in each.labels), each.meaning)
        for each in metrics.described()
    ]
    lead = (
        "The API tells them at `/metrics`, a worker at the port `Z2_METRICS_PORT` and a projector at the next one, in"
        " the text format of Prometheus. Each process tells of itself: sum what it counts, and take the greatest of"
        " what it looks up (positions, lag, jobs). Besides these there are the `process_…` metrics of every program."
    )
    return _page("Metrics", lead, [_table(("metric", "kind", "labels", "meaning"), rows)])


def _commands() -> str:
    rows = [
        (f"`{command.__name__}`", aggregate.noun, _fields(command), f"`{NEEDS[command]}`", _first_line(command))
        for aggregate in AGGREGATES
        for command in aggregate.commands
    ]
    lead = "What can be asked for, and the scope that it takes."
    return _page("Commands", lead, [_table(("command", "of", "fields", "scope", "meaning"), rows)])


def _fields(struct: type[msgspec.Struct]) -> str:
    shown = [
        f"`{field.encode_name}`" + ("" if field.required else " (optional)") for field in msgspec.structs.fields(struct)
    ]
    return ", ".join(shown)


def _first_line(struct: type[msgspec.Struct]) -> str:
    own = struct.__dict__.get("__doc__") or ""
    return str(own).strip().split("\n", 1)[0]


def _command_line() -> str:
    group = Commands("z2")
    blocks = []
    for section, commands in SECTIONS.items():
        blocks.append(f"## {section}")
        for name in commands:
            command = group.get_command(click.Context(group), name)
            assert command is not None, "every listed command exists"
            context = click.Context(command, info_name=f"z2 {name}")
            formatter = click.HelpFormatter(width=100)
            command.format_help(context, formatter)
            blocks.append(f"### z2 {name}\n\n```text\n{formatter.getvalue().strip()}\n```")
    lead = "`z2 --help` lists the commands; what is wrong with the input is said in one line, with exit code 2."
    return _page("Command line", lead, blocks)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
