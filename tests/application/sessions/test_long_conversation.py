"""A conversation that is much longer than its model takes: each compaction is on the record, and a pin is kept."""

import asyncio
import random
import re
from collections.abc import Sequence
from functools import partial
from itertools import islice, pairwise
from statistics import mean
from typing import Any
from uuid import UUID

import msgspec

from application.intelligence import compactions, requests
from application.models.failure import ModelError
from application.models.request import Message, ModelRequest, Text
from application.models.stream import Delta
from application.orchestration.tools import Tool
from application.policies.session_answers import AnswerJob
from application.sessions import telling
from application.sessions.asking import Posted
from domain import session_commands
from domain.run_state import FIRST_SUMMARY
from domain.run_values import Conversation
from domain.session_events import Compacted
from domain.session_state import Session
from tests.application.narrow import COUNTER, FAMILY, STEP, NarrowWorld, says, wants, words
from tests.application.sessions.talking import Talk
from tests.application.world import ADA, WORKSPACE

FACT = "Remember this: the code of the old safe is 4711-blue."
ASKED = "What is the code of the old safe?"
UNKNOWN = "Nobody has told me."


class Writer:
    """Says something new each time, in a few sentences."""

    def __init__(self, sentences: int, seed: int = 7) -> None:
        self._chance = random.Random(seed)
        self._sentences = sentences
        self._words = [
            f"{first}{second}" for first in ("tur", "ti", "wa", "bay") for second in ("bine", "de", "ve", "s")
        ]

    def text(self) -> str:
        return " ".join(self._sentence() for _ in range(self._sentences))

    def _sentence(self) -> str:
        return " ".join(self._chance.choices(self._words, k=12)).capitalize() + f" {self._chance.randrange(10**6)}."


def of(sentences: int) -> Any:
    """Answers from what it is told where it is asked for the code, and else at length."""
    writer = Writer(sentences)

    def answer(request: ModelRequest) -> Sequence[Delta | Exception]:
        last = "".join(part.text for part in request.messages[-1].parts if isinstance(part, Text))
        if ASKED not in last:
            return says(writer.text())
        found = re.search(r"the code of the old safe is (\S+)\.", words(request))
        return says(found.group(1) if found else UNKNOWN)

    return answer


class LongTalk:
    """Somebody and an agent whose model takes little."""

    def __init__(self, narrow: NarrowWorld) -> None:
        self.narrow = narrow
        self.talk = Talk(narrow.world)
        self.session_id = UUID(int=0)
        self.counted = 0, 0

    async def begin(self, text: str, **more: Any) -> Posted:
        posted = await self.talk.start(text, agent_id=await self.narrow.agent(**more))
        self.session_id = posted.session_id
        await self.finish(posted)
        return posted

    async def ask(self, text: str) -> str:
        """The answer."""
        posted = await self.talk.post(self.session_id, text)
        await self.finish(posted)
        return await self.talk.said(await self.talk.message(posted))

    async def finish(self, posted: Posted) -> None:
        assert posted.ids is not None
        await self.narrow.world.perform(posted.ids.run_id, STEP)
        where = Conversation(posted.session_id, posted.ids.answer_id)
        await self.talk.endings.end(AnswerJob(WORKSPACE, posted.ids.run_id, where))

    async def pin(self, message_id: UUID) -> None:
        await self.narrow.world.do(self.session_id, session_commands.PinMessage(message_id), ADA)

    def compacted(self) -> list[Compacted]:
        events = self.narrow.world.store.events(self.session_id)
        return [event for event in events if isinstance(event, Compacted)]

    async def session(self) -> Session:
        return await self.talk.session(self.session_id)

    def stored(self) -> int:
        """Bytes of the events and texts since this was asked last."""
        world, (events, texts) = self.narrow.world, self.counted
        new = sum(len(msgspec.json.encode(recorded.event)) for recorded in world.store.log[events:])
        new += sum(len(text.encode()) for text in islice(world.payloads.texts.values(), texts, None))
        self.counted = len(world.store.log), len(world.payloads.texts)
        return new


async def test_500_turns_and_400_000_tokens_are_worked_off_on_a_model_that_takes_32_000() -> None:
    narrow = NarrowWorld(of(28), tokens=32_000)
    long, writer, stored = LongTalk(narrow), Writer(28, seed=8), list[int]()
    posted = await long.begin(FACT)
    assert posted.ids is not None
    await long.pin(posted.ids.message_id)
    long.stored()
    for _ in range(499):
        question = writer.text()
        answer = await long.ask(question)
        stored.append(long.stored() - len(question) - len(answer))
    assert await long.ask(ASKED) == "4711-blue"
    session = await long.session()
    said = [await long.talk.said(message) for message in session.messages.values()]
    assert sum(_tokens(text) for text in said) > 400_000
    assert max(narrow.model.counts) <= 31_000
    made = long.compacted()
    assert len(made) >= 10
    assert [each.replaced for each in made] == sorted(each.replaced for each in made)
    for each in made:
        assert each.tokens_before > 0.85 * 31_000 > 0.55 * 31_000 > each.tokens_after
        assert await narrow.text(each.summary)
    shown = await compactions.of_session(session, made, partial(narrow.world.payloads.get, WORKSPACE))
    assert all(each.readable for each in shown)
    assert [len(each.messages) - each.replaced for each in shown] == [1] * len(made), "all but what is pinned"
    assert words(narrow.model.requests[-1]).count(FACT) == 1
    early, late = mean(stored[64:160]), mean(stored[-96:])
    assert late < 1.1 * early, "a turn takes as much at the end as at the beginning"
    assert max(stored[400:]) <= 1.1 * max(stored[:100])


