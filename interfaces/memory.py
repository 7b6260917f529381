"""What deals with memory, put together."""

from application.memory.recalling import Recalling
from application.memory.remembering import Memories
from application.memory.tools import Means, memory_tools
from application.orchestration.tools import Tool
from infrastructure.identity.tokens import now
from interfaces.composition import Core
from projections import memories
from projections.memory_search import StoredFacts

NAMES = frozenset({"remember", "recall", "forget"})
"""The tools that only an agent can have."""


def facts(core: Core) -> StoredFacts:
    async def catch_up() -> None:
        await core.tail.wait_for(memories.NAME, await core.store.head())

    return StoredFacts(core.database, catch_up)


def remembering(core: Core) -> Memories:
    return Memories(core.executor, facts(core))


def recalling(core: Core) -> Recalling:
    return Recalling(core.executor.states, facts(core), core.embeddings, now)


def tools(core: Core) -> tuple[Tool, ...]:
    """What agents remember, recall and forget with."""
    return memory_tools(Means(core.executor, remembering(core), recalling(core), now))
