"""A memory over a real log and a real read model, with the words in which its stories are told."""

import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

from application.access import Actor
from application.execute import Executor
from application.memory.facts import Found
from application.memory.recalling import Recalling
from application.memory.remembering import Memories, Wish
from application.memory.tools import Means, memory_tools
from application.models.failure import ModelError
from application.models.similar import Vector
from application.orchestration.run_journal import WORKER_ID
from application.orchestration.texts import kept
from application.orchestration.tools import Arguments, ToolBox, ToolCall
from application.ports import Write
from domain import agent
from domain.agent import Recall
from domain.kernel import Context, replace
from domain.memory import PERSON, Owner, Remembered, Source, memory_stream
from domain.run_values import Conversation
from infrastructure import compression
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from projections import memories
from projections.memory_search import StoredFacts
from tests.support.fakes import FakeClock

HOME, ELSEWHERE = UUID(int=1), UUID(int=99)
ADA = Actor(UUID(int=2), HOME, "user")
EVE = Actor(UUID(int=3), ELSEWHERE, "admin")
WORKER = Actor(WORKER_ID, HOME, "system")
EVERYBODYS = Owner("workspace", HOME)
RUN = UUID(int=5)


class Senses:
    """A model of embeddings for which texts mean the same that name the same animals."""

    model = "animals"

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.away = False

    async def vector(self, text: str) -> Vector:
        if self.away:
            raise ModelError("model_unavailable", "It rests.", retryable=True)
        self.asked.append(text)
        cat, dog = (float(bool(re.search(word, text, re.IGNORECASE))) for word in ("cat|feline|tom", "dog|hound"))
        return (cat, dog, 0.1)


class Place:
    def __init__(self, database: Database, store: PostgresEventStore) -> None:
        self.clock, self.senses = FakeClock(), Senses()
        self.executor = Executor(store, self.clock)
        self._database, self._store = database, store
        self._projection, self._seen = memories.projection(compression.unpack), 0
        self.facts = StoredFacts(database, self.catch_up)
        self.memories = Memories(self.executor, self.facts)
        self.words_only = Recalling(self.executor.states, self.facts, None, self.clock)
        self.recalling = Recalling(self.executor.states, self.facts, self.senses, self.clock)
        self._tools = memory_tools(Means(self.executor, self.memories, self.words_only, self.clock))

    async def catch_up(self) -> None:
        """The read model sees what has happened meanwhile."""
        fresh = await self._store.read(self._seen, 10_000)
        async with self._database.transaction() as connection:
            await self._projection.apply(connection, fresh)
        self._seen = fresh[-1].position if fresh else self._seen

    async def agent(self, recall: Recall = "write", actor: Actor = ADA) -> UUID:
        made = agent.CreateAgent(f"Agent {uuid4().hex}", "Helper", "Help.", "compose", memory=recall)
        agent_id = uuid4()
        await self.executor.execute(agent_id, made, actor, correlation_id=agent_id)
        return agent_id

    async def remembers(self, text: str, owner: Owner = EVERYBODYS, actor: Actor = ADA, **wish: Any) -> UUID:
        fact_id = uuid4()
        await self.memories.remember(fact_id, Wish(owner, text, **wish), actor)
        await self.catch_up()
        return fact_id

    async def waits(self, text: str, owner: Owner = EVERYBODYS) -> UUID:
        """Something that was said after untrusted words had been read."""
        return await self.remembers(text, owner, WORKER, source=Source(UUID(int=7), tainted_by=("document",)))

    async def crowd(self, owner: Owner, count: int) -> None:
        """As many facts of an owner, in one append."""
        texts = [kept(f"Fact number {number} of many.") for number in range(count)]
        facts = [Remembered(uuid4(), owner, text.ref, "fact", PERSON, "trusted") for text in texts]
        context = Context(HOME, ADA.user_id, self.clock(), HOME)
        await self._store.append([Write(memory_stream(HOME, owner), 0, facts, context, texts)])
        await self.catch_up()

    async def uses(self, name: str, agent_id: UUID | None, arguments: Arguments, **call: Any) -> Any:
        """What a tool gives to an agent. Raises StepError."""

        async def anything(call: ToolCall) -> None:
            del call

        box = ToolBox(self._tools, anything)
        made = ToolCall(HOME, RUN, "write", 1, ADA.user_id, box.find(name), arguments, agent_id=agent_id)
        given = await box.call(replace(made, **call))
        await self.catch_up()
        return given


def in_session(session_id: UUID) -> Conversation:
    return Conversation(session_id, UUID(int=8))


def texts(found: Iterable[Found]) -> list[str]:
    return [each.fact.text or "" for each in found]
