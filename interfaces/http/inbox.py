"""What waits for people, over HTTP, and many decisions at once."""

import asyncio
from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta

from application.access import Actor
from application.errors import NotAllowed, NotFound, Z2Error
from application.orchestration.approvals import Approvals
from application.orchestration.outcome import StepError
from application.orchestration.sight import Sight
from application.orchestration.texts import Texts
from domain.kernel import Instant, PayloadRef, Record, Rejected
from domain.run_commands import Reason
from domain.run_state import Run
from domain.run_values import Decision
from interfaces.composition import Core
from interfaces.http.auth import operation_of
from interfaces.http.body import MAX_DOCUMENT
from interfaces.http.commands import After, Signed, caught_up
from interfaces.http.reading import reading
from interfaces.http.run_bodies import given
from interfaces.http.words import LAST_POSITION
from interfaces.people import approvals
from projections import inbox, runs
from projections.inbox import Ask

AT_ONCE = 32
"""So many decisions are under way at the same time; those of one run come one after the other."""

Limit = Annotated[int, QueryParameter(ge=1, le=200, description="How many at the most.")]
Beyond = Annotated[int | None, QueryParameter(ge=1, le=LAST_POSITION, description="The `next` of the page before.")]
Order = Annotated[Literal["newest", "oldest"], QueryParameter(description="Which come first.")]
OfRun = Annotated[UUID | None, QueryParameter(description="Only what this run asks.")]


class Asked(Record):
    """People who may answer: members in one of the roles, or these users; with neither, whoever may approve at all."""

    roles: tuple[str, ...]
    users: tuple[UUID, ...]


class InboxItem(Record):
    """A person is asked for a decision or an answer, by one of `asked`; `mine` is whether you may give it.

    `subject` is what an approval shows, a stored text; `schema` is that of the answer, or of what may go on instead.
    """

    run_id: UUID
    run_title: str
    workflow_name: str
    paused: bool
    step: str
    kind: Literal["approval", "input"]
    title: str
    question: str
    subject: PayloadRef | None
    schema: dict[str, Any] | None
    asked: list[Asked]
    mine: bool
    since: Instant | None
    due_at: Instant | None
    escalates_at: Instant | None
    escalated: bool
    position: int


class InboxPage(Record):
    """What waits for people. `next` goes into `beyond` for the next page; null at the end."""

    items: list[InboxItem]
    next: int | None


class OneDecision(Record, forbid_unknown_fields=True):
    """A decision about a step, as in decideApproval."""

    run_id: UUID
    step: Annotated[str, Meta(min_length=1, max_length=1_000)]
    decision: Decision
    output: Any = None
    note: Reason = ""


class Decisions(Record, forbid_unknown_fields=True):
    """Up to 1,000 decisions."""

    items: Annotated[tuple[OneDecision, ...], Meta(min_length=1, max_length=1_000)]


class DecisionOutcome(Record):
    """What came of a decision: the position to wait for, or the code and the detail of its refusal."""

    run_id: UUID
    step: str
    position: int | None
    code: str
    detail: str


class OutcomePage(Record):
    """What came of each decision, in their order."""

    items: list[DecisionOutcome]


Undone: TypeAlias = Z2Error | Rejected


class InboxController(Controller):
    path = "/inbox"
    tags = ("inbox",)

    @get(operation_id="readInbox", summary="What waits for people")
    async def all(
        self,
        request: Signed,
        core: NamedDependency[Core],
        order: Order = "oldest",
        run: OfRun = None,
        limit: Limit = 50,
        beyond: Beyond = None,
        after: After = None,
    ) -> InboxPage:
        await caught_up(core.tail, runs.projection.name, after)
        actor = request.user
        async with reading(core, actor) as connection:
            asks = await inbox.asked(
                connection, actor.workspace_id, order=order, beyond=beyond, run_id=run, limit=limit + 1
            )
        questions = Questions(core, actor)
        items = [_item(ask, await questions.rendered(ask), actor) for ask in asks[:limit]]
        return InboxPage(items, items[-1].position if len(asks) > limit else None)

    @post(
        "/decisions",
        status_code=200,
        operation_id="decideApprovals",
        summary="Decide many approvals at once",
        request_max_body_size=MAX_DOCUMENT,
    )
    async def decide(self, data: JSONBody[Decisions], request: Signed, core: NamedDependency[Core]) -> OutcomePage:
        """Each is decided by itself: what is refused says why, and holds up none of the others."""
        people, turns = approvals(core), asyncio.Semaphore(AT_ONCE)

        async def one(wish: OneDecision) -> DecisionOutcome:
            async with turns:
                return await _decided(people, wish, request)

        return OutcomePage(list(await asyncio.gather(*(one(wish) for wish in data.items))))


async def _decided(people: Approvals, wish: OneDecision, request: Signed) -> DecisionOutcome:
    try:
        outcome = await people.decide(
            wish.run_id, wish.step, wish.decision, request.user, given=given(wish.output), note=wish.note
        )
    except (Z2Error, Rejected) as refused:
        _note(refused, request)
        return DecisionOutcome(wish.run_id, wish.step, None, refused.code, str(refused))
    return DecisionOutcome(wish.run_id, wish.step, outcome.position, "", "")


def _note(refused: Undone, request: Signed) -> None:
    """Put on the record that somebody may not decide what they tried to."""
    if isinstance(refused, NotAllowed):
        address = request.client.host if request.client else ""
        request.app.state.refusals.note(request.user, operation_of(request.route_handler) or "", address)


class Questions:
    """Questions with their expressions filled in, as they are on the record."""

    def __init__(self, core: Core, actor: Actor) -> None:
        self._core = core
        self._workspace_id = actor.workspace_id
        self._texts = Texts(core.payloads)

    async def rendered(self, ask: Ask) -> str:
        """The question; of a step that was suspended before it was recorded, as far as it can be filled in now."""
        if ask.asked_as is None and "{{" not in ask.question:
            return ask.question
        try:
            if ask.asked_as is not None:
                return await self._texts.text(self._workspace_id, ask.asked_as)
            state = await self._core.executor.state(ask.run_id, self._workspace_id)
            assert isinstance(state, Run), "what asks is a step of a run"
            return await Sight(self._texts, self._workspace_id, state, ask.scope).text(ask.question)
        except (StepError, NotFound):
            return ask.question


def _item(ask: Ask, question: str, actor: Actor) -> InboxItem:
    return InboxItem(
        run_id=ask.run_id,
        run_title=ask.run_title,
        workflow_name=ask.workflow_name,
        paused=ask.paused,
        step=ask.step,
        kind=ask.kind,
        title=ask.title,
        question=question,
        subject=ask.subject,
        schema=ask.schema,
        asked=[Asked(each.roles, each.users) for each in ask.asked],
        mine=_may(ask, actor),
        since=ask.since,
        due_at=ask.due_at,
        escalates_at=ask.escalates_at,
        escalated=ask.escalated,
        position=ask.position,
    )


def _may(ask: Ask, actor: Actor) -> bool:
    """Whether the actor is one of those who may answer."""
    if actor.agent_id is not None or "runs:approve" not in actor.rights:
        return False
    if ask.not_by_starter and ask.started_by == actor.user_id:
        return False
    named = [each for each in ask.asked if each.roles or each.users]
    return len(named) < len(ask.asked) or any(actor.role in each.roles or actor.user_id in each.users for each in named)
