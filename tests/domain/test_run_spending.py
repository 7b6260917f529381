"""What a run, a step and a call have spent, and what their limits leave."""

from typing import Literal
from uuid import UUID

from hypothesis import given as supposing
from hypothesis import strategies as st

from domain import run, run_commands
from domain import run_events as fact
from domain.kernel import Rejected
from domain.ledger import Reservation
from domain.run_charge_commands import Ceiling
from domain.run_values import Tokens
from tests.domain.runs import begun, scheduled, started, text
from tests.support.given import CONTEXT, given

RUNNING = (started("a", "b"), scheduled("a"), scheduled("b"), begun("a"), begun("b"))
LIMIT = 100


def held(micro_usd: int | None = 40) -> Reservation:
    return Reservation(UUID(int=1), UUID(int=2), micro_usd, 40)


def wish(
    of: Literal["call", "step", "run"],
    step: str = "a",
    call: int = 1,
    tried: int = 0,
    *,
    unit: Literal["micro_usd", "tokens"] = "micro_usd",
    reservation: Reservation | None = None,
) -> run_commands.BeginCall:
    """Another call that may take 40 of either unit, of which 100 may be taken."""
    ceilings = (Ceiling(of, unit, LIMIT),)
    asked = text("request")
    return run_commands.BeginCall(step, 1, call, "m/m", asked, tried, reservation or held(), ceilings=ceilings)


def call_begun(step: str = "a", call: int = 1, tried: int = 0) -> fact.CallBegun:
    return fact.CallBegun(step, 1, call, "m/m", text("request"), tried, held())


def recorded(cost: int | None, step: str = "a", call: int = 1, tried: int = 0) -> fact.CallRecorded:
    return fact.CallRecorded(step, 1, call, "m/m", text("answer"), Tokens(50, 20), cost, "end", tried)


def accepted(past: tuple[fact.Events, ...], asked: run_commands.BeginCall) -> bool:
    try:
        return bool(run.decide(asked, run.decider.fold((*RUNNING, *past)), CONTEXT))
    except Rejected as refusal:
        assert refusal.code == "budget_exceeded"
        return False


def test_a_call_within_the_limit_is_begun() -> None:
    given(run.decider, *RUNNING).when(wish("run")).then(call_begun())


def test_what_is_under_way_counts_at_its_worst() -> None:
    past = (*RUNNING, call_begun("a", 1), call_begun("b", 1))
    given(run.decider, *past).when(wish("run", call=2)).then_rejected(
        "the limit of the run leaves 20 of 100 micro_usd, and this call may need 40", code="budget_exceeded"
    )


def test_what_is_recorded_counts_at_what_it_cost_and_at_its_worst_where_that_is_unknown() -> None:
    two = (call_begun("a", 1), call_begun("b", 1))
    assert accepted((*two, recorded(19, "a"), recorded(41, "b")), wish("run", call=2))
    assert not accepted((*two, recorded(19, "a"), recorded(42, "b")), wish("run", call=2))
    assert not accepted((*two, recorded(None, "a"), recorded(21, "b")), wish("run", call=2))


def test_what_was_refused_or_came_from_the_cache_counts_nothing_and_what_is_in_doubt_counts_at_its_worst() -> None:
    tries = (call_begun("a", 1, 0), call_begun("a", 1, 1), call_begun("a", 1, 2))
    refused = tuple(fact.CallRefused("a", 1, 1, tried, held()) for tried in range(3))
    doubts = tuple(fact.CallInDoubt("a", 1, 1, tried, held()) for tried in range(3))
    assert accepted((*tries, *refused), wish("run", tried=3))
    assert not accepted((*tries, *refused[:1], *doubts[1:]), wish("run", tried=3))
    served = fact.CallServed("a", 1, 2, "m/m", text("answer"), "end", 1_000)
    assert accepted((served,), wish("run"))


def test_a_step_answers_for_its_own_calls_and_a_call_for_its_own_tries() -> None:
    two = (call_begun("a", 1), call_begun("a", 2))
    assert not accepted(two, wish("step", "a", 3))
    assert accepted(two, wish("step", "b", 1))
    assert accepted(two, wish("call", "a", 3))
    tries = (call_begun("a", 1, 0), call_begun("a", 1, 1))
    assert not accepted(tries, wish("call", "a", 1, 2))


def test_tokens_have_limits_too() -> None:
    assert accepted((call_begun(), call_begun("b")), wish("step", call=2, unit="tokens"))
    assert not accepted((call_begun(), recorded(0)), wish("run", call=2, unit="tokens"))


def test_where_money_is_limited_an_unknown_price_is_refused() -> None:
    given(run.decider, *RUNNING).when(wish("run", reservation=held(None))).then_rejected(
        "price of this model is unknown", code="price_unknown"
    )
    bare = run_commands.BeginCall("a", 1, 1, "m/m", text("request"), ceilings=(Ceiling("run", "micro_usd", LIMIT),))
    given(run.decider, *RUNNING).when(bare).then_rejected("price of this model is unknown", code="price_unknown")


@supposing(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.sampled_from(["open", "refused", "doubt", "cost"]), st.integers(0, 40))
    )
)
def test_no_order_of_calls_brings_a_run_beyond_its_limit(calls: list[tuple[str, str, int]]) -> None:
    past: tuple[fact.Events, ...] = ()
    spent = 0
    for number, (step, end, cost) in enumerate(calls):
        if not accepted(past, wish("run", step, number)):
            continue
        past = (*past, call_begun(step, number))
        spent += 40
        match end:
            case "refused":
                past, spent = (*past, fact.CallRefused(step, 1, number, 0, held())), spent - 40
            case "doubt":
                past = (*past, fact.CallInDoubt(step, 1, number, 0, held()))
            case "cost":
                past, spent = (*past, recorded(cost, step, number)), spent - 40 + cost
            case _:
                pass
        assert spent <= LIMIT
