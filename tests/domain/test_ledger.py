"""What a workspace may still spend, in all orders in which calls can begin and end."""

from collections.abc import Callable
from uuid import UUID

import msgspec
import pytest
from hypothesis import given as supposing
from hypothesis import strategies as st

from domain import ledger, ledger_state
from domain.kernel import Rejected
from domain.ledger import (
    Close,
    Closed,
    Doubt,
    Doubted,
    DoubtSettled,
    Limit,
    Release,
    Released,
    Reserve,
    Reserved,
    Settle,
    Settled,
    SettleDoubt,
)
from domain.ledger_state import Used
from tests.support.given import CONTEXT, given

ONE, TWO = UUID(int=1), UUID(int=2)
EVERYBODY = ("workspace", "user:ada")
DAY = Limit("workspace", "micro_usd", "day", 100)


def reserve(entry: UUID = ONE, micro_usd: int | None = 60, *limits: Limit) -> Reserve:
    return Reserve(entry, micro_usd, 10, EVERYBODY, limits)


def reserved(entry: UUID = ONE, micro_usd: int | None = 60) -> Reserved:
    return Reserved(entry, micro_usd, 10, EVERYBODY)


def test_a_call_within_its_limits_is_reserved() -> None:
    given(ledger.decider).when(reserve(ONE, 100, DAY)).then(reserved(ONE, 100))


def test_what_is_held_counts_like_what_is_spent() -> None:
    given(ledger.decider, reserved()).when(reserve(TWO, 41, DAY)).then_rejected(
        "leaves 40 of 100 micro_usd", code="budget_exceeded"
    )
    given(ledger.decider, reserved()).when(reserve(TWO, 40, DAY)).then(reserved(TWO, 40))


def test_what_is_settled_counts_at_its_true_amount() -> None:
    past = (reserved(), Settled(ONE, 10, 3))
    given(ledger.decider, *past).when(reserve(TWO, 90, DAY)).then(reserved(TWO, 90))
    given(ledger.decider, *past).when(reserve(TWO, 91, DAY)).then_rejected("leaves 90", code="budget_exceeded")


def test_what_is_released_counts_no_more_and_what_is_in_doubt_goes_on_counting() -> None:
    given(ledger.decider, reserved(), Released(ONE)).when(reserve(TWO, 100, DAY)).then(reserved(TWO, 100))
    given(ledger.decider, reserved(), Doubted(ONE)).when(reserve(TWO, 41, DAY)).then_rejected(
        "leaves 40", code="budget_exceeded"
    )


def test_what_earlier_days_of_a_window_used_counts_too() -> None:
    month = Limit("workspace", "micro_usd", "month", 100, before=50)
    given(ledger.decider).when(reserve(ONE, 51, month)).then_rejected(
        "the month's limit of workspace leaves 50", code="budget_exceeded"
    )


def test_a_limit_on_tokens_is_one_too() -> None:
    tokens = Limit("user:ada", "tokens", "day", 19)
    given(ledger.decider, reserved()).when(reserve(TWO, 0, tokens)).then_rejected(
        "leaves 9 of 19 tokens", code="budget_exceeded"
    )


def test_a_limit_of_somebody_else_is_none() -> None:
    other = Limit("user:eve", "micro_usd", "day", 10)
    given(ledger.decider, reserved()).when(reserve(TWO, 10, other)).then(reserved(TWO, 10))


def test_an_unknown_price_is_refused_where_money_is_limited_and_only_there() -> None:
    given(ledger.decider).when(reserve(ONE, None, DAY)).then_rejected(
        "price of this model is unknown", code="price_unknown"
    )
    given(ledger.decider).when(reserve(ONE, None)).then(reserved(ONE, None))


def test_a_reservation_ends_once() -> None:
    for end in (Settle(ONE, 10, 3), Release(ONE), Doubt(ONE)):
        given(ledger.decider, reserved(), Settled(ONE, 1, 1)).when(end).then()
        given(ledger.decider).when(end).then()
    given(ledger.decider, reserved(), Doubted(ONE)).when(Doubt(ONE)).then()
    given(ledger.decider, reserved(), Doubted(ONE)).when(Settle(ONE, 10, 3)).then(Settled(ONE, 10, 3))


