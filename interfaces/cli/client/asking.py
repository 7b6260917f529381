"""What waits for people, as the API tells it, and how it is decided."""

from collections.abc import Iterable
from urllib.parse import quote
from uuid import UUID

from domain.kernel import Instant, Record
from interfaces.cli.client import choice, listing, wire, wording
from interfaces.cli.client.connection import Connection
from interfaces.cli.failure import BadInput

MANY = 200


class Ask(Record):
    """A decision or an answer that a run waits for; `mine` is whether whoever asks may give it."""

    run_id: UUID
    run_title: str
    step: str
    kind: str
    question: str
    mine: bool
    since: Instant | None
    due_at: Instant | None
    escalated: bool


class Inbox(Record):
    items: tuple[Ask, ...]
    next: int | None


def show(limit: int, *, newest: bool, as_json: bool) -> None:
    """Print what waits for people. Raises Failure."""
    query: dict[str, str | int] = {"limit": limit, "order": "newest" if newest else "oldest"}
    titles = ("Run", "On", "Step", "Kind", "Question", "Since", "Until", "For you")

    def rows(found: Inbox) -> Iterable[listing.Cells]:
        return [_cells(ask) for ask in found.items]

    listing.shown("/api/inbox", Inbox, titles, rows, as_json=as_json, query=query)


def send(api: Connection, run: str, step: str | None, kind: str, verb: str, body: dict[str, object]) -> str:
    """Tell a step what a person says; returns its name. Raises BadInput where it is not clear which, and Failure."""
    run_id = choice.run(api, run)
    name = step or _only(api, run_id, kind)
    api.post(f"/api/runs/{run_id}/steps/{quote(name, safe='')}/{verb}", body, wire.Accepted)
    return name


def _only(api: Connection, run_id: UUID, kind: str) -> str:
    found = api.get("/api/inbox", Inbox, {"run": str(run_id), "limit": MANY}).items
    names = [ask.step for ask in found if ask.kind == kind]
    if len(names) == 1:
        return names[0]
    thing = "an approval" if kind == "approval" else "an answer"
    if not names:
        raise BadInput(f"run {run_id} waits for no such thing as {thing}", f"see `z2 why {run_id}`")
    raise BadInput(f"run {run_id} waits for {thing} at {len(names)} steps: {', '.join(names[:5])}", "name one")


def _cells(ask: Ask) -> listing.Cells:
    return (
        str(ask.run_id),
        ask.run_title,
        ask.step,
        ask.kind,
        ask.question,
        wording.moment(ask.since) if ask.since else "",
        wording.moment(ask.due_at) if ask.due_at else "",
        "yes" if ask.mine else "no",
    )
