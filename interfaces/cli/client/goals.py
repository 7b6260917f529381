"""A goal and its draft on the terminal."""

import time
from collections.abc import Iterable
from uuid import UUID

import click
import msgspec

from domain.kernel import Instant, Record
from interfaces.cli.client import choice, document, listing, wire, wording
from interfaces.cli.client.connection import Connection, connect
from interfaces.cli.client.templates import amount
from interfaces.cli.failure import Failure

PATIENCE = 600.0
PAUSE = 0.3
"""Seconds between two looks at a draft that is being made."""


class Wishes(Record):
    """What there is to work on, who drafts, and how many dollars there are."""

    place: str | None
    model: str | None
    budget: float | None


class Why(Record):
    code: str
    detail: str


class Draft(Record):
    drafted_by: str
    source: str
    note: str
    needs_model: bool
    cost: wire.Cost | None


class Goal(Record):
    id: UUID
    status: str
    document: bool
    draft: Draft | None
    refusal: Why | None
    workflow_id: UUID | None
    run_id: UUID | None


class Summary(Record):
    id: UUID
    status: str
    goal: str
    workflow_id: UUID | None
    run_id: UUID | None
    asked_at: Instant


class Page(Record):
    items: tuple[Summary, ...]
    next: int | None


def show(*, as_json: bool) -> None:
    """Print the newest goals. Raises Failure."""

    def rows(found: Page) -> Iterable[listing.Cells]:
        return [
            (str(it.id), it.status, wording.one_line(it.goal), wording.moment(it.asked_at), str(it.run_id or ""))
            for it in found.items
        ]

    listing.shown("/api/goals", Page, ("Goal", "", "What it is", "Asked", "Run"), rows, as_json=as_json)


def goal(words: str, wishes: Wishes, *, accept: bool, as_json: bool) -> None:
    """Raises Failure where nothing could be drafted."""
    given = document.read(wishes.place) if wishes.place else None
    with connect() as api:
        goal_id = choice.uuid(words) or _asked(api, words, given, wishes)
        found = _drafted(api, goal_id)
        if accept:
            body: dict[str, object] = {"start": found.document}
            if given is not None:
                body["title"] = given.title
            api.post(f"/api/goals/{goal_id}/accept", body, wire.Accepted)
            found = _read(api, goal_id)
    if as_json:
        click.echo(msgspec.json.encode(found).decode())
        return
    _tell(found)


def _asked(api: Connection, words: str, given: document.Document | None, wishes: Wishes) -> UUID:
    body: dict[str, object] = {"goal": words}
    if given is not None:
        body["document"] = given.text
    if wishes.model is not None:
        body["model"] = wishes.model
    if wishes.budget is not None:
        body["budget"] = {"micro_usd": max(1, round(wishes.budget * 1_000_000))}
    return api.post("/api/goals", body, wire.Accepted).id


def _drafted(api: Connection, goal_id: UUID) -> Goal:
    """Once its planner is done. Raises Failure."""
    end = time.monotonic() + PATIENCE
    while (found := _read(api, goal_id)).status == "asked":
        if time.monotonic() > end:
            raise Failure("the draft is not there yet", f"look again with: z2 goal {goal_id}")
        time.sleep(PAUSE)
    if found.refusal is not None:
        raise Failure(f"nothing could be drafted: {found.refusal.detail}")
    return found


def _read(api: Connection, goal_id: UUID) -> Goal:
    return api.get(f"/api/goals/{goal_id}", Goal)


def _tell(found: Goal) -> None:
    draft = found.draft
    assert draft is not None, "a goal that was not refused has a draft"
    click.echo(draft.source)
    click.echo(f"# drafted by {draft.drafted_by}{f': {draft.note}' if draft.note else ''}")
    if draft.needs_model:
        click.echo("# it needs a language model: give one with --model")
    if draft.cost is not None:
        low, high = amount(draft.cost.micro_usd_low), amount(draft.cost.micro_usd_high)
        click.echo(f"# with {draft.cost.model} a run costs at least {low}, and at most {high}")
    if found.workflow_id is None:
        click.echo(f"# nothing is run before it is accepted: z2 goal {found.id} --accept")
    else:
        click.echo(f"# published as workflow {found.workflow_id}")
    if found.run_id is not None:
        click.echo(f"# started as run {found.run_id}: z2 show {found.run_id} --follow")
