"""Calls beside those of a run count for it: those made with its token, and those of runs within it."""

from typing import Literal
from uuid import UUID

from hypothesis import given as supposing
from hypothesis import strategies as st

from domain import run, run_commands
from domain import run_events as fact
from domain.kernel import Rejected, replace
from domain.ledger import Reservation
from domain.run_charge_commands import Ceiling, HoldCharge, SettleCharge
from domain.run_charge_events import ChargeHeld, ChargeSettled
from domain.run_state import Run
from domain.run_values import Tokens
from tests.domain.runs import begun, cancelled, lost, scheduled, start, started, text
from tests.support.given import CONTEXT, given

RUNNING = (started("a", "b"), scheduled("a"), scheduled("b"), begun("a"), begun("b"))
LIMIT = 100
OF_RUN = (Ceiling("run", "micro_usd", LIMIT),)
OF_STEP = (Ceiling("step", "micro_usd", LIMIT),)


def held(entry: int = 1, micro_usd: int | None = 40) -> Reservation:
    return Reservation(UUID(int=99), UUID(int=entry), micro_usd, 10)


def charged(entry: int = 1, micro_usd: int = 40, *steps: str) -> ChargeHeld:
    return ChargeHeld(held(entry, micro_usd), steps or ("a", "b"))


def own(step: str = "a", entry: int = 50) -> fact.CallBegun:
    return fact.CallBegun(step, 1, 1, "m/m", text("request"), 0, held(entry))


def wish(of: Literal["step", "run"], step: str = "a") -> run_commands.BeginCall:
    ceilings = (Ceiling(of, "micro_usd", LIMIT),)
    return run_commands.BeginCall(step, 1, 7, "m/m", text("request"), 0, held(60), ceilings=ceilings)


def test_a_charge_counts_for_the_steps_that_are_under_way() -> None:
    given(run.decider, *RUNNING).when(HoldCharge(held(), OF_RUN)).then(charged())
    first = (started("a", "b: a"), scheduled("a"), begun("a"))
    given(run.decider, *first).when(HoldCharge(held())).then(charged(1, 40, "a"))
    given(run.decider, started("a"), scheduled("a")).when(HoldCharge(held())).then(charged(1, 40, ""))


def test_it_is_held_once_and_only_for_a_run_that_there_is() -> None:
    given(run.decider, *RUNNING, charged()).when(HoldCharge(held(), OF_RUN)).then_nothing()
    given(run.decider).when(HoldCharge(held())).then_rejected("no such run", code="not_found")


def test_charges_and_the_calls_of_the_run_meet_one_ceiling() -> None:
    two = (own("a"), charged(1))
    given(run.decider, *RUNNING, *two).when(HoldCharge(held(2), OF_RUN)).then_rejected(
        "the limit of the run leaves 20 of 100 micro_usd, and this call may need 40", code="budget_exceeded"
    )
    given(run.decider, *RUNNING, *two).when(wish("run")).then_rejected("leaves 20 of 100", code="budget_exceeded")
    given(run.decider, *RUNNING, *two).when(HoldCharge(held(2, 20), OF_RUN)).then(charged(2, 20))


def test_a_step_answers_for_the_charges_that_came_while_it_was_under_way() -> None:
    past = (*RUNNING, charged(1, 40, "a"), charged(2, 40, "a"))
    given(run.decider, *past).when(wish("step", "a")).then_rejected("the limit of the step", code="budget_exceeded")
    given(run.decider, *past).when(HoldCharge(held(3), OF_STEP)).then_rejected(
        "the limit of the step leaves 20", code="budget_exceeded"
    )
    assert run.decide(wish("step", "b"), run.decider.fold(past), CONTEXT)


def test_charges_outside_of_any_step_are_limited_like_a_step() -> None:
    past = (started("a"), scheduled("a"), charged(1, 40, ""), charged(2, 40, ""))
    given(run.decider, *past).when(HoldCharge(held(3), OF_STEP)).then_rejected("of the step", code="budget_exceeded")


def test_where_money_is_limited_an_unknown_price_is_refused() -> None:
    given(run.decider, *RUNNING).when(HoldCharge(held(1, None), OF_RUN)).then_rejected(
        "price of this model is unknown", code="price_unknown"
    )