def test_a_cost_that_stayed_unknown_goes_on_counting_at_its_worst() -> None:
    past = (reserved(), Settled(ONE, None, 3))
    given(ledger.decider, *past).when(reserve(TWO, 40, DAY)).then(reserved(TWO, 40))
    given(ledger.decider, *past).when(reserve(TWO, 41, DAY)).then_rejected("leaves 40", code="budget_exceeded")


def test_on_a_closed_day_nothing_is_reserved_and_what_is_held_still_ends() -> None:
    given(ledger.decider, reserved()).when(Close()).then(Closed())
    past = (reserved(), Closed())
    given(ledger.decider, *past).when(Close()).then_nothing()
    given(ledger.decider, *past).when(reserve(TWO, 1)).then_rejected("this day .* is closed", code="ledger_closed")
    given(ledger.decider, *past).when(Settle(ONE, 10, 3)).then(Settled(ONE, 10, 3))
    given(ledger.decider, *past).when(Release(ONE)).then(Released(ONE))
    given(ledger.decider, *past).when(Doubt(ONE)).then(Doubted(ONE))


def test_several_days_are_added_up_by_subject() -> None:
    one = ledger.decider.fold([reserved(), Settled(ONE, 10, 3)])
    two = ledger.decider.fold([reserved(TWO, 5)])
    assert ledger_state.together([one, two, ledger.initial]) == {
        "workspace": Used(15, 13),
        "user:ada": Used(15, 13),
    }


STEPS = st.lists(
    st.tuples(
        st.integers(1, 6), st.integers(0, 40), st.sampled_from(["reserve", "settle", "release", "doubt", "judge"])
    ),
    max_size=40,
)


@supposing(STEPS)
def test_no_order_of_calls_spends_more_than_the_limit_where_none_comes_to_more_than_it_reserved(
    steps: list[tuple[int, int, str]],
) -> None:
    state = ledger.initial
    for number, amount, what in steps:
        entry = UUID(int=number)
        held = state.held.get(entry) or state.doubts.get(entry) or state.judged.get(entry)
        wishes: dict[str, ledger.Commands] = {
            "reserve": Reserve(entry, amount, 1, EVERYBODY, (DAY,)),
            "settle": Settle(entry, min(amount, held.micro_usd or 0) if held else amount, 1),
            "release": Release(entry),
            "doubt": Doubt(entry),
            "judge": SettleDoubt(entry, "billed", min(amount, held.micro_usd or 0) if held else amount),
        }
        try:
            state = ledger.decider.fold(ledger.decide(wishes[what], state, CONTEXT), state)
        except Rejected as refused:
            assert refused.code in {"budget_exceeded", "doubt_settled", "call_under_way", "not_in_doubt"}
        unsure = (*state.held.values(), *state.doubts.values(), *state.judged.values())
        assert 0 <= sum(each.micro_usd or 0 for each in unsure) <= state.by("workspace").micro_usd <= 100
        assert state.by("workspace") == state.by("user:ada")


def test_a_refusal_says_which_limit_and_what_is_left() -> None:
    with pytest.raises(Rejected) as refused:
        ledger.decide(reserve(ONE, 101, DAY), ledger.initial, CONTEXT)
    assert refused.value.code == "budget_exceeded"
    assert str(refused.value) == (
        "the day's limit of workspace leaves 100 of 100 micro_usd, and this call may need 101"
    )


UNSURE = (reserved(), Doubted(ONE))
BILLED = DoubtSettled(ONE, "billed", 25, 10, "as on the invoice")


def test_a_person_says_what_a_call_in_doubt_came_to_and_it_counts_so() -> None:
    given(ledger.decider, *UNSURE).when(SettleDoubt(ONE, "billed", 25, note="as on the invoice")).then(BILLED)
    given(ledger.decider, *UNSURE, BILLED).when(reserve(TWO, 75, DAY)).then(reserved(TWO, 75))
    given(ledger.decider, *UNSURE, BILLED).when(reserve(TWO, 76, DAY)).then_rejected(
        "leaves 75", code="budget_exceeded"
    )


