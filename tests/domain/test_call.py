"""Stories about a call through the gateway: each try is begun once and ended once, and one answer answers it."""

from uuid import UUID

from domain import call
from domain.call import (
    AnnounceCall,
    BeginTry,
    Begun,
    Completed,
    EndTry,
    FailCall,
    Failed,
    Opening,
    RecordTry,
    ServeCall,
    Served,
    TryBegun,
    TryInDoubt,
    TryRecorded,
    TryRefused,
)
from domain.kernel import PayloadRef, replace
from domain.ledger import Reservation
from domain.run_charge_commands import Ceiling
from domain.run_values import Tokens
from tests.support.given import given

PROCESS = UUID(int=9)
HELD = Reservation(UUID(int=1), UUID(int=2), 100, 50)
ASKED, ANSWER = PayloadRef("a" * 64, 1), PayloadRef("b" * 64, 1)
OPENING = Opening("chat", "route/auto", ASKED, PROCESS)
BEGUN = Begun("chat", "route/auto", ASKED, PROCESS)
TRYING = (BEGUN, TryBegun(0, "a/model", HELD))
RECORD = RecordTry(0, "a/model", ANSWER, Tokens(10, 5), 7, "end")
RECORDED = TryRecorded(0, "a/model", ANSWER, Tokens(10, 5), 7, "end")


def test_a_call_begins_with_its_first_try() -> None:
    given(call.decider).when(BeginTry(0, "a/model", HELD, opening=OPENING)).then(*TRYING)
    given(call.decider, *TRYING).when(BeginTry(0, "a/model", HELD, opening=OPENING)).then_nothing()


def test_a_call_that_is_announced_has_begun_and_goes_on_like_any_other() -> None:
    given(call.decider).when(AnnounceCall(OPENING)).then(BEGUN)
    given(call.decider, BEGUN).when(AnnounceCall(OPENING)).then_nothing()
    given(call.decider, BEGUN).when(BeginTry(0, "a/model", HELD, opening=OPENING)).then(TRYING[1])
    served = Served(ANSWER, "a/model", "end", 7, tokens=Tokens(10, 5))
    serve = ServeCall(OPENING, ANSWER, "a/model", "end", 7, tokens=Tokens(10, 5))
    given(call.decider, BEGUN).when(serve).then(served, Completed())
    given(call.decider, BEGUN).when(FailCall("x", "No.", OPENING)).then(Failed("x", "No."))


def test_no_try_begins_where_there_is_no_call() -> None:
    given(call.decider).when(BeginTry(0, "a/model", HELD)).then_rejected("no such call", code="not_found")


def test_an_answer_completes_the_call_and_is_recorded_once() -> None:
    given(call.decider, *TRYING).when(RECORD).then(RECORDED, Completed())
    given(call.decider, *TRYING, RECORDED, Completed()).when(RECORD).then_nothing()


def test_an_answer_of_no_use_leaves_the_call_open_for_another_try() -> None:
    useless = replace(RECORDED, problem="model_answer_empty")
    given(call.decider, *TRYING).when(replace(RECORD, problem="model_answer_empty")).then(useless)
    given(call.decider, *TRYING, useless).when(BeginTry(1, "b/model", HELD)).then(TryBegun(1, "b/model", HELD))


def test_a_try_that_came_to_nothing_is_refused_or_in_doubt_once() -> None:
    refused, doubt = TryRefused(0, HELD, "x", "No."), TryInDoubt(0, HELD, "x", "No.")
    given(call.decider, *TRYING).when(EndTry(0, "x", "No.", "no")).then(refused)
    given(call.decider, *TRYING, refused).when(EndTry(0, "x", "No.", "no")).then_nothing()
    given(call.decider, *TRYING).when(EndTry(0, "x", "No.", "unknown")).then(doubt)
    given(call.decider, *TRYING, doubt).when(EndTry(0, "x", "No.", "unknown")).then_nothing()


def test_an_answer_that_comes_after_a_doubt_is_recorded() -> None:
    given(call.decider, *TRYING, TryInDoubt(0, HELD, "x", "No.")).when(RECORD).then(RECORDED, Completed())


def test_a_call_that_failed_leaves_what_is_open_in_doubt() -> None:
    doubt, failed = TryInDoubt(0, HELD, "process_lost", "Gone."), Failed("process_lost", "Gone.")
    given(call.decider, *TRYING).when(FailCall("process_lost", "Gone.")).then(doubt, failed)
    given(call.decider, *TRYING, doubt, failed).when(FailCall("process_lost", "Gone.")).then_nothing()


def test_an_answer_from_the_cache_is_a_whole_call() -> None:
    served = Served(ANSWER, "a/model", "end", 7)
    given(call.decider).when(ServeCall(OPENING, ANSWER, "a/model", "end", 7)).then(BEGUN, served, Completed())


class TestCeilings:
    """A call has a limit as a whole: what its tries cost and hold counts together."""

    CEILINGS = (Ceiling("call", "micro_usd", 150), Ceiling("call", "tokens", 120))

    def wish(self, tried: int, micro_usd: int | None, tokens: int = 50) -> BeginTry:
        held = Reservation(UUID(int=1), UUID(int=tried), micro_usd, tokens)
        return BeginTry(tried, "b/model", held, opening=OPENING, ceilings=self.CEILINGS)

    def test_a_try_within_the_ceilings_begins(self) -> None:
        wish = self.wish(1, 50)
        given(call.decider, *TRYING).when(wish).then(TryBegun(1, "b/model", wish.reservation))

    def test_what_is_held_or_in_doubt_counts_at_its_worst(self) -> None:
        for past in (TRYING, (*TRYING, TryInDoubt(0, HELD, "x", "No."))):
            given(call.decider, *past).when(self.wish(1, 51)).then_rejected("leaves 50", code="budget_exceeded")

    def test_what_was_refused_counts_for_nothing(self) -> None:
        wish = self.wish(1, 150)
        past = (*TRYING, TryRefused(0, HELD, "x", "No."))
        given(call.decider, *past).when(wish).then(TryBegun(1, "b/model", wish.reservation))

    def test_what_was_paid_for_although_it_is_of_no_use_counts_at_its_true_amount(self) -> None:
        useless = replace(RECORDED, problem="model_answer_empty")
        wish = self.wish(1, 143)
        given(call.decider, *TRYING, useless).when(wish).then(TryBegun(1, "b/model", wish.reservation))
        given(call.decider, *TRYING, useless).when(self.wish(1, 144)).then_rejected(
            "leaves 143", code="budget_exceeded"
        )

    def test_tokens_count_too(self) -> None:
        given(call.decider, *TRYING).when(self.wish(1, 1, 71)).then_rejected("tokens", code="budget_exceeded")

    def test_a_price_that_is_not_known_is_refused_where_money_is_limited(self) -> None:
        given(call.decider, *TRYING).when(self.wish(1, None)).then_rejected("unknown", code="price_unknown")
