"""Facts found again: by meaning where a model of embeddings is configured, and by their words.

Both orders are merged by reciprocal ranks (G. Cormack, C. Clarke, S. Büttcher, "Reciprocal Rank Fusion", 2009).
"""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import structlog

from application.documents import storable
from application.errors import Invalid
from application.memory.facts import Fact, Facts, Found, Wanted
from application.memory.telling import PINNED
from application.models.failure import ModelError
from application.models.similar import Embeddings, Vector
from application.ports import Clock
from application.states import States
from domain import memory
from domain.kernel import replace
from domain.memory import Owner

USUAL, MOST = 8, 50
LONGEST_QUERY = 1_000
CANDIDATES = 100
TOLD = 12
"""So many facts that fit its task an agent is told, beside those that it is told always."""

ALWAYS = 20
"""So many preferences and obligations at most."""

LEARNED, SIDE_BY_SIDE = 64, 8
"""So many facts at most get their vectors in one search, of those that have none."""

_SMOOTHING = 60

log = structlog.get_logger()


class Recalling:
    """What it finds is checked against the log, so nothing forgotten, expired or quarantined is ever among it."""

    def __init__(self, states: States, facts: Facts, embeddings: Embeddings | None, clock: Clock) -> None:
        self._states = states
        self._facts = facts
        self._embeddings = embeddings
        self._clock = clock

    async def search(
        self, workspace_id: UUID, owners: Sequence[Owner], query: str, most: int = USUAL
    ) -> Sequence[Found]:
        """The trusted facts that fit best, the best first, with scores from 0 to 1. Raises Invalid."""
        said = storable(query).strip()
        if not 0 < len(said) <= LONGEST_QUERY:
            raise Invalid(f"a search has 1 to {LONGEST_QUERY:,} characters", field="text")
        wanted = Wanted(workspace_id, tuple(dict.fromkeys(owners)), self._clock())
        living = await self._living(wanted)
        if not living:
            return ()
        orders = [await self._facts.by_words(wanted, said, CANDIDATES)]
        if (meant := await self._by_meaning(wanted, said)) is not None:
            orders.append(meant)
        return [found for found in merged(orders) if found.fact.fact_id in living][:most]

    async def for_step(self, workspace_id: UUID, owners: Sequence[Owner], task: str) -> Sequence[Fact]:
        """What an agent at this task is told: preferences and obligations, and what fits the task."""
        wanted = Wanted(workspace_id, tuple(dict.fromkeys(owners)), self._clock())
        living = await self._living(wanted)
        if not living:
            return ()
        always = await self._facts.of_kinds(wanted, PINNED, ALWAYS)
        query = task.strip()[:LONGEST_QUERY]
        fitting = await self.search(workspace_id, owners, query, TOLD) if query else ()
        chosen = {fact.fact_id: fact for fact in (*always, *(found.fact for found in fitting))}
        return [fact for name, fact in chosen.items() if name in living]

    async def again(self, workspace_id: UUID, fact_ids: Sequence[UUID]) -> Sequence[Fact]:
        """Facts that were told before, in their order; one that is forgotten since has no text."""
        return await self._facts.some(workspace_id, fact_ids)

    async def _living(self, wanted: Wanted) -> set[UUID]:
        """The facts that may be told, as the log has them now."""
        streams = [memory.memory_stream(wanted.workspace_id, owner) for owner in wanted.owners]
        states = [known.state for known in (await self._states.refresh_all(*streams)).values()]
        found = [state.facts for state in states if isinstance(state, memory.Memory)]
        return {
            name
            for facts in found
            for name, fact in facts.items()
            if fact is not None and fact.trust == "trusted" and fact.lives(wanted.at)
        }

    async def _by_meaning(self, wanted: Wanted, query: str) -> Sequence[Found] | None:
        """None where no model of embeddings is configured, or it cannot be asked."""
        if self._embeddings is None:
            return None
        try:
            vector = await self._embeddings.vector(query)
            await self._learn(wanted, self._embeddings)
        except ModelError as error:
            log.warning("memory.searched_by_words_only", reason=str(error))
            return None
        return await self._facts.by_meaning(wanted, self._embeddings.model, vector, CANDIDATES)

    async def _learn(self, wanted: Wanted, embeddings: Embeddings) -> None:
        texts = await self._facts.without_vector(wanted, embeddings.model, LEARNED)
        if not texts:
            return
        places = asyncio.Semaphore(SIDE_BY_SIDE)

        async def learned(text: str) -> Vector | None:
            async with places:
                try:
                    return await embeddings.vector(text)
                except ModelError as error:
                    log.debug("memory.fact_without_vector", reason=str(error))
                    return None

        vectors = await asyncio.gather(*(learned(text) for text in texts.values()))
        known = {name: vector for name, vector in zip(texts, vectors, strict=True) if vector is not None}
        if known:
            await self._facts.keep_vectors(wanted.workspace_id, embeddings.model, known)


def merged(orders: Sequence[Sequence[Found]]) -> list[Found]:
    """One order of several: what stands near the front of more of them comes first; 1 is the front of all."""
    scores = dict[UUID, float]()
    facts = dict[UUID, Found]()
    for order in orders:
        for place, found in enumerate(order):
            name = found.fact.fact_id
            facts.setdefault(name, found)
            scores[name] = scores.get(name, 0.0) + (_SMOOTHING + 1) / (_SMOOTHING + 1 + place) / len(orders)
    best = sorted(facts.values(), key=lambda found: -scores[found.fact.fact_id])
    return [replace(found, score=round(scores[found.fact.fact_id], 6)) for found in best]
