"""The facts of a memory as they are found again."""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

from application.models.similar import Vector
from domain.kernel import Instant, Record
from domain.memory import Kind, Owner, Source, Trust


class Fact(Record):
    """Without a text it is forgotten. `remembered_by` is the person or the worker that put it down."""

    fact_id: UUID
    owner: Owner
    text: str | None
    kind: Kind
    trust: Trust
    source: Source
    remembered_at: Instant
    remembered_by: UUID
    expires_at: Instant | None = None
    approved_at: Instant | None = None
    approved_by: UUID | None = None


class Found(Record):
    """How well a fact fits what is asked for; only scores of one answer can be compared."""

    fact: Fact
    score: float


class Wanted(Record):
    """Whose facts are looked for, and at which moment they have to count."""

    workspace_id: UUID
    owners: tuple[Owner, ...]
    at: Instant


class Facts(Protocol):
    """Where facts are found; it may be a moment behind the log. All but `some` and `owner` give trusted ones only."""

    async def by_words(self, wanted: Wanted, query: str, most: int) -> Sequence[Found]:
        """Those that share words with the query, the best first."""
        ...

    async def by_meaning(self, wanted: Wanted, model: str, vector: Vector, most: int) -> Sequence[Found]:
        """Those whose vectors by this model are nearest, the best first."""
        ...

    async def of_kinds(self, wanted: Wanted, kinds: Sequence[Kind], most: int) -> Sequence[Fact]:
        """Those of these kinds, the newest first."""
        ...

    async def without_vector(self, wanted: Wanted, model: str, most: int) -> Mapping[UUID, str]:
        """The texts that have no vector by this model yet, the newest first."""
        ...

    async def keep_vectors(self, workspace_id: UUID, model: str, vectors: Mapping[UUID, Vector]) -> None:
        """Of facts that are forgotten meanwhile none is kept."""
        ...

    async def some(self, workspace_id: UUID, fact_ids: Sequence[UUID]) -> Sequence[Fact]:
        """These facts in their order, as far as there are any; also those that are forgotten."""
        ...

    async def owner(self, workspace_id: UUID, fact_id: UUID) -> Owner | None:
        """Whose fact it is, also of one that was put down just now."""
        ...
