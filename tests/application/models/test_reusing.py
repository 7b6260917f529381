"""What was answered a short while ago, or is being answered just now, is not asked for again, for those who say so."""

import asyncio
from contextlib import aclosing

import pytest

from application.ledger.payer import Payer
from application.models.engine import Asked
from application.models.failure import ModelError
from application.models.request import Image, Message, ModelRequest, Tool
from application.models.stream import Delta, Finished, ReasoningDelta, TextDelta
from application.tasks import ended
from domain.kernel import replace
from domain.route import Policy
from tests.application.models.engine_world import PAYER, REQUEST, USAGE, Journal, Silent, World, said, shown

CACHED = Asked(PAYER, REQUEST, cache_seconds=60)


@pytest.fixture
def world() -> World:
    world = World()
    world.answers("a/model", said("Be", "cause."))
    return world


async def hear(world: World, asked: Asked = CACHED, journal: Journal | None = None) -> list[Delta]:
    async with aclosing(world.engine().stream(asked, journal or Journal())) as deltas:
        return [delta async for delta in deltas]


class TestKept:
    async def test_an_answer_is_given_again_and_recorded_with_what_that_saves(self, world: World) -> None:
        await hear(world)
        journal = Journal()
        assert await hear(world, journal=journal) == [TextDelta("Because."), Finished("end", USAGE, "m")]
        assert len(world.models.asked) == 1
        (hit,) = journal.hits
        assert (hit.model, hit.text, hit.cost_micro_usd, journal.entries) == ("a/model", "Because.", 40, [])
        assert world.answers_kept.seconds == [60]

    async def test_none_is_older_than_its_reader_will_have_it_however_long_it_is_kept(self, world: World) -> None:
        await hear(world, replace(CACHED, cache_seconds=3_600))
        world.clock.move(60)
        await hear(world)
        assert len(world.models.asked) == 1
        world.clock.move(1)
        await hear(world)
        assert len(world.models.asked) == 2
        world.clock.move(60)
        await hear(world)
        assert len(world.models.asked) == 2

    async def test_a_route_with_another_policy_serves_no_earlier_answer_and_one_that_is_gone_serves_none(
        self, world: World
    ) -> None:
        asked = replace(CACHED, request=world.route("a/model"))
        cheapest, fastest = Policy(strategy="cheapest"), Policy(strategy="fastest")
        told: list[int] = []
        for policy in (cheapest, cheapest, fastest, cheapest):
            world.policies["route/auto"] = policy
            await hear(world, asked)
            told.append(len(world.models.asked))
        assert told == [1, 1, 2, 2]
        world.policies.clear()
        await hear(world, asked)
        assert len(world.models.asked) == 3

    async def test_what_the_model_thought_comes_again_too(self, world: World) -> None:
        world.answers("a/model", [ReasoningDelta("Hm", "signed"), *said("Yes.")])
        await hear(world)
        assert (await hear(world))[0] == ReasoningDelta("Hm", "signed")

    async def test_nothing_is_kept_or_looked_up_for_those_who_do_not_say_so(self, world: World) -> None:
        await hear(world, Asked(PAYER, REQUEST))
        await hear(world)
        await hear(world, Asked(PAYER, REQUEST))
        assert len(world.models.asked) == 3

    @pytest.mark.parametrize(
        "request_",
        [
            replace(REQUEST, tools=(Tool("act", "Act.", {}),)),
            replace(REQUEST, messages=(Message("user", (Image(url="https://example.com/a.png"),)),)),
        ],
    )
    async def test_what_may_act_or_change_is_asked_each_time(self, world: World, request_: ModelRequest) -> None:
        for _ in range(2):
            await hear(world, replace(CACHED, request=request_))
        assert len(world.models.asked) == 2

    @pytest.mark.parametrize(
        "other",
        [
            replace(REQUEST, instructions="Answer otherwise."),
            replace(REQUEST, max_output_tokens=99),
            replace(REQUEST, effort="high"),
            replace(REQUEST, sampling=replace(REQUEST.sampling, temperature=0.1)),
        ],
    )
    async def test_all_of_a_request_shapes_its_answer(self, world: World, other: ModelRequest) -> None:
        await hear(world)
        await hear(world, replace(CACHED, request=other))
        assert len(world.models.asked) == 2

    async def test_another_workspace_has_answers_of_its_own(self, world: World) -> None:
        await hear(world)
        await hear(world, replace(CACHED, payer=Payer(PAYER.user_id, PAYER.user_id)))
        assert len(world.models.asked) == 2

    async def test_an_answer_that_was_cut_off_is_not_kept(self, world: World) -> None:
        world.answers("a/model", [TextDelta("Be"), Finished("length", USAGE, "m")])
        for _ in range(2):
            await hear(world)
        assert len(world.models.asked) == 2


