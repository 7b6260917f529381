"""What came of a run: its result, what it took, and where the page shows it."""

from uuid import UUID

import click
import msgspec
from rich.markdown import Markdown
from rich.text import Text

from domain.run_state import Run
from interfaces.cli.client import screen, totals, wording
from interfaces.cli.client.connection import Connection
from interfaces.cli.client.watched import Watched
from interfaces.cli.client.wording import GLYPHS, STYLES, one_line, printable
from interfaces.cli.failure import Failure


def report(api: Connection, run_id: UUID, watched: Watched, *, as_json: bool) -> None:
    """Print the result and the summary. Raises Failure where there is no result, saying why and what to do."""
    # the texts of a run are read through the read model, which may be a moment behind the log
    run = api.raw(f"/api/runs/{run_id}", {"after": watched.position})
    text = api.text(f"/api/runs/{run_id}/output") if watched.run.output else None
    if as_json:
        document = {"run": msgspec.Raw(run), "result": text, "page": page(api, run_id)}
        click.echo(msgspec.json.encode(document))
    else:
        if text is not None:
            print_result(text)
        summary(api, run_id, watched)
    if watched.run.status != "completed":
        raise _failure(watched.run, run_id)


def summary(api: Connection, run_id: UUID, watched: Watched) -> None:
    """One line: how it ended and how long it took, what it used, and where to see it."""
    used = totals.of_run(watched.run)
    status = watched.status
    took = wording.duration(wording.seconds(watched.span.begun, watched.span.ended))
    parts = [
        f"{status} in {took}" if took else status,
        f"{wording.tokens(used.input_tokens, used.output_tokens) or 'no'} tokens",
        wording.cost(used.cost_micro_usd),
        page(api, run_id),
    ]
    line = Text(f"{GLYPHS[status]} {' · '.join(parts)}", style=STYLES[status])
    screen.console().print(line, soft_wrap=True)


def page(api: Connection, run_id: UUID) -> str:
    """The address of the run on the page."""
    return f"{api.url}/runs/{run_id}"


def print_result(text: str) -> None:
    """The text as a terminal or a pipe takes it."""
    click.echo()
    if screen.is_terminal():
        screen.console().print(Markdown(printable(text)))
    else:
        click.echo(text.rstrip("\n"))
    click.echo()


def _failure(run: Run, run_id: UUID) -> Failure:
    if run.status == "cancelled":
        return Failure("the run was cancelled", "start it again with `z2 run`")
    why = one_line(f"{run.code}: {run.detail}")
    step = run.steps.get(run.failed_step)
    if step is None:
        return Failure(f"the run failed: {why}", f"start it again with `z2 rerun {run_id}`")
    attempts = f"attempt {step.attempt} of {step.node.tries.attempts}"
    mend = f"do it again with `z2 retry {run_id} {run.failed_step}`"
    return Failure(f"step {run.failed_step!r} failed at {attempts}: {why}", mend)