async def test_without_a_pin_only_a_summary_is_told_of_a_message_and_the_record_has_it_whole() -> None:
    narrow = NarrowWorld(of(28), summary=lambda request: says("They spoke of tides."))
    long, writer = LongTalk(narrow), Writer(28, seed=8)
    posted = await long.begin(FACT, summary_model="openai/cheap")
    for _ in range(30):
        await long.ask(writer.text())
    assert await long.ask(ASKED) == UNKNOWN
    assert posted.ids is not None
    first = (await long.session()).messages[posted.ids.message_id]
    assert await long.talk.said(first) == FACT


async def test_between_two_compactions_what_is_told_goes_on_where_it_ended() -> None:
    narrow = NarrowWorld(of(28), tokens=16_000)
    long, writer = LongTalk(narrow), Writer(28, seed=8)
    await long.begin("Hello?")
    for _ in range(30):
        await long.ask(writer.text())
    same = [
        after.messages[: len(before.messages)] == before.messages for before, after in pairwise(narrow.model.requests)
    ]
    assert same.count(False) == len(long.compacted())
    assert same.count(True) > 3 * same.count(False)


async def test_each_request_can_be_read_back_from_the_record() -> None:
    narrow = NarrowWorld(of(28))
    long, writer = LongTalk(narrow), Writer(28, seed=8)
    await long.begin("Hello?")
    for _ in range(20):
        await long.ask(writer.text())

    async def load(ref: Any) -> str:
        return await long.talk.texts.text(WORKSPACE, ref)

    runs = [message.run_id for message in (await long.session()).messages.values() if message.run_id]
    calls = [call for run_id in runs for call in (await narrow.step(run_id)).calls]
    made = [await requests.whole(call.request, load) for call in calls if call.request]
    assert [each.messages for each in made] == [each.messages for each in narrow.model.requests]


async def test_another_attempt_at_an_answer_asks_the_same_and_makes_no_other_summary() -> None:
    answers = of(28)
    narrow = NarrowWorld(answers)
    long, writer = LongTalk(narrow), Writer(28, seed=8)
    gone = ModelError("model_unavailable", "It is gone.", retryable=True)
    await long.begin("Hello?")
    while not long.compacted():
        narrow.model.answer = lambda request: [gone] if telling.SUMMARISED in words(request) else answers(request)
        posted = await long.talk.post(long.session_id, writer.text())
        await long.finish(posted)
    narrow.model.answer = answers
    assert posted.ids is not None
    await narrow.world.perform(posted.ids.run_id, STEP, 2)
    assert narrow.model.requests[-1] == narrow.model.requests[-2]
    assert len(long.compacted()) == 1
    run = await narrow.world.run(posted.ids.run_id)
    assert run.status == "completed"


async def test_the_model_that_is_set_for_it_makes_the_summary_as_a_paid_call_of_the_answer() -> None:
    narrow = NarrowWorld(of(28), summary=lambda request: says("They spoke of tides."))
    long, writer = LongTalk(narrow), Writer(28, seed=8)
    await long.begin("Hello?", summary_model="openai/cheap")
    while len(long.compacted()) < 2:
        await long.ask(writer.text())
    first, second = long.compacted()
    assert (first.method, await narrow.text(first.summary)) == ("summarised", "They spoke of tides.")
    session = await long.session()
    runs = [message.run_id for message in session.messages.values() if message.run_id]
    paid = [call for run_id in runs for call in (await narrow.step(run_id)).calls if call.call >= FIRST_SUMMARY]
    assert [call.call for call in paid] == [FIRST_SUMMARY] * 2
    assert all(call.cost_micro_usd for call in paid)
    assert "They spoke of tides." in words(narrow.cheap.requests[1]), "the second is made of the first, too"
    assert second.replaced > first.replaced


async def test_questions_that_nobody_answered_are_told_word_for_word() -> None:
    answers = of(28)
    narrow = NarrowWorld(answers)
    long, writer = LongTalk(narrow), Writer(28, seed=8)
    await long.begin("Hello?")
    narrow.model.answer = lambda request: [ModelError("model_request_refused", "No.")]
    failed = await long.talk.post(long.session_id, "When is the boat due?")
    await long.finish(failed)
    narrow.model.answer = answers
    while len(long.compacted()) < 2:
        await long.ask(writer.text())
    assert words(narrow.model.requests[-1]).count("When is the boat due?") == 1


async def test_tools_that_are_in_doubt_are_kept_in_mind_in_every_summary() -> None:
    called = asyncio.Event()

    async def pay(call: Any) -> Any:
        del call
        called.set()
        await asyncio.Event().wait()

    async def anything(call: Any) -> None:
        del call

    tool = Tool("pay", "Pays.", {"type": "object"}, {}, act=pay, effect="money")
    answers = of(28)
    narrow = NarrowWorld(answers, tool, door=anything)
    long, writer = LongTalk(narrow), Writer(28, seed=8)
    await long.begin("Hello?")
    narrow.model.answer = lambda request: wants(("pay", '{"usd": 5}'))
    posted = await long.talk.post(long.session_id, "Pay it.")
    assert posted.ids is not None
    working = narrow.world.begin(posted.ids.run_id, STEP)
    await called.wait()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    narrow.model.answer = answers
    await narrow.world.perform(posted.ids.run_id, STEP, 2)
    where = Conversation(posted.session_id, posted.ids.answer_id)
    await long.talk.endings.end(AnswerJob(WORKSPACE, posted.ids.run_id, where))
    while len(long.compacted()) < 2:
        await long.ask(writer.text())
    for each in long.compacted():
        assert '- nobody knows whether pay {"usd": 5} was done' in await narrow.text(each.summary)


def _tokens(text: str) -> int:
    return COUNTER.count(ModelRequest("fake/model", "answer", "", (Message("user", (Text(text),)),)), FAMILY)
