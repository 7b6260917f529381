"""The state of a run after each of its events, from the log alone."""

from uuid import UUID

import click
import msgspec

from domain import run_events as fact
from domain import run_fold
from domain.kernel import Record
from domain.run_state import Run, Step
from domain.run_values import BegunStatus
from interfaces.cli.client import record, totals, wire, wording
from interfaces.cli.client.connection import Connection
from interfaces.cli.client.record import Difference
from interfaces.cli.client.watched import told_status
from interfaces.cli.client.wire import LogEvent, RunView
from interfaces.cli.client.wording import one_line
from interfaces.cli.failure import Failure

MEETINGS = 50
"""So often the log and the read model may miss each other while a run goes on."""


class Folded(Record):
    """A run after `events` events, the last of which stands at `position`; `begun` is whether any step has."""

    run: Run = run_fold.initial
    position: int = 0
    events: int = 0
    begun: bool = False

    @property
    def status(self) -> BegunStatus:
        return told_status(self.run, begun=self.begun)

    def after(self, event: LogEvent) -> "Folded":
        """With the next event. Raises Failure where one is missing or unknown."""
        if event.version != self.events + 1:
            raise Failure(f"the record has no event {self.events + 1}; the next one is {event.version}")
        try:
            known = wire.run_fact(event)
        except wire.UnknownEventError as error:
            raise Failure(f"this Z2 does not know the event {error}", "replay it with a newer one") from None
        begun = self.begun or isinstance(known, fact.StepBegun)
        return Folded(run_fold.evolve(self.run, known), event.position, event.version, begun)


def replay(api: Connection, run_id: UUID, *, as_json: bool) -> None:
    """Print the state after each event. Raises Failure where the read model says otherwise."""
    if not as_json:
        click.echo(f"run {run_id}: read from the log; nothing is executed\n")
        click.echo(f"{'position':>10}  {'event':<24} {'run':<10} what changed")
    folded, seen = _meet(api, run_id, as_json=as_json)
    found = record.differences(folded.run, seen, folded.status)
    if as_json:
        click.echo(msgspec.json.encode({"equal": not found, "position": folded.position, "differences": found}))
    elif not found:
        click.echo(f"\n{_verdict(folded)}")
    if found:
        raise Failure(f"the read model differs from the log: {_listed(found)}", "mend it with `z2 rebuild runs`")


def _meet(api: Connection, run_id: UUID, *, as_json: bool) -> tuple[Folded, RunView]:
    """The fold and the read model at one position; a run that goes on is read further until they meet."""
    folded = Folded()
    for _ in range(MEETINGS):
        for event in record.events(api, run_id, folded.position):
            before, folded = folded.run, folded.after(event)
            click.echo(_json(event, before, folded) if as_json else _line(event, before, folded))
        seen = api.get(f"/api/runs/{run_id}", RunView, {"after": folded.position})
        if seen.position == folded.position:
            return folded, seen
    raise Failure("the run goes on faster than it can be compared", "try again when it is over")


def _line(event: LogEvent, before: Run, folded: Folded) -> str:
    name = event.type.removeprefix("run.")
    changed = "; ".join(f"{name} {_state(step)}" for name, step in _changed(before, folded.run).items())
    if before.output != folded.run.output and folded.run.output:
        changed = f"output {folded.run.output.sha256[:12]} ({folded.run.output.size:,} bytes)"
    return f"{event.position:>10}  {name:<24} {folded.status:<10} {one_line(changed)}".rstrip()


def _json(event: LogEvent, before: Run, folded: Folded) -> bytes:
    return msgspec.json.encode(
        {
            "position": event.position,
            "version": event.version,
            "type": event.type,
            "at": event.at,
            "status": folded.status,
            "steps": _changed(before, folded.run),
        }
    )


def _changed(before: Run, after: Run) -> dict[str, Step]:
    return {name: step for name, step in after.steps.items() if step != before.steps.get(name)}


def _state(step: Step) -> str:
    used = totals.of_step(step)
    tokens = wording.tokens(used.input_tokens, used.output_tokens)
    calls = [f"call {call.call} {call.status.replace('_', ' ')}" for call in step.calls]
    details = [f"attempt {step.attempt}" if step.attempt else "", *calls, f"{tokens} tokens" if tokens else ""]
    told = ", ".join(detail for detail in [*details, step.code or ""] if detail)
    return f"{step.status}{told and f' ({told})'}"


def _verdict(folded: Folded) -> str:
    used = totals.of_run(folded.run)
    tokens = wording.tokens(used.input_tokens, used.output_tokens) or "no"
    return (
        f"{folded.events} events folded: {folded.status}, {len(folded.run.steps)} steps, {tokens} tokens, "
        f"{wording.cost(used.cost_micro_usd)}.\nThe read model says the same at position {folded.position}."
    )


def _listed(found: list[Difference]) -> str:
    return "; ".join(f"{each.what} is {each.log} in the log and {each.read_model} in the read model" for each in found)
