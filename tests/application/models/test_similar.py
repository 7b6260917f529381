"""A question that is nearly one that was answered gets that one's answer, where somebody wants that and it is safe."""

import asyncio
import math
from contextlib import aclosing

import pytest

from application.models.engine import Asked
from application.models.failure import ModelError
from application.models.request import Document, Format, Image, Message, Part, Reasoning, Text, Tool
from application.models.similar import LONGEST, UNCONFIGURED, Vector
from application.models.stream import Delta, Finished, TextDelta
from domain.kernel import replace
from domain.route import Policy
from tests.application.models.engine_world import PAYER, REQUEST, STREAM, USAGE, Journal, World, said, shown
from tests.support.embeddings_server import vector

QUESTION = "Please tell me in one sentence why the tides of the sea come and go."
NEARLY = "please, tell me in one sentence why the tides of the seas come and go!"
FURTHER = "Please tell me in a sentence why the tides of the sea come and go."
OTHER = "How is bread made, and of what flour?"
SCHEMA = Format("answer", {"type": "object"})


class Trigrams:
    """The model of the local server of embeddings, without the server."""

    model = "trigrams"

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.failure: ModelError | None = None

    async def vector(self, text: str) -> Vector:
        self.texts.append(text)
        await asyncio.sleep(0)
        if self.failure is not None:
            raise self.failure
        given = vector(text)
        return tuple(each / math.hypot(*given) for each in given)


@pytest.fixture
def trigrams() -> Trigrams:
    return Trigrams()


@pytest.fixture
def world(trigrams: Trigrams) -> World:
    world = World()
    world.answers("a/model", said("The ", "Moon."), said("Otherwise."))
    world.embeddings = trigrams
    world.reusing = world.replica()
    return world


def asked(*parts: str | Part, before: tuple[Message, ...] = (), least: float | None = 0.95, **others: object) -> Asked:
    last = Message("user", tuple(Text(part) if isinstance(part, str) else part for part in parts))
    request = replace(REQUEST, **{"messages": (*before, last)} | others)
    return Asked(PAYER, request, cache_seconds=60, cache_similarity=least)


async def hear(world: World, wish: Asked, journal: Journal | None = None) -> list[Delta]:
    async with aclosing(world.engine().stream(wish, journal or Journal())) as deltas:
        return [delta async for delta in deltas]


async def warnings(world: World, wish: Asked) -> tuple[str, ...]:
    journal = Journal()
    await hear(world, wish, journal)
    (entry,) = journal.ended("recorded")
    return entry.detail.warnings  # type: ignore[union-attr]  # what is recorded is an answer


class TestHit:
    async def test_it_is_on_record_with_how_alike_it_is_what_it_saved_and_whose_answer_it_was(
        self, world: World
    ) -> None:
        await hear(world, asked(QUESTION))
        journal = Journal()
        told = await hear(world, asked(NEARLY), journal)
        assert told == [TextDelta("The Moon."), Finished("end", USAGE, "m")]
        (hit,) = journal.hits
        assert hit.similarity is not None
        assert 0.95 < hit.similarity < 1.0
        assert (hit.model, hit.cost_micro_usd, hit.source, journal.entries) == ("a/model", 40, STREAM, [])
        assert len(world.models.asked) == 1

    async def test_the_same_question_is_a_hit_as_such_and_asks_for_no_vector(
        self, world: World, trigrams: Trigrams
    ) -> None:
        journal = Journal()
        await hear(world, asked(QUESTION))
        await hear(world, asked(QUESTION), journal)
        assert (journal.hits[0].similarity, journal.hits[0].source) == (None, STREAM)
        assert trigrams.texts == [QUESTION]

    async def test_the_nearest_of_several_answers(self, world: World) -> None:
        await hear(world, asked(FURTHER))
        await hear(world, asked(QUESTION, least=1.0))
        assert shown(await hear(world, asked(NEARLY, least=0.9))) == "Otherwise."
        assert len(world.models.asked) == 2

    async def test_an_answer_that_was_given_again_so_answers_no_third_question(self, world: World) -> None:
        await hear(world, asked(QUESTION))
        await hear(world, asked(NEARLY))
        assert [len(each) for each in world.neighbours.kept.values()] == [1]

    async def test_what_is_less_alike_than_is_wanted_is_asked_anew(self, world: World) -> None:
        await hear(world, asked(QUESTION))
        for wish in (asked(OTHER), asked(FURTHER, least=0.97), asked(NEARLY, least=1.0)):
            assert shown(await hear(world, wish)) == "Otherwise."
        assert len(world.models.asked) == 4

    async def test_none_is_older_than_its_reader_will_have_it(self, world: World) -> None:
        await hear(world, replace(asked(QUESTION), cache_seconds=3_600))
        world.clock.move(61)
        await hear(world, asked(NEARLY))
        assert len(world.models.asked) == 2

    async def test_one_whose_answer_is_gone_leads_to_the_next(self, world: World) -> None:
        await hear(world, asked(QUESTION))
        first = dict(world.answers_kept.kept)
        await hear(world, asked(FURTHER, least=1.0))
        for same in first:
            del world.answers_kept.kept[same]
        assert shown(await hear(world, asked(NEARLY, least=0.9))) == "Otherwise."
        assert len(world.models.asked) == 2


