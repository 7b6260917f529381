"""A gateway over ports in memory."""

from collections.abc import Sequence
from contextlib import aclosing
from uuid import UUID, uuid4

from application.access import Actor
from application.gateway.call_journal import Books
from application.gateway.gateway import Calling, Gateway, Means, Wanted
from application.models.engine_ports import at_once
from application.models.registry import Models
from application.models.request import Message, ModelRequest, Text
from application.models.stream import Delta
from application.ports import IdempotencyKey
from domain import ledger
from tests.application.world import ADA, World
from tests.support.engine import engine

PROCESS = uuid4()


def request(model: str = "fake/model", text: str = "Why?") -> ModelRequest:
    return ModelRequest(model, "answer", "Answer.", (Message("user", (Text(text),)),), max_output_tokens=100)


class Gates(World):
    """A world with a gateway."""

    def __init__(self) -> None:
        super().__init__()
        self.engine = engine(
            self.executor, self.providers, self.treasury, self.routes, self.leases, self.clock, waiting=at_once
        )
        models = Models(self.executor.states, self.clock)
        books = Books(self.executor, self.payloads, PROCESS)
        self.gateway = Gateway(Means(self.engine, self.treasury, self.providers, models, books, "fake/model"))

    async def called(
        self,
        asked: ModelRequest | None = None,
        *,
        actor: Actor = ADA,
        cache_seconds: int = 0,
        key: IdempotencyKey | None = None,
    ) -> Calling:
        return await self.gateway.called(actor, Wanted("chat", asked or request(), cache_seconds, key=key))

    async def answered(self, calling: Calling) -> Sequence[Delta]:
        async with aclosing(calling.stream()) as deltas:
            return [delta async for delta in deltas]

    def kinds(self, call_id: UUID) -> list[str]:
        return [type(event).__name__ for event in self.store.events(call_id)]

    def ledgers(self) -> list[object]:
        kinds = (ledger.Reserved, ledger.Settled, ledger.Released, ledger.Doubted)
        return [each.event for each in self.store.log if isinstance(each.event, kinds)]
