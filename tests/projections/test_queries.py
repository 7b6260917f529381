"""Queries give a workspace its own rows, in order, a page at a time."""

from uuid import UUID, uuid4

import pytest

from application.ports import Recorded
from domain import agent, workflow
from domain.definition import Definition
from domain.kernel import Event, replace
from domain.nodes import Transform
from infrastructure.database import Database
from projections import agents, runs, workflows
from projections.table import AnyRow, Projection
from tests.domain import runs as story
from tests.support.given import AT, CONTEXT

HOME, ELSEWHERE = CONTEXT.workspace_id, UUID(int=99)


class Log:
    """Events at dense positions, straight into a read model."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._position = 0

    async def happens(self, projection: Projection[AnyRow], *events: Event, workspace_id: UUID = HOME) -> UUID:
        stream = uuid4()
        context = replace(CONTEXT, workspace_id=workspace_id)
        batch = []
        for version, event in enumerate(events, start=1):
            self._position += 1
            batch.append(Recorded(self._position, stream, version, event, context))
        async with self._database.transaction() as connection:
            await projection.apply(connection, batch)
        return stream


@pytest.fixture
def log(database: Database) -> Log:
    return Log(database)


def created(name: str) -> agent.Created:
    return agent.Created(name, "Reader", "Read.", "answer", "default")


async def test_agents_are_listed_by_name_each_in_its_own_workspace(database: Database, log: Log) -> None:
    for name in ("beta", "Alpha", "Gamma"):
        await log.happens(agents.projection, created(name))
    foreign = await log.happens(agents.projection, created("Aardvark"), workspace_id=ELSEWHERE)
    async with database.connection() as connection:
        assert [row.name for row in await agents.listed(connection, HOME)] == ["Alpha", "beta", "Gamma"]
        assert await agents.projection.one(connection, HOME, foreign) is None
        row = await agents.projection.one(connection, ELSEWHERE, foreign)
        assert row
        assert row.name == "Aardvark"


async def test_workflows_are_listed_by_name_each_in_its_own_workspace(database: Database, log: Log) -> None:
    def published(name: str) -> workflow.Published:
        return workflow.Published(Definition(name=name, nodes=(Transform(id="a", expression="input"),)), {})

    for name in ("beta", "Alpha"):
        await log.happens(workflows.projection, published(name))
    await log.happens(workflows.projection, published("Aardvark"), workspace_id=ELSEWHERE)
    async with database.connection() as connection:
        assert [row.name for row in await workflows.listed(connection, HOME)] == ["Alpha", "beta"]
        assert await workflows.names(connection, HOME) == ["Alpha", "beta"]
        assert await workflows.names(connection, ELSEWHERE) == ["Aardvark"]


async def test_a_row_is_folded_on_from_what_the_table_has(database: Database, log: Log) -> None:
    stream = await log.happens(agents.projection, created("Ada"))
    revised = Recorded(9, stream, 2, agent.Revised("Critic", "Judge.", "answer", "default"), CONTEXT)
    async with database.transaction() as connection:
        await agents.projection.apply(connection, [revised])
        row = await agents.projection.one(connection, HOME, stream)
    assert row
    assert (row.name, row.role, row.version, row.position) == ("Ada", "Critic", 2, 9)


async def test_what_concerns_another_noun_touches_no_row(database: Database, log: Log) -> None:
    await log.happens(agents.projection, story.cancelled())
    async with database.connection() as connection:
        assert await agents.listed(connection, HOME) == []


class TestRuns:
    async def ids(
        self, database: Database, status: str | None = None, before: int | None = None, limit: int = 10
    ) -> list[UUID]:
        async with database.connection() as connection:
            found = await runs.newest(connection, HOME, status=status, before=before, limit=limit)
        return [row.id for row in found]

    async def test_they_are_listed_from_the_newest_on_a_page_at_a_time(self, database: Database, log: Log) -> None:
        made = [await log.happens(runs.projection, story.started("a"), story.scheduled("a")) for _ in range(5)]
        newest = made[::-1]
        await log.happens(runs.projection, story.started("a"), workspace_id=ELSEWHERE)
        assert await self.ids(database) == newest
        assert await self.ids(database, limit=2) == newest[:2]
        assert await self.ids(database, before=7, limit=2) == newest[2:4]
        assert await self.ids(database, before=1) == []

    async def test_they_can_be_asked_for_by_state(self, database: Database, log: Log) -> None:
        running = await log.happens(runs.projection, story.started("a"), story.scheduled("a"), story.begun("a"))
        over = await log.happens(runs.projection, story.started("a"), story.cancelled())
        assert await self.ids(database, "running") == [running]
        assert await self.ids(database, "cancelled") == [over]
        assert await self.ids(database, "failed") == []


class TestPending:
    async def steps(self, database: Database, limit: int = 1_000) -> list[tuple[UUID, str, int, str, int]]:
        async with database.connection() as connection:
            found = await runs.pending(connection, limit)
        return [(each.run_id, each.step, each.attempt, each.status, each.scheduled_position) for each in found]

    async def test_it_is_what_is_due_or_under_way_in_all_workspaces_the_oldest_runs_first(
        self, database: Database, log: Log
    ) -> None:
        first = await log.happens(
            runs.projection, story.started("a", "b", "c: a"), *map(story.scheduled, "ab"), story.begun("a")
        )
        await log.happens(runs.projection, story.started("a"), story.scheduled("a"), story.cancelled())
        second = await log.happens(runs.projection, story.started("a"), story.scheduled("a"), workspace_id=ELSEWHERE)
        expected = [(first, "a", 1, "running", 2), (first, "b", 1, "scheduled", 3), (second, "a", 1, "scheduled", 9)]
        assert await self.steps(database) == expected
        assert await self.steps(database, limit=1) == expected[:2]
        async with database.connection() as connection:
            found = await runs.pending(connection)
        assert [(each.workspace_id, each.due_at) for each in found[1:]] == [(HOME, AT), (ELSEWHERE, AT)]
        assert [each.lease for each in found] == [story.LEASE, None, None]

    async def test_a_step_under_way_in_a_run_that_has_failed_meanwhile_is_looked_after_too(
        self, database: Database, log: Log
    ) -> None:
        run_id = await log.happens(
            runs.projection,
            story.started("a", "b", "c"),
            *map(story.scheduled, "abc"),
            story.begun("a"),
            story.begun("b"),
            story.failed("a", final=True),
            story.run_failed("a"),
        )
        assert await self.steps(database) == [(run_id, "b", 1, "running", 3)]

    async def test_it_is_found_by_an_index_and_not_by_reading_every_run_there_ever_was(
        self, database: Database
    ) -> None:
        async with database.transaction() as connection:
            await connection.execute("SET LOCAL enable_seqscan = off")
            plan = await (await connection.execute(f"EXPLAIN {runs.UNDER_WAY}", (1_000,))).fetchall()
        assert "runs_under_way_idx" in str(plan)
