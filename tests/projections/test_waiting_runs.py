"""Queries for what people, the clock and the keeper of failed steps look after."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest

from domain import run_events as fact
from domain import run_wait_events as wait
from domain.kernel import Event, Instant, replace
from domain.nodes import Approval, Approvers, Input, Transform
from domain.run_values import ForApproval, ForInput, ForTime, Parent
from infrastructure.database import Database, migrate
from projections import dead_letters, inbox, runs
from projections.inbox import Ask, Order
from tests.domain import runs as story
from tests.projections.test_queries import ELSEWHERE, HOME, Log
from tests.support.given import AT

CHECK = Approval(id="check", question="Well?", title="Last look", approvers=Approvers(roles=("admin",)))
ASK = Input(id="ask", question="Which?", output={"type": "string"})
SUBJECT = story.text("subject")


@pytest.fixture
def log(database: Database) -> Log:
    return Log(database)


def suspended(step: str, *, due_at: Instant | None = None, escalates_at: Instant | None = None) -> list[Event]:
    waits = ForApproval(SUBJECT) if step == "check" else ForInput() if step == "ask" else ForTime()
    return [story.scheduled(step), story.begun(step), wait.StepSuspended(step, 1, waits, due_at, escalates_at)]


async def test_a_table_of_another_form_is_folded_anew_and_one_of_this_form_stays(database: Database, log: Log) -> None:
    run_id = await log.happens(runs.projection, story.started(CHECK))
    async with database.connection() as connection:
        await connection.execute(runs.SCHEMA.encode())
        assert await runs.projection.one(connection, HOME, run_id)
        await connection.execute("COMMENT ON TABLE runs IS NULL")
        await connection.execute(runs.SCHEMA.encode())
        assert await runs.projection.one(connection, HOME, run_id) is None
        positions = await connection.execute("SELECT FROM projection_positions WHERE name = 'runs'")
        assert positions.rowcount == 0


class TestInbox:
    async def asks(
        self, database: Database, *, order: Order = "oldest", beyond: int | None = None, limit: int = 10
    ) -> list[Ask]:
        async with database.connection() as connection:
            return await inbox.asked(connection, HOME, order=order, beyond=beyond, limit=limit)

    async def test_it_tells_what_a_person_needs_to_decide(self, database: Database, log: Log) -> None:
        until = AT + timedelta(days=1)
        run_id = await log.happens(runs.projection, story.started(CHECK), *suspended("check", due_at=until))
        (ask,) = await self.asks(database)
        assert (ask.run_id, ask.run_title, ask.step, ask.kind, ask.title) == (
            *(run_id, "Brief", "check", "approval", "Last look"),
        )
        assert (ask.question, ask.subject, ask.asked) == ("Well?", SUBJECT, (Approvers(roles=("admin",)),))
        assert (ask.since, ask.due_at, ask.escalated, ask.position) == (AT, until, False, 4)

    async def test_it_tells_what_the_person_is_asked_as_the_step_has_filled_it_in(
        self, database: Database, log: Log
    ) -> None:
        asked = replace(CHECK, question="Well, {{ input }}?")
        waits = wait.StepSuspended("check", 1, ForApproval(SUBJECT), question=story.text("filled in"))
        begun = story.scheduled("check"), story.begun("check")
        await log.happens(runs.projection, story.started(asked), *begun, waits)
        (ask,) = await self.asks(database)
        assert (ask.question, ask.asked_as) == ("Well, {{ input }}?", story.text("filled in"))

    async def test_it_goes_from_the_oldest_or_the_newest_on_a_page_at_a_time(
        self, database: Database, log: Log
    ) -> None:
        first = await log.happens(runs.projection, story.started(CHECK), *suspended("check"))
        second = await log.happens(runs.projection, story.started(ASK), *suspended("ask"))
        await log.happens(runs.projection, story.started(ASK), *suspended("ask"), workspace_id=ELSEWHERE)
        assert [ask.run_id for ask in await self.asks(database)] == [first, second]
        assert [ask.run_id for ask in await self.asks(database, order="newest")] == [second, first]
        (ask,) = await self.asks(database, limit=1)
        assert [ask.run_id for ask in await self.asks(database, beyond=ask.position)] == [second]
        (ask,) = await self.asks(database, order="newest", limit=1)
        assert (ask.kind, ask.schema, ask.subject) == ("input", {"type": "string"}, None)
        assert [ask.run_id for ask in await self.asks(database, order="newest", beyond=ask.position)] == [first]

    @pytest.mark.parametrize(
        "ends",
        [
            [wait.ApprovalDecided("check", 1, "approve", SUBJECT), story.completed("check")],
            [story.cancelled()],
            [fact.StepSkipped("check", 1, "person")],
            [fact.Failed("", "deadline_passed", "too late")],
            [story.failed("a", final=True), story.run_failed("a")],
        ],
        ids=["decided", "cancelled", "skipped", "too late", "failed elsewhere"],
    )
    async def test_it_is_empty_again_once_nobody_may_answer(
        self, database: Database, log: Log, ends: Sequence[Event]
    ) -> None:
        other = Transform(id="a", expression="input")
        begun = [story.started(CHECK, other), *suspended("check"), story.scheduled("a"), story.begun("a")]
        await log.happens(runs.projection, *begun, *ends)
        assert await self.asks(database) == []
        await log.happens(runs.projection, *begun, fact.Paused())
        assert [(ask.step, ask.paused) for ask in await self.asks(database)] == [("check", True)]

    async def test_others_are_asked_too_once_it_has_escalated(self, database: Database, log: Log) -> None:
        boss = Approvers(users=(UUID(int=5),))
        node = replace(CHECK, escalate_after_seconds=60, escalate_to=boss)
        asked = suspended("check", escalates_at=AT + timedelta(seconds=60))
        await log.happens(runs.projection, story.started(node), *asked, wait.ApprovalEscalated("check", 1))
        (ask,) = await self.asks(database)
        assert (ask.escalated, ask.escalates_at, ask.asked) == (True, None, (CHECK.approvers, boss))


class TestDue:
    async def runs(self, database: Database, at: Instant) -> list[UUID]:
        async with database.connection() as connection:
            return [run_id for _, run_id in await runs.due(connection, at)]

    async def test_it_is_what_waits_no_longer_in_all_workspaces_the_longest_due_first(
        self, database: Database, log: Log
    ) -> None:
        node = Transform(id="a", expression="input")
        deadline = replace(story.started(node), deadline_at=AT + timedelta(seconds=10))
        later = await log.happens(runs.projection, deadline, story.scheduled("a"))
        sooner = await log.happens(
            runs.projection,
            story.started(CHECK),
            *suspended("check", due_at=AT + timedelta(days=1), escalates_at=AT + timedelta(seconds=5.5)),
            workspace_id=ELSEWHERE,
        )
        paused = [*suspended("check", due_at=AT), fact.Paused()]
        await log.happens(runs.projection, story.started(CHECK), *paused)
        assert await self.runs(database, AT + timedelta(seconds=5)) == []
        assert await self.runs(database, AT + timedelta(seconds=6)) == [sooner]
        assert await self.runs(database, AT + timedelta(seconds=10)) == [sooner, later]


async def test_a_run_is_read_with_the_runs_that_it_started(database: Database, log: Log) -> None:
    above = await log.happens(runs.projection, story.started("a"), story.scheduled("a"))
    child = replace(story.started("b"), parent=Parent(above, "a", 1))
    below = await log.happens(runs.projection, child, story.scheduled("b"))
    async with database.connection() as connection:
        found = await runs.whole(connection, HOME, above)
        assert found is not None
        assert ([row.id for row in found.children], found.run.id, len(found.views())) == ([below], above, 1)
        assert await runs.whole(connection, ELSEWHERE, above) is None
        step_id = found.steps[0].id
        assert await runs.projection.one(connection, HOME, step_id) is None, "a step is no run"


async def test_dead_letters_are_the_steps_that_runs_failed_on(database: Database, log: Log) -> None:
    failure = [story.scheduled("a"), story.begun("a"), story.failed("a", final=True), story.run_failed("a")]
    first = await log.happens(runs.projection, story.started("a"), *failure)
    second = await log.happens(runs.projection, story.started("a"), *failure)
    await log.happens(runs.projection, story.started("a"), *failure, story.retried("a"), story.scheduled("a", 2))
    await log.happens(runs.projection, story.started("a"), fact.Failed("", "deadline_passed", "too late"))
    await log.happens(runs.projection, story.started("a"), *failure, workspace_id=ELSEWHERE)
    async with database.connection() as connection:
        letters = await dead_letters.listed(connection, HOME, before=None, limit=10)
        assert [(each.run_id, each.step, each.attempt) for each in letters] == [(second, "a", 1), (first, "a", 1)]
        assert (letters[0].code, letters[0].detail, letters[0].failed_at) == ("model_timeout", "no answer", AT)
        rest = await dead_letters.listed(connection, HOME, before=letters[0].first_position, limit=10)
        assert [each.run_id for each in rest] == [first]


OLD = """
DROP TABLE runs;
CREATE TABLE runs (
    id uuid PRIMARY KEY, workspace_id uuid NOT NULL, position bigint NOT NULL, body jsonb NOT NULL,
    status text GENERATED ALWAYS AS (body ->> 'status') STORED
);
INSERT INTO projection_positions (name, position) VALUES ('runs', 7);
"""


async def test_a_table_from_before_steps_had_rows_is_folded_anew_from_the_beginning(
    database: Database, log: Log
) -> None:
    async with database.connection() as connection:
        await connection.execute(OLD)
    await migrate(database, runs.projection.schema)
    async with database.connection() as connection:
        left = await connection.execute("SELECT FROM projection_positions WHERE name = 'runs'")
        assert await left.fetchall() == []
    run_id = await log.happens(runs.projection, story.started("a"), story.scheduled("a"))
    await migrate(database, runs.projection.schema)
    async with database.connection() as connection:
        assert [each.run_id for each in await runs.pending(connection)] == [run_id], "once is enough"