def test_what_was_not_billed_counts_no_more() -> None:
    free = DoubtSettled(ONE, "not_billed", 0, 0)
    given(ledger.decider, *UNSURE).when(SettleDoubt(ONE, "not_billed")).then(free)
    assert ledger.decider.fold([*UNSURE, free]).used == {}


def test_what_was_billed_may_be_more_than_was_reserved_and_its_tokens_are_those_that_are_told() -> None:
    told = DoubtSettled(ONE, "billed", 90, 4)
    given(ledger.decider, *UNSURE).when(SettleDoubt(ONE, "billed", 90, 4)).then(told)
    assert ledger.decider.fold([*UNSURE, told]).by("workspace") == Used(90, 4)


def test_a_doubt_is_settled_once() -> None:
    for again in (SettleDoubt(ONE, "billed", 25), SettleDoubt(ONE, "not_billed")):
        given(ledger.decider, *UNSURE, BILLED).when(again).then_rejected(
            "settled already, at 25 micro_usd", code="doubt_settled"
        )


def test_only_what_is_in_doubt_can_be_settled_by_a_person() -> None:
    wish = SettleDoubt(ONE, "not_billed")
    given(ledger.decider, reserved()).when(wish).then_rejected("under way", code="call_under_way")
    for past in ((), (reserved(), Settled(ONE, 1, 1)), (*UNSURE, Settled(ONE, 1, 1)), (*UNSURE, Released(ONE))):
        given(ledger.decider, *past).when(wish).then_rejected("not in doubt", code="not_in_doubt")


def test_what_was_billed_has_an_amount_and_what_was_not_has_none() -> None:
    for wish in (SettleDoubt(ONE, "billed"), SettleDoubt(ONE, "not_billed", 5), SettleDoubt(ONE, "not_billed", 0, 5)):
        given(ledger.decider, *UNSURE).when(wish).then_rejected("bill", code="invalid_amount", field="micro_usd")


def test_an_answer_that_comes_after_all_knows_better_than_a_person() -> None:
    past = (*UNSURE, BILLED)
    given(ledger.decider, *past).when(Settle(ONE, 31, 7)).then(Settled(ONE, 31, 7))
    assert ledger.decider.fold([*past, Settled(ONE, 31, 7)]).by("workspace") == Used(31, 7)
    assert ledger.decider.fold([*past, Settled(ONE, None, 7)]).by("workspace") == Used(25, 7)
    for late in (Release(ONE), Doubt(ONE), Settle(TWO, 1, 1)):
        given(ledger.decider, *past).when(late).then_nothing()
    given(ledger.decider, *past).when(reserve(ONE)).then_nothing()


def test_who_has_used_nothing_after_all_is_forgotten() -> None:
    state = ledger.decider.fold([reserved(), Released(ONE)])
    assert state == ledger.initial


@supposing(STEPS)
def test_many_events_at_once_come_to_what_they_come_to_one_by_one(steps: list[tuple[int, int, str]]) -> None:
    kinds: dict[str, Callable[[UUID, int], ledger.Events]] = {
        "reserve": lambda entry, amount: Reserved(entry, amount, 1, (*EVERYBODY, f"model:m/{entry}")),
        "settle": lambda entry, amount: Settled(entry, amount or None, 2),
        "release": lambda entry, _: Released(entry),
        "doubt": lambda entry, _: Doubted(entry),
        "judge": lambda entry, amount: DoubtSettled(entry, "billed", amount, 3),
    }
    events = [kinds[what](UUID(int=number), amount) for number, amount, what in steps]
    middle = len(events) // 2
    early = ledger.decider.fold(events[:middle])
    before = msgspec.json.encode(early)
    one_by_one = ledger.initial
    for event in events:
        one_by_one = ledger.evolve(one_by_one, event)
    assert ledger.decider.fold(events) == ledger.decider.fold(events[middle:], early) == one_by_one
    assert msgspec.json.encode(early) == before, "a state that somebody has does not change"