def test_a_charge_counts_with_what_it_came_to() -> None:
    settled = ChargeSettled(UUID(int=1), 7, 3)
    given(run.decider, *RUNNING, charged()).when(SettleCharge(UUID(int=1), 7, 3)).then(settled)
    given(run.decider, *RUNNING, charged(), settled).when(HoldCharge(held(2, 93), OF_RUN)).then(charged(2, 93))
    given(run.decider, *RUNNING, charged(), settled).when(HoldCharge(held(2, 94), OF_RUN)).then_rejected(
        "leaves 93", code="budget_exceeded"
    )
    given(run.decider, *RUNNING, charged(), settled).when(SettleCharge(UUID(int=1), 9, 3)).then_nothing()
    given(run.decider, *RUNNING).when(SettleCharge(UUID(int=1), 7, 3)).then_nothing()


def test_a_cost_that_stayed_unknown_counts_at_its_worst() -> None:
    past = (*RUNNING, charged(), ChargeSettled(UUID(int=1), None, 3))
    given(run.decider, *past).when(HoldCharge(held(2, 61), OF_RUN)).then_rejected("leaves 60", code="budget_exceeded")


def test_a_charge_ends_also_when_the_run_has_ended() -> None:
    past = (*RUNNING, charged(), cancelled())
    given(run.decider, *past).when(SettleCharge(UUID(int=1), 7, 3)).then(ChargeSettled(UUID(int=1), 7, 3))


def test_what_a_person_said_counts_until_an_answer_knows_better() -> None:
    said = ChargeSettled(UUID(int=1), 5, 3, final=False)
    past = (*RUNNING, charged(), said)
    given(run.decider, *past).when(HoldCharge(held(2, 96), OF_RUN)).then_rejected("leaves 95", code="budget_exceeded")
    given(run.decider, *past).when(SettleCharge(UUID(int=1), 5, 3, final=False)).then_nothing()
    late = ChargeSettled(UUID(int=1), 30, 9)
    given(run.decider, *past).when(SettleCharge(UUID(int=1), 30, 9)).then(late)
    given(run.decider, *past, late).when(HoldCharge(held(2, 71), OF_RUN)).then_rejected(
        "leaves 70", code="budget_exceeded"
    )


def test_what_a_person_has_found_out_about_a_call_of_the_run_counts_until_its_answer_comes() -> None:
    doubt = fact.CallInDoubt("a", 1, 1, 0, held(50), "step_lost")
    past = (*RUNNING, own("a"), lost("a"), doubt)
    wanted = SettleCharge(UUID(int=50), 5, 3, final=False)
    said = ChargeSettled(UUID(int=50), 5, 3, final=False, step="a")
    given(run.decider, *past).when(wanted).then(said)
    given(run.decider, *past, said).when(wanted).then_nothing()
    given(run.decider, *past, said).when(HoldCharge(held(2, 96), OF_RUN)).then_rejected(
        "leaves 95", code="budget_exceeded"
    )
    answer = fact.CallRecorded("a", 1, 1, "m/m", text("answer"), Tokens(3, 2), 30, "end", 0)
    given(run.decider, *past, said, answer).when(HoldCharge(held(2, 71), OF_RUN)).then_rejected(
        "leaves 70", code="budget_exceeded"
    )
    given(run.decider, *RUNNING, own("a")).when(wanted).then_nothing()


def test_runs_are_not_started_within_one_another_without_an_end() -> None:
    deep = tuple(UUID(int=number) for number in range(run.MAX_DEPTH))
    assert run.decide(replace(start("a"), within=deep), run.decider.initial, CONTEXT)
    given(run.decider).when(replace(start("a"), within=(*deep, UUID(int=77)))).then_rejected("8 deep", code="too_deep")


@supposing(st.lists(st.tuples(st.integers(1, 5), st.integers(0, 60), st.sampled_from(["hold", "settle", "said"]))))
def test_no_order_of_charges_brings_a_run_beyond_its_limit(steps: list[tuple[int, int, str]]) -> None:
    state, worst = run.decider.fold(RUNNING), dict[int, int]()
    for number, amount, what in steps:
        entry = UUID(int=number)
        wishes: dict[str, run_commands.Commands] = {
            "hold": HoldCharge(held(number, amount), OF_RUN),
            "settle": SettleCharge(entry, min(amount, worst.get(number, 0)), 1),
            "said": SettleCharge(entry, min(amount, worst.get(number, 0)), 1, final=False),
        }
        try:
            decided = run.decide(wishes[what], state, CONTEXT)
        except Rejected as refused:
            assert refused.code == "budget_exceeded"
            continue
        if what == "hold" and decided:
            worst[number] = amount
        state = run.decider.fold(decided, state)
        assert 0 <= sum(each.used.micro_usd for each in state.charges.values()) <= _charged(state) <= LIMIT


def _charged(state: Run) -> int:
    return state.charged[None].micro_usd if state.charged else 0
