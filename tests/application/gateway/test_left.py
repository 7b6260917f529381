"""A client that leaves while the log hangs leaves nothing open for longer than the log is away."""

import asyncio

from application.errors import Unavailable
from application.policies.ledger_upkeep import react
from application.tasks import ended
from domain import ledger
from tests.application.gateway.gates import Gates
from tests.support.jumping import jumping
from tests.support.until import until


class Hanging(Gates):
    """Gates whose log stops answering, and then loses whatever it was asked meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.back = asyncio.Event()

    def hang(self) -> None:
        self.store.before_append = [self._lost] * 1_000

    def recover(self) -> None:
        self.store.before_append = []
        self.back.set()

    async def _lost(self) -> None:
        await self.back.wait()
        raise Unavailable

    async def keep_the_ledger(self) -> None:
        """As the policy does, which hears of all events."""
        for order in [order for recorded in self.store.log for order in react(recorded)]:
            await self.do(order.stream, order.command)


def test_the_try_of_one_who_leaves_while_the_log_hangs_is_in_doubt_once_the_log_is_back() -> None:
    async def story() -> None:
        gates = Hanging()
        gates.provider.silent = True
        calling = await gates.called()
        task = asyncio.create_task(gates.answered(calling))
        await gates.provider.asked.wait()
        gates.hang()
        await ended(task)  # as a server does it: again and again
        assert task.cancelled()
        assert gates.kinds(calling.id) == ["Begun", "TryBegun"]
        gates.recover()
        await until(lambda: gates.kinds(calling.id) == ["Begun", "TryBegun", "TryInDoubt", "Failed"], 20)
        for _ in range(2):
            await gates.keep_the_ledger()
            assert [type(each) for each in gates.ledgers()] == [ledger.Reserved, ledger.Doubted]
        await gates.gateway.close()

    jumping(story())


def test_one_who_leaves_before_the_log_has_taken_the_beginning_leaves_a_call_that_failed() -> None:
    async def story() -> None:
        gates = Hanging()
        gates.hang()
        calling = await gates.called()
        task = asyncio.create_task(gates.answered(calling))
        await until(lambda: len(gates.store.before_append) < 1_000)
        await ended(task)
        gates.recover()
        await until(lambda: gates.kinds(calling.id) == ["Begun", "Failed"], 20)
        assert (gates.provider.requests, gates.ledgers()) == ([], [])
        await gates.gateway.close()

    jumping(story())
