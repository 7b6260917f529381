"""Steps on which runs have failed, over HTTP: see them, and do them again."""

import asyncio
from typing import Annotated
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta

from application.errors import Z2Error
from domain import run_commands
from domain.kernel import Instant, Record, Rejected
from interfaces.composition import Core
from interfaces.http.commands import After, Signed, caught_up, sent
from interfaces.http.inbox import AT_ONCE, DecisionOutcome, OutcomePage
from interfaces.http.reading import reading
from interfaces.http.words import LAST_POSITION
from projections import dead_letters, runs

Limit = Annotated[int, QueryParameter(ge=1, le=200, description="How many at the most.")]
Before = Annotated[int | None, QueryParameter(ge=1, le=LAST_POSITION, description="The `next` of the page before.")]


class DeadLetter(Record):
    """A step that has failed for good, and its run with it."""

    run_id: UUID
    title: str
    workflow_name: str
    step: str
    attempt: int
    code: str
    detail: str
    failed_at: Instant | None


class DeadLetterPage(Record):
    """Dead letters of the newest runs first. `next` goes into `before` for the next page; null at the end."""

    items: list[DeadLetter]
    next: int | None


class Letter(Record, forbid_unknown_fields=True):
    """Which step of which run."""

    run_id: UUID
    step: Annotated[str, Meta(min_length=1, max_length=1_000)]


class Redrive(Record, forbid_unknown_fields=True):
    """Up to 1,000 dead letters to be done again."""

    items: Annotated[tuple[Letter, ...], Meta(min_length=1, max_length=1_000)]


class DeadLetterController(Controller):
    path = "/dead-letters"
    tags = ("runs",)

    @get(operation_id="listDeadLetters", summary="Steps on which runs have failed")
    async def all(
        self,
        request: Signed,
        core: NamedDependency[Core],
        limit: Limit = 50,
        before: Before = None,
        after: After = None,
    ) -> DeadLetterPage:
        await caught_up(core.tail, runs.projection.name, after)
        workspace_id = request.user.workspace_id
        async with reading(core, request.user) as connection:
            found = await dead_letters.listed(connection, workspace_id, before=before, limit=limit + 1)
        names = DeadLetter.__struct_fields__
        items = [DeadLetter(**{name: getattr(each, name) for name in names}) for each in found[:limit]]
        return DeadLetterPage(items, found[limit - 1].first_position if len(found) > limit else None)

    @post("/redrive", status_code=200, operation_id="redriveDeadLetters", summary="Do failed steps again")
    async def redrive(self, data: JSONBody[Redrive], request: Signed, core: NamedDependency[Core]) -> OutcomePage:
        """Each by itself: what is refused says why. All other failed steps of a run are done again with the one."""
        turns = asyncio.Semaphore(AT_ONCE)

        async def one(letter: Letter) -> DecisionOutcome:
            async with turns:
                return await _redriven(core, letter, request)

        return OutcomePage(list(await asyncio.gather(*(one(letter) for letter in data.items))))


async def _redriven(core: Core, letter: Letter, request: Signed) -> DecisionOutcome:
    run_id, step = letter.run_id, letter.step
    try:
        accepted = await sent(core, run_id, run_commands.RetryStep(step), request.user, key=None)
    except (Z2Error, Rejected) as refused:
        return DecisionOutcome(run_id, step, None, refused.code, str(refused))
    return DecisionOutcome(run_id, step, accepted.position, "", "")
