"""Persons decide and answer, and what they give is stored as the step wants it."""

from collections.abc import Collection, Mapping
from uuid import UUID, uuid4

import pytest

from application.access import Actor
from application.errors import Invalid, NotFound
from application.execute import Executor
from application.orchestration.approvals import Approvals, Given, NotAnApprover, NotAPerson
from domain import run_commands
from domain.kernel import Rejected
from domain.nodes import AnyNode, Approval, Approvers, Input
from domain.run_values import ForApproval, ForInput
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.tokens import now
from infrastructure.payloads import PostgresPayloads
from tests.domain import runs as story

HOME, RUN = UUID(int=40), UUID(int=41)
SYSTEM = Actor(UUID(int=42), HOME, "system")
ADA, BOB = Actor(UUID(int=43), HOME, "admin"), Actor(UUID(int=44), HOME, "user")
NUMBER = {"type": "integer"}


class Office:
    """A run that waits for a person, and what people can do about it."""

    def __init__(self, database: Database, store: PostgresEventStore) -> None:
        self.executor = Executor(store, now)
        self.payloads = PostgresPayloads(database)
        self.people = Approvals(self.executor, self.payloads)

    async def asks(self, node: AnyNode) -> UUID:
        """The id of a run whose only step asks."""
        run_id = uuid4()
        waits = ForApproval(await self.payloads.put(HOME, "a draft")) if isinstance(node, Approval) else ForInput()
        started = story.start(node)
        suspended = run_commands.SuspendStep(node.id, 1, waits)
        for command in (started, story.begin(node.id), suspended):
            await self.executor.execute(run_id, command, SYSTEM, correlation_id=run_id)
        return run_id

    async def output(self, run_id: UUID) -> tuple[str, str]:
        """What the run came to, and its media type."""
        run = await self.executor.state(run_id, HOME)
        return await self.payloads.get(HOME, run.output), run.output.media_type


@pytest.fixture
def office(database: Database, store: PostgresEventStore) -> Office:
    return Office(database, store)


CHECK = Approval(id="check", question="Well?")
ASK = Input(id="ask", question="How many?")


async def test_an_agent_decides_and_answers_nothing_whatever_it_may_otherwise(office: Office) -> None:
    agent = Actor(ADA.user_id, HOME, "admin", agent_id=uuid4())
    with pytest.raises(NotAPerson):
        await office.people.decide(await office.asks(CHECK), "check", "approve", agent, given=Given())
    with pytest.raises(NotAPerson):
        await office.people.answer(await office.asks(ASK), "ask", Given(text="5"), agent)


async def test_the_role_of_whoever_decides_is_the_one_that_they_have(office: Office) -> None:
    run_id = await office.asks(Approval(id="check", question="Well?", approvers=Approvers(roles=("admin",))))
    with pytest.raises(NotAnApprover):
        await office.people.decide(run_id, "check", "approve", BOB, given=Given())
    await office.people.decide(run_id, "check", "approve", ADA, given=Given())
    assert await office.output(run_id) == ("a draft", "text/plain")


async def test_a_second_decision_is_told_of_the_first(office: Office) -> None:
    run_id = await office.asks(CHECK)
    await office.people.decide(run_id, "check", "edit", ADA, given=Given(data=[1]))
    assert await office.output(run_id) == ("[1]", "application/json")
    with pytest.raises(Rejected, match=f"it was edited by user {ADA.user_id} at ") as refused:
        await office.people.decide(run_id, "check", "reject", BOB, given=Given())
    assert refused.value.code == "not_waiting"


async def test_whoever_decided_first_is_named_to_those_who_may_know_the_name(office: Office) -> None:
    async def named(actor: Actor, people: Collection[UUID], /) -> Mapping[UUID, str]:
        return dict.fromkeys(people, "Ada") if actor is BOB else {}

    people = Approvals(office.executor, office.payloads, named)
    run_id = await office.asks(CHECK)
    await people.decide(run_id, "check", "approve", ADA, given=Given())
    with pytest.raises(Rejected, match="it was approved by Ada at "):
        await people.decide(run_id, "check", "reject", BOB, given=Given())
    with pytest.raises(Rejected, match=f"by user {ADA.user_id} at "):
        await people.decide(run_id, "check", "reject", ADA, given=Given())


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (Given(data="five"), "data"),
        (Given(data=[5]), "data"),
        (Given(text="5"), "text"),
        (Given(text="5", data=5), "data"),
        (Given(data="5" * 1_000_001), "data"),
    ],
)
async def test_an_answer_that_is_not_as_the_step_wants_it_is_none(office: Office, given: Given, field: str) -> None:
    run_id = await office.asks(Input(id="ask", question="How many?", output=NUMBER))
    with pytest.raises(Invalid) as refused:
        await office.people.answer(run_id, "ask", given, ADA)
    assert refused.value.field == field
    await office.people.answer(run_id, "ask", Given(data=5), ADA)
    assert await office.output(run_id) == ("5", "application/json")


async def test_what_is_not_there_is_not_found(office: Office) -> None:
    run_id = await office.asks(ASK)
    stranger = Actor(uuid4(), uuid4(), "admin")
    with pytest.raises(NotFound):
        await office.people.answer(run_id, "ask", Given(text="5"), stranger)
    with pytest.raises(NotFound):
        await office.people.answer(run_id, "nothing", Given(text="5"), ADA)
    with pytest.raises(NotFound):
        await office.people.skip(RUN, "ask", Given(text="5"), ADA)


async def test_a_skipped_step_comes_to_what_a_person_gives(office: Office) -> None:
    run_id = await office.asks(ASK)
    await office.people.skip(run_id, "ask", Given(text="Six\x00"), ADA)
    assert await office.output(run_id) == ("Six", "text/plain")
