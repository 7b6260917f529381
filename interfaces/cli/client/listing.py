"""Lists of what there is, as tables or as the JSON that the server wrote."""

from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

import click
import msgspec
from rich.table import Table
from rich.text import Text

from interfaces.cli.client import projected, screen, wire, wording
from interfaces.cli.client.connection import Query, connect
from interfaces.cli.client.wire import RunSummary
from interfaces.cli.client.wording import GLYPHS, STYLES, one_line

SHORTEST_ID = 8

Shape = TypeVar("Shape")
Cells = Sequence[str | Text]


def runs(status: str | None, limit: int, *, as_json: bool) -> None:
    query: dict[str, str | int] = {"limit": limit, **({"status": status} if status else {})}
    titles = ("Run", "", "Title", "Workflow", "Started", "Time", "Steps", "Tokens", "Cost")

    def rows(page: wire.RunPage) -> Iterable[Cells]:
        length = _distinct([str(run.id) for run in page.items])
        return [_run(run, length) for run in page.items]

    shown("/api/runs", wire.RunPage, titles, rows, as_json=as_json, query=query)


def agents(*, as_json: bool) -> None:
    def rows(found: wire.Agents) -> Iterable[Cells]:
        return [(it.name, it.role, it.task, it.model, f"v{it.version}", it.status) for it in found.items]

    titles = ("Agent", "Role", "Task", "Model", "Version", "Status")
    none = "there are no agents yet; make one with `z2 agents create FILE`"
    shown("/api/agents", wire.Agents, titles, rows, as_json=as_json, none=none)


def workflows(*, as_json: bool) -> None:
    def rows(found: wire.Workflows) -> Iterable[Cells]:
        return [(it.name, f"v{it.version}", _nodes(it.nodes), str(it.id)) for it in found.items]

    shown("/api/workflows", wire.Workflows, ("Workflow", "Version", "Steps", "Id"), rows, as_json=as_json)


def projections(*, as_json: bool) -> None:
    def rows(found: projected.Projections) -> Iterable[Cells]:
        return [_projection(it) for it in found.items]

    titles = ("Name", "Position", "Behind", "Led by", "Stopped at")
    shown("/api/projections", projected.Projections, titles, rows, as_json=as_json)


def webhooks(*, as_json: bool) -> None:
    from interfaces.cli.client import hooks

    def rows(found: hooks.Webhooks) -> Iterable[Cells]:
        return [(str(it.id), it.status, it.url, hooks.wanted(it)) for it in found.items]

    shown("/api/webhooks", hooks.Webhooks, ("Webhook", "Status", "Sent to", "Events"), rows, as_json=as_json)


def _projection(it: projected.Projection) -> Cells:
    stop = f"{it.stopped.position} {it.stopped.event_type}: {it.stopped.error}" if it.stopped else ""
    return it.name, f"{it.position:,}", f"{it.lag:,}", it.leader or "nobody", stop


def shown(
    path: str,
    shape: type[Shape],
    titles: Sequence[str],
    rows: Callable[[Shape], Iterable[Cells]],
    *,
    as_json: bool,
    query: Query | None = None,
    none: str = "",
) -> None:
    """Print what stands at the path as a table, or as it is; `none` is said where nothing does. Raises Failure."""
    with connect() as api:
        raw = api.raw(path, query)
    if as_json:
        click.echo(raw)
        return
    draw(titles, rows(msgspec.json.decode(raw, type=shape)), none=none)


def draw(titles: Sequence[str], rows: Iterable[Cells], *, none: str = "") -> None:
    """Print rows under their titles; where there are none, `none` is said beside what programs read."""
    known = list(rows)
    if known or not none:
        screen.console().print(table(titles, known))
    else:
        click.echo(none, err=True)


def table(titles: Sequence[str], rows: Iterable[Cells]) -> Table:
    """Rows under their titles; what others have written cannot break a line."""
    drawn = Table(*titles, box=None, pad_edge=False, header_style="dim")
    for row in rows:
        drawn.add_row(*(Text(one_line(cell)) if isinstance(cell, str) else cell for cell in row))
    return drawn


def _run(run: RunSummary, length: int) -> Cells:
    return (
        str(run.id)[:length],
        Text(f"{GLYPHS[run.status]} {run.status}", style=STYLES[run.status]),
        run.title,
        f"{run.workflow_name} v{run.workflow_version}",
        wording.moment(run.created_at),
        wording.duration(wording.seconds(run.created_at, run.ended_at)),
        f"{run.steps_done}/{run.steps_total}",
        wording.tokens(run.input_tokens, run.output_tokens),
        wording.cost(run.cost_micro_usd),
    )


def _distinct(ids: Sequence[str]) -> int:
    """How many characters tell the ids of a list apart."""
    whole = max((len(each) for each in ids), default=SHORTEST_ID)
    lengths = range(SHORTEST_ID, whole)
    return next((length for length in lengths if len({each[:length] for each in ids}) == len(ids)), whole)


def _nodes(nodes: Sequence[wire.Node]) -> str:
    return ", ".join(node.id for node in nodes)
