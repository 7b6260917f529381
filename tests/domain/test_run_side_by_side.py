"""Stories about runs that a run starts side by side: each may spend all that is left, and together no more."""

from uuid import UUID

from domain import run, run_spending
from domain.kernel import replace
from domain.ledger import Reservation
from domain.nodes import Agent, Allowance, Parallel, SubWorkflow
from domain.run_charge_commands import HoldCharge, SettleCharge
from domain.run_charge_events import ChargeHeld
from domain.run_commands import BeginCall, StartRun
from domain.run_events import Events
from domain.run_values import ForRun, PinnedWorkflow
from tests.domain.runs import TEAM, begin, end_child, start, text
from tests.domain.stories import at, state, story
from tests.domain.stories import suspended as suspends
from tests.support.given import given

FIRST, SECOND = UUID(int=61), UUID(int=62)
SPENDING = Agent(id="c", agent="reader", prompt="?")
SUBS = tuple(SubWorkflow(id=name, workflow="other") for name in "ab")
GROUP = Parallel(id="p", nodes=(*SUBS, SPENDING), budget=Allowance(tokens=100))


def held(entry: int, tokens: int) -> Reservation:
    return Reservation(UUID(int=1), UUID(int=entry), None, tokens)


def of_first(entry: int, tokens: int) -> HoldCharge:
    return HoldCharge(held(entry, tokens), via=FIRST)


def of_second(entry: int, tokens: int) -> HoldCharge:
    return HoldCharge(held(entry, tokens), via=SECOND)


def both(*nodes: Parallel | Agent) -> tuple[Events, ...]:
    """Two runs go on side by side, each of which may spend all that is left."""
    all_left = Allowance(tokens=100)
    waits = suspends("p.a", ForRun(FIRST, all_left)), suspends("p.b", ForRun(SECOND, all_left))
    return story(start(*(nodes or (GROUP,))), *waits, begin("p.c"))


def test_each_run_may_spend_all_that_the_other_has_not_spent() -> None:
    past = both()
    assert run_spending.left(state(*past), "p.b") == Allowance(tokens=100), "the other has spent nothing yet"
    past = (*past, *run.decide(of_first(71, 60), state(*past), at(0)))
    assert run_spending.left(state(*past), "p.b") == Allowance(tokens=40)


def test_what_one_run_holds_of_the_budget_of_a_node_around_both_the_other_cannot_spend() -> None:
    past = both()
    past = (*past, *run.decide(of_first(71, 60), state(*past), at(0)))
    given(run.decider, *past).when(of_second(72, 41)).then_rejected(
        "the budget of the node p leaves 40 of 100 tokens, and this call may need 41", code="budget_exceeded"
    )
    given(run.decider, *past).when(of_second(72, 40)).then(ChargeHeld(held(72, 40), ("p.b",)))
    own = BeginCall("p.c", 1, 1, "m/m", text("request"), 0, held(73, 41))
    given(run.decider, *past).when(own).then_rejected("leaves 40 of 100", code="budget_exceeded")
    less = (*past, *run.decide(SettleCharge(UUID(int=71), 0, 20), state(*past), at(0)))
    given(run.decider, *less).when(of_second(72, 80)).then(ChargeHeld(held(72, 80), ("p.b",)))


def test_a_run_that_is_over_counts_with_what_it_spent_and_once() -> None:
    past = both()
    past = (*past, *run.decide(of_first(71, 50), state(*past), at(0)))
    over = (*past, *run.decide(end_child("p.a", FIRST, "completed"), state(*past), at(0)))
    assert state(*over).steps["p.a"].child_tokens == 50
    assert run_spending.left(state(*over), "p.b") == Allowance(tokens=50)


def test_a_charge_through_no_run_that_a_step_started_counts_for_what_is_under_way() -> None:
    stranger = HoldCharge(held(71, 60), via=UUID(int=63))
    given(run.decider, *both()).when(stranger).then(ChargeHeld(held(71, 60), ("p.c",)))


def test_the_run_has_a_budget_too_that_both_share() -> None:
    wide = replace(GROUP, budget=None)
    past = story(
        replace(start(wide), budget=Allowance(tokens=100)),
        suspends("p.a", ForRun(FIRST)),
        suspends("p.b", ForRun(SECOND)),
    )
    past = (*past, *run.decide(of_first(71, 60), state(*past), at(0)))
    given(run.decider, *past).when(of_second(72, 41)).then_rejected(
        "the budget of the run leaves 40 of 100", code="budget_exceeded"
    )


def test_what_a_run_may_start_is_pinned_with_its_nodes() -> None:
    pinned = PinnedWorkflow("other", UUID(int=5), 3, None, TEAM)
    wish: StartRun = replace(start(replace(SUBS[0], version=3)), workflows=(pinned,))
    found = state(*story(wish))
    assert found.workflows == (pinned,)
    assert found.pin("other", 3) == pinned
    assert (found.pin("other", None), found.pin("another", 3)) == (None, None)
