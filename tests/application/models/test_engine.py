"""The engine asks, asks again and asks others, and each try is on the record before it is made and ends there once."""

from uuid import UUID

import pytest

from application.models.engine import Asked
from application.models.engine_ports import Chosen
from application.models.failure import NOT_BILLED, ModelError
from application.models.journal import Answered
from application.models.request import Image, Message, Tool
from application.models.stream import Finished, Superseded, TextDelta, Usage, Warned
from domain import ledger
from domain.kernel import replace
from tests.application.models.engine_world import (
    CHOICE,
    GONE,
    PAYER,
    PRICES,
    REQUEST,
    SLOWER,
    USAGE,
    World,
    said,
    shown,
)


@pytest.fixture
def world() -> World:
    return World()


class TestOneModel:
    async def test_an_answer_is_streamed_and_recorded_with_what_it_came_to(self, world: World) -> None:
        world.answers("a/model", said("Be", "cause."))
        assert await world.ask() == [TextDelta("Be"), TextDelta("cause."), Finished("end", USAGE, "m")]
        begun, recorded = world.journal.entries
        assert begun.order == ledger.Reserve(
            begun.made.reservation.entry, 7 * 2 + 100 * 4, 107, ("workspace", f"user:{UUID(int=2)}", "model:a/model")
        )
        assert recorded.order == ledger.Settle(begun.made.reservation.entry, 10 * 2 + 5 * 4, 15)
        assert isinstance(recorded.detail, Answered)
        assert (recorded.detail.text, recorded.detail.cost_micro_usd, recorded.detail.prices) == (
            "Because.",
            40,
            PRICES,
        )
        assert (recorded.detail.problem, recorded.made.choice) == ("", None)

    async def test_nothing_is_sent_before_the_beginning_is_on_the_record(self, world: World) -> None:
        world.answers("a/model", said("Yes."))
        open_at_asking: list[list[int]] = []
        world.models.before = lambda _: open_at_asking.append([*world.journal.open])
        await world.ask()
        assert open_at_asking == [[0]]

    async def test_an_answer_is_on_the_record_before_it_ends(self, world: World) -> None:
        world.answers("a/model", said("Yes."))
        async for delta in world.engine().stream(Asked(PAYER, REQUEST), world.journal):
            assert bool(world.journal.ended("recorded")) is isinstance(delta, Finished)

    async def test_a_price_that_is_not_known_is_not_made_up(self, world: World) -> None:
        world.answers("a/model", said("Yes."), prices=None)
        await world.ask()
        begun, recorded = world.journal.entries
        assert begun.made.reservation.micro_usd is None
        assert recorded.order == ledger.Settle(begun.made.reservation.entry, None, 15)

    async def test_a_limit_that_forbids_it_is_said_and_nothing_is_sent(self, world: World) -> None:
        world.answers("a/model", said("Yes."))
        world.journal.refusals["a/model"] = ModelError("budget_exceeded", "Nothing is left.")
        with pytest.raises(ModelError, match="Nothing is left"):
            await world.ask()
        assert (world.models.asked, world.journal.entries) == ([], [])

    async def test_a_reservation_on_a_day_that_is_over_is_made_anew(self, world: World) -> None:
        world.answers("a/model", said("Yes."))
        world.journal.days_over = 2
        await world.ask()
        assert world.journal.story == ["0 a/model begun", "0 a/model recorded"]

    @pytest.mark.parametrize("code", sorted(NOT_BILLED))
    async def test_what_was_turned_away_is_released(self, world: World, code: str) -> None:
        world.answers("a/model", [ModelError(code, "No.")])  # type: ignore[arg-type]
        with pytest.raises(ModelError, match="No"):
            await world.ask()
        assert world.journal.story == ["0 a/model begun", "0 a/model refused"]
        assert isinstance(world.journal.entries[-1].order, ledger.Release)

    async def test_what_may_have_been_billed_is_in_doubt(self, world: World) -> None:
        world.answers("a/model", [TextDelta("Be"), ModelError("model_timeout", "Silence.")])
        with pytest.raises(ModelError, match="Silence"):
            await world.ask()
        assert world.journal.story == ["0 a/model begun", "0 a/model in_doubt"]
        assert isinstance(world.journal.entries[-1].order, ledger.Doubt)

    async def test_what_was_counted_is_paid_and_recorded_although_it_is_of_no_use(self, world: World) -> None:
        error = ModelError("model_answer_empty", "Nothing.", usage=Usage(10, 90, reasoning_tokens=90))
        world.answers("a/model", [error])
        with pytest.raises(ModelError, match="Nothing"):
            await world.ask()
        (recorded,) = world.journal.ended("recorded")
        assert isinstance(recorded.detail, Answered)
        assert (recorded.detail.problem, recorded.detail.cost_micro_usd) == ("model_answer_empty", 380)
        assert recorded.order == ledger.Settle(recorded.made.reservation.entry, 380, 100)

    async def test_a_fault_of_ours_leaves_the_try_in_doubt_and_goes_on(self, world: World) -> None:
        world.answers("a/model", [ValueError("sk-secret")])
        with pytest.raises(ValueError, match="sk-secret"):
            await world.ask()
        (doubt,) = world.journal.ended("in_doubt")
        assert "secret" not in str(doubt.detail)
        assert "ValueError" in str(doubt.detail)
        assert world.metered == [("a", "internal", None)]

    async def test_an_answer_that_just_ends_is_not_whole(self, world: World) -> None:
        world.answers("a/model", [TextDelta("And so")])
        with pytest.raises(ModelError) as raised:
            await world.ask()
        assert raised.value.code == "model_bad_answer"

    async def test_what_was_done_otherwise_than_asked_is_on_the_record(self, world: World) -> None:
        dropped = Warned("parameter_dropped", "temperature: it takes none")
        world.answers("a/model", [dropped, *said("Yes.")], output_tokens=60)
        assert (await world.ask())[0] == dropped
        (recorded,) = world.journal.ended("recorded")
        assert isinstance(recorded.detail, Answered)
        limited, said_so = recorded.detail.warnings
        assert limited.startswith("output_limited: a/model answers with at most 60")
        assert said_so == "parameter_dropped: temperature: it takes none"
        assert world.models.asked[0].request.max_output_tokens == 60
        assert recorded.made.reservation.tokens == 67

    async def test_how_it_went_is_told_to_those_who_measure(self, world: World) -> None:
        world.answers("a/model", [SLOWER], said("Yes."))
        await world.ask()
        assert [(model, outcome.code) for model, outcome in world.outcomes] == [
            ("a/model", "model_rate_limited"),
            ("a/model", None),
        ]
        assert world.metered == [("a", "model_rate_limited", None), ("a", "completed", USAGE)]