class TestTogether:
    async def test_one_who_waits_takes_no_answer_that_is_too_old_from_the_one_who_went_ahead(
        self, world: World
    ) -> None:
        await hear(world)
        world.clock.move(3_600)
        journal = Journal()
        world.answers_kept.misses = 1
        patient = hear(world, replace(CACHED, cache_seconds=86_400))
        answers = await asyncio.gather(patient, hear(world, journal=journal))
        assert [shown(answer) for answer in answers] == ["Because."] * 2
        assert (len(world.models.asked), journal.hits) == (2, [])
        assert "0 a/model recorded" in journal.story

    async def test_of_many_who_ask_for_the_same_one_asks_a_model(self, world: World) -> None:
        journals = [Journal() for _ in range(10)]
        answers = await asyncio.gather(*(hear(world, journal=journal) for journal in journals))
        assert {shown(answer) for answer in answers} == {"Because."}
        assert len(world.models.asked) == 1
        assert sorted(len(journal.hits) for journal in journals) == [0, *[1] * 9]
        assert world.leases.holders == {}

    async def test_where_that_one_fails_each_asks_by_itself(self, world: World) -> None:
        world.answers("a/model", [ModelError("model_request_refused", "No.")])
        failed = await asyncio.gather(*(hear(world) for _ in range(3)), return_exceptions=True)
        assert [str(each) for each in failed] == ["No."] * 3
        assert len(world.models.asked) == 3

    async def test_where_that_one_goes_away_the_others_are_not_left_waiting(self, world: World) -> None:
        world.answers("a/model", [TextDelta("Be"), Silent()], said("Because."))
        first = asyncio.create_task(hear(world))
        await world.models.silent.wait()
        second = asyncio.create_task(hear(world))
        await asyncio.sleep(0)
        await ended(first)
        assert shown(await second) == "Because."
        assert world.leases.holders == {}

    async def test_one_who_waits_may_go_away_without_the_others(self, world: World) -> None:
        world.answers("a/model", [TextDelta("Be"), Silent()])
        first = asyncio.create_task(hear(world))
        await world.models.silent.wait()
        second = asyncio.create_task(hear(world))
        await asyncio.sleep(0)
        await ended(second)
        assert not first.done()
        assert world.models.open == 1
        await ended(first)

    async def test_another_replica_waits_for_the_answer_too(self, world: World) -> None:
        world.answers("a/model", [TextDelta("Be"), Silent()])
        first = asyncio.create_task(hear(world))
        await world.models.silent.wait()
        world.reusing = world.replica()
        world.answers("a/model", said("Because."))
        journal = Journal()
        second = asyncio.create_task(hear(world, journal=journal))
        for _ in range(10):
            await asyncio.sleep(0)
        assert len(world.models.asked) == 1
        await ended(first)
        assert shown(await second) == "Because."
        assert len(world.models.asked) == 2

    async def test_leases_that_are_away_keep_nobody_from_an_answer(self, world: World) -> None:
        world.leases.away.gone = True
        assert shown(await hear(world)) == "Because."