class TestApart:
    @pytest.mark.parametrize(
        "other",
        [
            asked(NEARLY, model="b/model"),
            asked(NEARLY, instructions="Answer otherwise."),
            asked(NEARLY, max_output_tokens=99),
            asked(NEARLY, effort="high"),
            asked(NEARLY, format=SCHEMA),
            asked(NEARLY, sampling=replace(REQUEST.sampling, temperature=0.1)),
            asked("Be brief.", NEARLY),
            asked(NEARLY, before=(Message("user", (Text("Hello."),)), Message("assistant", (Text("Hello!"),)))),
            asked(Document("Question", NEARLY)),
            replace(asked(NEARLY), payer=replace(PAYER, workspace_id=PAYER.user_id)),
        ],
    )
    async def test_all_but_the_end_of_a_request_has_to_be_the_same(self, world: World, other: Asked) -> None:
        world.answers("b/model", said("From b."))
        await hear(world, asked(QUESTION))
        journal = Journal()
        await hear(world, other, journal)
        assert journal.hits == []

    async def test_the_end_may_differ_after_the_same_conversation_schema_and_document(self, world: World) -> None:
        before = (Message("user", (Text("Hello."),)), Message("assistant", (Reasoning("Hm", "signed"), Text("Hello!"))))
        for text in (QUESTION, NEARLY):
            await hear(world, asked("Be brief.", Document("Question", text), before=before, format=SCHEMA))
        assert len(world.models.asked) == 1

    @pytest.mark.parametrize(
        ("one", "other"),
        [(" in the year 1999?", " in the year 2000?"), (" for 2 people and 4 days", " for 4 people and 2 days")],
    )
    async def test_other_numbers_make_another_question(self, world: World, one: str, other: str) -> None:
        wishes = [asked(QUESTION + each, least=0.9) for each in (one, other, one + "!")]
        told = [shown(await hear(world, wish)) for wish in wishes]
        assert told == ["The Moon.", "Otherwise.", "The Moon."]

    async def test_a_route_with_another_policy_is_another_one(self, world: World) -> None:
        world.route("a/model")
        for policy, text in ((Policy(strategy="cheapest"), QUESTION), (Policy(strategy="fastest"), NEARLY)):
            world.policies["route/auto"] = policy
            await hear(world, asked(text, model="route/auto"))
        assert len(world.models.asked) == 2

    async def test_vectors_of_another_model_of_embeddings_are_not_compared(
        self, world: World, trigrams: Trigrams
    ) -> None:
        await hear(world, asked(QUESTION))
        trigrams.model = "others"
        await hear(world, asked(NEARLY))
        assert len(world.models.asked) == 2


class TestUnlooked:
    @pytest.mark.parametrize(
        "wish",
        [
            asked(NEARLY, least=None),
            asked(NEARLY, tools=(Tool("act", "Act.", {}),)),
            asked(Image("image/png", "aGk="), NEARLY),
            asked("word " * (LONGEST // 5 + 1)),
            asked("   "),
            asked(NEARLY, before=(Message("user", (Image(url="https://example.com/a.png"),)),)),
            replace(asked(NEARLY), cache_seconds=0),
            asked(before=(Message("user", (Text(NEARLY),)),)),
            asked(messages=()),
            replace(asked(), request=replace(REQUEST, messages=(Message("assistant", (Text(NEARLY),)),))),
        ],
    )
    async def test_what_cannot_be_compared_or_should_not_be_asks_for_no_vector(
        self, world: World, trigrams: Trigrams, wish: Asked
    ) -> None:
        assert await warnings(world, wish) == ()
        assert trigrams.texts == []

    async def test_who_wants_the_same_question_only_is_not_given_another_ones_answer(self, world: World) -> None:
        await hear(world, asked(QUESTION))
        near, exact = await asyncio.gather(hear(world, asked(NEARLY)), hear(world, asked(NEARLY, least=None)))
        assert (shown(near), shown(exact)) == ("The Moon.", "Otherwise.")


class TestAway:
    async def test_where_there_are_no_embeddings_a_model_is_asked_and_the_record_tells_why(
        self, world: World, trigrams: Trigrams
    ) -> None:
        await hear(world, asked(QUESTION))
        trigrams.failure = ModelError("model_unavailable", "it is gone")
        told = await warnings(world, asked(NEARLY))
        assert told == ("similar questions were not looked for: it is gone",)
        assert [len(each) for each in world.neighbours.kept.values()] == [1]
        assert len(world.models.asked) == 2

    async def test_where_none_are_configured_too(self, world: World) -> None:
        world.embeddings = None
        world.reusing = world.replica()
        assert await warnings(world, asked(QUESTION)) == (UNCONFIGURED,)


async def test_of_many_who_ask_nearly_the_same_at_a_time_each_gets_an_answer(world: World) -> None:
    await hear(world, asked(QUESTION))
    journals = [Journal() for _ in range(5)]
    told = await asyncio.gather(*(hear(world, asked(NEARLY), journal) for journal in journals))
    assert {shown(each) for each in told} == {"The Moon."}
    assert [len(journal.hits) for journal in journals] == [1] * 5
    assert len(world.models.asked) == 1
    assert world.leases.holders == {}