class TestBeforeTheCall:
    async def test_a_model_that_is_not_there_or_has_no_key_costs_no_try(self, world: World) -> None:
        world.answers("b/model", said("Yes."))
        world.models.missing = {"b/model"}
        for model, code in (("a/model", "model_unknown"), ("b/model", "model_key_missing")):
            with pytest.raises(ModelError) as raised:
                await world.ask(replace(REQUEST, model=model))
            assert raised.value.code == code
        assert world.journal.entries == []

    async def test_a_model_that_cannot_do_it_is_not_asked(self, world: World) -> None:
        world.answers("a/model", said("Yes."), cannot=("tools", "vision"))
        picture = Message("user", (Image("image/png", "AAAA"),))
        wanted = (
            replace(REQUEST, tools=(Tool("look", "Look.", {}),)),
            replace(REQUEST, messages=(picture,)),
        )
        for request in wanted:
            with pytest.raises(ModelError, match="a/model cannot") as raised:
                await world.ask(request)
            assert raised.value.code == "model_incapable"
        assert world.journal.entries == []

    async def test_a_request_that_does_not_fit_is_said_with_its_count(self, world: World) -> None:
        world.answers("a/model", said("Yes."), context_tokens=1_000)
        world.tokens = 1_234
        with pytest.raises(ModelError, match=r"1,000 tokens.*1,234") as raised:
            await world.ask()
        assert raised.value.code == "model_context_exceeded"
        assert world.journal.entries == []


class TestAgain:
    async def test_a_model_that_failed_is_asked_again_twice_and_no_more(self, world: World) -> None:
        world.answers("a/model", [GONE])
        with pytest.raises(ModelError, match="gone"):
            await world.ask()
        assert [each.model for each in world.models.asked] == ["a/model"] * 3
        assert world.pauses == [0.5, 1.0]
        assert [entry.made.tried for entry in world.journal.ended("in_doubt")] == [0, 1, 2]

    async def test_the_pause_is_drawn_from_nothing_to_its_most(self, world: World) -> None:
        world.answers("a/model", [GONE], said("Yes."))
        world.chance = 0.25
        assert shown(await world.ask()) == "Yes."
        assert world.pauses == [0.125]

    async def test_a_provider_gets_the_pause_that_it_wishes_for(self, world: World) -> None:
        world.answers("a/model", [SLOWER], said("Yes."))
        assert shown(await world.ask()) == "Yes."
        assert world.pauses == [3.5]

    async def test_whoever_wishes_for_too_long_a_pause_is_left_to_the_caller(self, world: World) -> None:
        world.answers("a/model", [ModelError("model_rate_limited", "Later.", retryable=True, retry_after=60)])
        with pytest.raises(ModelError) as raised:
            await world.ask()
        assert (raised.value.retry_after, world.pauses) == (60, [])

    async def test_what_waiting_does_not_mend_is_not_tried_again(self, world: World) -> None:
        world.answers("a/model", [ModelError("model_key_refused", "No.")])
        with pytest.raises(ModelError):
            await world.ask()
        assert world.pauses == []

    async def test_nothing_is_begun_beyond_the_deadline(self, world: World) -> None:
        world.answers("a/model", [SLOWER])
        world.answers("b/model", said("Yes."))
        with pytest.raises(ModelError, match="Slower"):
            await world.ask(seconds=3.0)
        assert len(world.models.asked) == 1

    async def test_an_answer_that_was_begun_is_not_asked_for_again(self, world: World) -> None:
        world.answers("a/model", [TextDelta("Be"), GONE])
        with pytest.raises(ModelError, match="gone"):
            await world.ask()
        assert len(world.models.asked) == 1


