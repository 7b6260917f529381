"""The row of a trigger shows what its last message started."""

from uuid import UUID, uuid4

from domain import trigger
from domain.author import Author
from infrastructure.database import Database
from projections import triggers
from projections.triggers import TriggerRow, projection
from tests.projections.telling import STREAM, moment, recorded, told
from tests.support.given import CONTEXT

ADA, BOB, WORKFLOW, RUN = Author(UUID(int=2)), Author(UUID(int=3)), UUID(int=13), UUID(int=11)
CREATED = trigger.Created("On push", WORKFLOW, "A push", 3, ADA)


def test_a_new_trigger() -> None:
    assert told(projection, CREATED) == TriggerRow(
        id=STREAM,
        workspace_id=CONTEXT.workspace_id,
        position=1,
        name="On push",
        workflow_id=WORKFLOW,
        title="A push",
        priority=3,
        author=ADA,
        created_at=moment(1),
    )


def test_its_messages_are_counted_and_the_last_run_is_shown() -> None:
    row = told(projection, CREATED, trigger.Fired("a", UUID(int=1)), trigger.Fired("b", RUN))
    assert (row.fired, row.last_run, row.last_at) == (2, RUN, moment(3))


def test_its_state_and_its_author() -> None:
    assert told(projection, CREATED, trigger.Paused()).status == "paused"
    assert told(projection, CREATED, trigger.Paused(), trigger.Resumed()).status == "active"
    assert told(projection, CREATED, trigger.SecretRotated(2, BOB)).author == BOB


async def test_those_that_are_not_removed_are_listed_by_name(database: Database) -> None:
    first, gone = uuid4(), uuid4()
    events = [*recorded([CREATED], first, 1), *recorded([CREATED, trigger.Removed()], gone, 2)]
    async with database.transaction() as connection:
        await projection.apply(connection, events)
        rows = await triggers.listed(connection, CONTEXT.workspace_id)
    assert [row.id for row in rows] == [first]
