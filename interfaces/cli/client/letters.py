"""Steps on which runs have failed, as the API tells of them and as a person reads them."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import click

from domain.kernel import Instant, Record
from interfaces.cli.client import choice, listing, wording
from interfaces.cli.client.connection import Connection
from interfaces.cli.client.wording import one_line
from interfaces.cli.failure import BadInput, Failure

PAGE, MOST = 200, 1_000


class Letter(Record):
    run_id: UUID
    title: str
    step: str
    attempt: int
    code: str
    detail: str
    failed_at: Instant | None


class Letters(Record):
    items: tuple[Letter, ...]
    next: int | None


class Outcome(Record):
    """What came of one; without a position it was refused."""

    run_id: UUID
    step: str
    position: int | None
    detail: str


class Outcomes(Record):
    items: tuple[Outcome, ...]


def show(limit: int, *, as_json: bool) -> None:
    """Print the dead letters. Raises Failure."""

    def rows(found: Letters) -> Iterable[listing.Cells]:
        return [
            (
                *(str(it.run_id), it.title, it.step, str(it.attempt)),
                *(wording.moment(it.failed_at) if it.failed_at else "", f"{it.code}: {it.detail}"),
            )
            for it in found.items
        ]

    titles = ("Run", "On", "Step", "Attempts", "Failed", "Error")
    listing.shown("/api/dead-letters", Letters, titles, rows, as_json=as_json, query={"limit": limit})


def redrive(api: Connection, runs: Sequence[str]) -> None:
    """Do the failed steps of these runs again, or of all. Raises BadInput, and Failure where one is refused."""
    wanted = {choice.run(api, run) for run in runs}
    found = [letter for letter in _all(api) if not wanted or letter.run_id in wanted][:MOST]
    if missing := wanted - {letter.run_id for letter in found}:
        raise BadInput(f"run {min(missing, key=str)} has no dead letter", "see `z2 dead-letters`")
    if not found:
        click.echo("there are no dead letters")
        return
    body = {"items": [{"run_id": letter.run_id, "step": letter.step} for letter in found]}
    outcomes = api.post("/api/dead-letters/redrive", body, Outcomes).items
    done = [outcome for outcome in outcomes if outcome.position is not None]
    click.echo(f"{len(done):,} failed step{'' if len(done) == 1 else 's'} will be done again")
    refused = next((outcome for outcome in outcomes if outcome.position is None), None)
    if refused is not None:
        raise Failure(one_line(f"run {refused.run_id} was refused: {refused.detail}"), f"see `z2 why {refused.run_id}`")


def _all(api: Connection) -> list[Letter]:
    found: list[Letter] = []
    before: int | None = None
    while len(found) < MOST:
        query: dict[str, str | int] = {"limit": PAGE, **({"before": before} if before else {})}
        page = api.get("/api/dead-letters", Letters, query)
        found += page.items
        before = page.next
        if before is None:
            break
    return found