class TestOthers:
    async def test_the_next_is_asked_where_the_first_cannot(self, world: World) -> None:
        world.answers("a/model", [ModelError("model_key_refused", "No.")])
        world.answers("b/model", said("Yes."))
        assert shown(await world.ask(world.route("a/model", "b/model"))) == "Yes."
        assert world.journal.story == ["0 a/model begun", "0 a/model refused", "1 b/model begun", "1 b/model recorded"]
        assert [entry.made.choice for entry in world.journal.entries] == [CHOICE] * 4
        assert [each.request.model for each in world.models.asked] == ["a/model", "b/model"]

    async def test_what_was_shown_of_an_answer_is_superseded_by_the_next(self, world: World) -> None:
        world.answers("a/model", [TextDelta("Be"), TextDelta("gone"), GONE])
        world.answers("b/model", said("Be", "cause."))
        assert await world.ask(world.route("a/model", "b/model")) == [
            TextDelta("Be"),
            TextDelta("gone"),
            Superseded("b/model", "model_unavailable"),
            TextDelta("Be"),
            TextDelta("cause."),
            Finished("end", USAGE, "m"),
        ]
        (recorded,) = world.journal.ended("recorded")
        assert isinstance(recorded.detail, Answered)
        assert recorded.detail.text == "Because."

    async def test_nothing_is_superseded_where_nothing_was_shown(self, world: World) -> None:
        world.answers("a/model", [Warned("x", "y"), ModelError("model_timeout", "Silence.")])
        world.answers("b/model", said("Yes."))
        deltas = await world.ask(world.route("a/model", "b/model"))
        assert not any(isinstance(delta, Superseded) for delta in deltas)

    async def test_a_cheaper_one_is_asked_where_the_budget_forbids_the_first(self, world: World) -> None:
        world.answers("a/model", said("Dear."))
        world.answers("b/model", said("Cheap."))
        world.journal.refusals["a/model"] = ModelError("budget_exceeded", "Too dear.")
        assert shown(await world.ask(world.route("a/model", "b/model"))) == "Cheap."

    async def test_one_that_cannot_do_it_or_is_not_there_is_passed_over(self, world: World) -> None:
        world.answers("a/model", said("No."), context_tokens=1)
        world.answers("c/model", said("Yes."))
        assert shown(await world.ask(world.route("a/model", "b/model", "c/model"))) == "Yes."

    async def test_one_that_has_failed_too_often_lately_is_passed_over_where_there_is_another(
        self, world: World
    ) -> None:
        world.answers("a/model", said("No."))
        world.answers("b/model", said("Yes."))
        world.shut = {"a/model", "b/model"}
        assert shown(await world.ask(world.route("a/model", "b/model"))) == "Yes."
        assert len(world.models.asked) == 1

    async def test_where_nobody_answers_the_failure_is_told_that_time_may_mend(self, world: World) -> None:
        world.answers("a/model", [GONE])
        with pytest.raises(ModelError, match="gone"):
            await world.ask(world.route("a/model", "b/model"))

    async def test_a_small_model_whose_answer_is_cut_off_gives_way_to_a_larger_one(self, world: World) -> None:
        world.answers("a/model", [TextDelta("Half"), Finished("length", USAGE, "m")])
        world.answers("b/model", [TextDelta("Half too"), Finished("length", USAGE, "m")])
        world.chosen = Chosen((), CHOICE, "complete")
        assert shown(await world.ask(world.route("a/model", "b/model"))) == "Half too"
        first, last = world.journal.ended("recorded")
        assert isinstance(first.detail, Answered)
        assert isinstance(last.detail, Answered)
        assert (first.detail.problem, last.detail.problem) == ("model_answer_unfit", "")
