"""Whoever acts for a run spends what the run may, and on the account of those on whose behalf it was started."""

from uuid import UUID, uuid4

import pytest

from application.access import Actor
from application.errors import NotFound
from application.ledger.treasury import budgets_of
from application.models.failure import ModelError
from application.models.stream import Finished, Usage
from application.orchestration.start import StartRequest
from application.policies.ledger_upkeep import react
from domain import budget, ledger, run_events, workflow
from domain.kernel import Rejected, replace
from domain.ledger_state import Used
from domain.run_charge_events import ChargeHeld, ChargeSettled
from tests.application.gateway.gates import Gates
from tests.application.world import ADA, DOCUMENT, EVE, WORKSPACE

CHIEF, CLERK, KEY = UUID(int=301), UUID(int=302), UUID(int=303)
FIRST = replace(ADA, agent_id=CHIEF, key_id=KEY)
"""An agent that starts a run, by a key."""


@pytest.fixture
def gates() -> Gates:
    gates = Gates()
    gates.provider.script[-1] = Finished("end", Usage(900, 100), "m")
    return gates


async def limit(gates: Gates, kind: budget.Kind, most: int) -> None:
    await gates.do(budgets_of(WORKSPACE), budget.SetLimit(kind, "whole", "tokens", most))


def of(run_id: UUID) -> Actor:
    """Whoever has a token of the run, for another agent."""
    return replace(ADA, agent_id=CLERK, run_id=run_id, narrowed=True)


async def a_run(gates: Gates, by: Actor) -> UUID:
    """A run of the one workflow of the workspace that has one step, "a"."""
    known = [each.stream for each in gates.store.log if isinstance(each.event, workflow.Published)]
    workflow_id = known[0] if known else await gates.workflow("a")
    request = StartRequest("Tides", DOCUMENT, workflow_id=workflow_id)
    return (await gates.starter.start(uuid4(), request, by)).stream


def charges(gates: Gates, run_id: UUID) -> list[ChargeHeld | ChargeSettled]:
    return [each for each in gates.store.events(run_id) if isinstance(each, ChargeHeld | ChargeSettled)]


def reserved(gates: Gates) -> ledger.Reserved:
    """The last reservation."""
    return [each.event for each in gates.store.log if isinstance(each.event, ledger.Reserved)][-1]


class TestACallWithARunsToken:
    async def test_counts_for_the_run_in_the_appends_that_begin_and_end_it(self, gates: Gates) -> None:
        run_id = await gates.start("a")
        calling = await gates.called(actor=of(run_id))
        await gates.answered(calling)
        held, settled = charges(gates, run_id)
        assert isinstance(held, ChargeHeld)
        assert settled == ChargeSettled(held.reservation.entry, calling.cost_micro_usd, 1_000)
        positions = {type(each.event): each.position for each in gates.store.log}
        assert positions[ledger.Reserved] == positions[ChargeHeld] + 1
        assert positions[ledger.Settled] == positions[ChargeSettled] + 1
        assert (await gates.run(run_id)).charges == {}

    async def test_is_paid_for_by_the_agent_and_the_key_that_started_the_run_too(self, gates: Gates) -> None:
        run_id = await gates.start("a", by=FIRST)
        await gates.answered(await gates.called(actor=of(run_id)))
        user = f"user:{ADA.user_id}"
        payers = ("workspace", user, f"agent:{CLERK}", f"key:{KEY}", f"agent:{CHIEF}", "model:fake/model")
        assert (reserved(gates).subjects, reserved(gates).runs) == (payers, (run_id,))

    @pytest.mark.parametrize("kind", ["run", "step"])
    async def test_meets_what_the_run_and_its_steps_have_spent(self, gates: Gates, kind: budget.Kind) -> None:
        await limit(gates, kind, 6_000)
        run_id = await gates.start("a", "b: a")
        await gates.answered(await gates.called(actor=of(run_id)))
        gates.provider.script[-1] = Finished("end", Usage(4_900, 100), "m")
        await gates.answered(await gates.called(actor=of(run_id)))
        with pytest.raises(ModelError, match=f"the limit of the {kind} leaves 0 of 6,000") as why:
            await gates.answered(await gates.called(actor=of(run_id)))
        assert why.value.code == "budget_exceeded"
        assert len(gates.provider.requests) == 2
        await gates.answered(await gates.called())

    async def test_leaves_the_steps_of_the_run_so_much_less(self, gates: Gates) -> None:
        await limit(gates, "run", 9_000)
        run_id = await gates.start("a")
        gates.provider.script[-1] = Finished("end", Usage(8_900, 100), "m")
        await gates.answered(await gates.called(actor=of(run_id)))
        await gates.perform(run_id)
        assert (await gates.run(run_id)).code == "budget_exceeded"

    async def test_that_is_turned_away_costs_the_run_nothing_and_one_in_doubt_its_worst(self, gates: Gates) -> None:
        run_id = await gates.start("a")
        for status, code in ((400, "model_request_refused"), (None, "model_timeout")):
            gates.provider.script = [ModelError(code, "No.", status=status)]  # type: ignore[arg-type]
            with pytest.raises(ModelError):
                await gates.answered(await gates.called(actor=of(run_id)))
        refused, free, doubtful = charges(gates, run_id)
        assert isinstance(refused, ChargeHeld)
        assert free == ChargeSettled(refused.reservation.entry, 0, 0)
        assert isinstance(doubtful, ChargeHeld)
        state = await gates.run(run_id)
        assert list(state.charges) == [doubtful.reservation.entry]
        assert state.charged[None].tokens == doubtful.reservation.tokens

    async def test_of_another_workspace_is_none(self, gates: Gates) -> None:
        run_id = await gates.start("a")
        with pytest.raises(NotFound):
            await gates.called(actor=replace(EVE, run_id=run_id))


