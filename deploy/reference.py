"""Writes the tables of docs/reference/ from the code: settings, events, commands, the command line.

`python -m deploy.reference` writes them; a test fails while they are not up to date.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import click
import msgspec

from application.needs import NEEDS
from application.registry import AGGREGATES, tag_of
from application.workflows import schema
from infrastructure import metrics
from infrastructure.models.services import SERVICES
from infrastructure.settings import described
from interfaces.cli import SECTIONS, Commands

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "reference"
PROTOCOLS = {"chat": "Chat Completions", "responses": "Responses", "messages": "Messages"}
FORMS = {"json_schema": "bound to a schema", "json_object": "bound to JSON", "words": "asked for in words"}
NOTE = "<!-- Written by `python -m deploy.reference`; change the code, not this file. -->"


def pages() -> dict[str, str]:
    """Every page by its file name."""
    return {
        "settings.md": _settings(),
        "events.md": _events(),
        "commands.md": _commands(),
        "command-line.md": _command_line(),
        "metrics.md": _metrics(),
        "providers.md": _providers(),
        "workflow.schema.json": schema.written(),
    }


def _page(title: str, lead: str, blocks: Iterable[str]) -> str:
    return "\n\n".join([f"# {title}", NOTE, lead, *blocks]) + "\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _settings() -> str:
    rows = [
        (f"`{each.variable}`", f"`{each.default}`" if each.default != "" else "", each.description)
        for each in described()
    ]
    lead = "Each setting is one environment variable; an empty one counts as not set."
    return _page("Settings", lead, [_table(("variable", "default", "what it is"), rows)])


def _events() -> str:
    rows = [
        (f"`{tag_of(event)}`", _fields(event), _first_line(event))
        for aggregate in AGGREGATES
        for event in aggregate.events
    ]
    lead = "What can stand in the log. Stored events are for ever: fields are only ever added, with a default."
    return _page("Events", lead, [_table(("type", "data", "meaning"), rows)])


def _providers() -> str:
    rows = [
        (
            f"`{each.name}`",
            f"[{each.title}]({each.docs})",
            f"`{each.key_variable}`" + (" (optional)" if each.key == "optional" else "") if each.key_variable else "",
            f"`{each.url_variable}`",
            each.url or "has to be set",
            PROTOCOLS[each.protocol],
            ", ".join(sorted(each.refuses | each.refuses_thinking)),
            FORMS[each.structured],
            ", ".join(f"`{name}`" for name in sorted(each.seen)),
        )
        for each in SERVICES.values()
    ]
    head = ("provider", "service", "key", "address by", "address", "protocol", "left out", "form of an answer", "seen")
    lead = (
        "The providers of models on the network; the name of each begins the names of its models. Parameters that are"
        " left out are told as a warning; some of them only for models that reason. None of this was tried with a key"
        " of the service: what its vendor was seen to say is in the last column, by the names of"
        " `infrastructure/models/service.py`; the rest is what OpenAI does, or what others say of the service."
    )
    return _page("Providers of models", lead, [_table(head, rows)])


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