class TestARunWithinARun:
    async def test_is_on_the_account_of_all_that_stand_behind_it(self, gates: Gates) -> None:
        outer = await a_run(gates, FIRST)
        inner = await a_run(gates, of(outer))
        innermost = await a_run(gates, replace(of(inner), agent_id=UUID(int=304)))
        started = gates.store.events(innermost)[0]
        assert isinstance(started, run_events.Started)
        assert started.within == (inner, outer)
        assert started.payers == (f"agent:{UUID(int=304)}", f"agent:{CLERK}", f"key:{KEY}", f"agent:{CHIEF}")
        await gates.perform(innermost)
        assert set(started.payers) < set(reserved(gates).subjects)
        assert reserved(gates).runs == (innermost, inner, outer)
        assert [type(each) for each in charges(gates, outer)] == [ChargeHeld, ChargeSettled]
        assert [type(each) for each in charges(gates, inner)] == [ChargeHeld, ChargeSettled]
        assert charges(gates, innermost) == []

    async def test_leaves_an_agent_no_more_to_spend_than_the_run_that_it_works_for(self, gates: Gates) -> None:
        await limit(gates, "run", 12_000)
        outer = await a_run(gates, FIRST)
        gates.provider.script[-1] = Finished("end", Usage(5_900, 100), "m")
        done = []
        for _ in range(3):
            inner = await a_run(gates, of(outer))
            await gates.perform(inner)
            done.append((await gates.step(inner)).status)
        assert done == ["completed", "completed", "failed"]
        assert (await gates.run(outer)).charged[None].tokens == 12_000

    async def test_whose_call_is_turned_away_costs_the_outer_one_nothing(self, gates: Gates) -> None:
        outer = await a_run(gates, ADA)
        inner = await a_run(gates, of(outer))
        gates.provider.script = [ModelError("model_unavailable", "Overloaded.", status=503)]
        await gates.perform(inner)
        refused = next(each for each in gates.store.events(inner) if isinstance(each, run_events.CallRefused))
        assert (refused.code, refused.http_status) == ("model_unavailable", 503)
        assert (await gates.run(outer)).charged[None].tokens == 0

    async def test_goes_only_so_deep(self, gates: Gates) -> None:
        run_id = await a_run(gates, ADA)
        with pytest.raises(Rejected, match="8 deep"):
            for _ in range(10):
                run_id = await a_run(gates, of(run_id))


async def test_a_doubt_that_a_person_settles_counts_so_for_the_run_too(gates: Gates) -> None:
    run_id = await a_run(gates, ADA)
    gates.provider.script = [ModelError("model_timeout", "Silence.")]
    with pytest.raises(ModelError):
        await gates.answered(await gates.called(actor=of(run_id)))
    (entry,) = (await gates.run(run_id)).charges
    stream = next(each.stream for each in gates.store.log if isinstance(each.event, ledger.Doubted))
    await gates.do(stream, ledger.SettleDoubt(entry, "billed", 3, 4), replace(ADA, role="admin", scopes=None))
    for order in (each for recorded in list(gates.store.log) for each in react(recorded)):
        await gates.do(order.stream, order.command)
    assert (await gates.run(run_id)).charged[None] == Used(3, 4)
