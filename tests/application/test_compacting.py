"""An agent whose turns become too long for its model: they are told shorter, on the record, and nothing is lost."""

import asyncio
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import pytest

from application.intelligence import accounting, compactions, conversation, requests
from application.models.failure import ModelError
from application.models.request import ModelRequest
from application.models.stream import Delta
from application.orchestration.texts import Texts
from application.orchestration.tools import Arguments, Tool, ToolCall
from domain import agent, run_commands
from domain.run_state import FIRST_SUMMARY
from tests.application.narrow import COUNTER, FAMILY, STEP, NarrowWorld, results, says, wants, words
from tests.application.world import WORKSPACE

ANY: dict[str, Any] = {"type": "object"}
LONG = "The tide at station {n} turned the turbine of the bay for {n} hours before dawn. "
GONE = ModelError("model_unavailable", "It is gone.", retryable=True)


def look_up(times: int = 60) -> Tool:
    """A tool that gives about a thousand tokens, other ones each time."""
    count = iter(range(1_000))

    async def call(arguments: Arguments) -> Any:
        del arguments
        number = next(count)
        return " ".join(LONG.format(n=number * 100 + line) for line in range(times))

    return Tool("look-up", "Looks it up.", ANY, {}, call)


def turns(*answers: Sequence[Delta | Exception]) -> Any:
    """One answer after the other; the last one again and again."""
    left: Iterator[Sequence[Delta | Exception]] = iter(answers)
    last = answers[-1]
    return lambda request: next(left, last)


def looks(times: int) -> list[list[Delta | Exception]]:
    return [wants(("look-up", f'{{"n": {number}}}'), words=f"I look for {number}.") for number in range(times)]


async def anything(call: ToolCall) -> None:
    del call


async def test_stale_results_of_tools_are_left_out_the_oldest_first_and_the_model_is_told_so() -> None:
    narrow = NarrowWorld(turns(*looks(8), says("Found.")), look_up())
    run_id = await narrow.start()
    await narrow.world.perform(run_id, STEP)
    assert await narrow.world.output(run_id) == "Found."
    first, *_ = made = narrow.compacted(run_id)
    assert first.method == "dropped"
    assert first.replaced[0] == "tool:0.0"
    assert first.tokens_after < 0.55 * 7_000 < 0.85 * 7_000 < first.tokens_before
    names = [name for each in made for name in each.replaced]
    assert names == sorted(names), "each once, from the oldest on"
    told = [each.text for each in results(narrow.model.requests[-1])]
    left_out = [text.startswith("[left out: ") for text in told]
    assert left_out[0], "the oldest is gone"
    assert not left_out[-1], "the newest never is"
    assert "call the tool again if you need it]" in told[0]
    assert max(narrow.model.counts) <= 7_000


async def test_what_is_told_shorter_is_on_the_record_whole_and_each_request_can_be_read_back() -> None:
    narrow = NarrowWorld(turns(*looks(8), says("Found.")), look_up())
    run_id = await narrow.start()
    await narrow.world.perform(run_id, STEP)
    step, texts = await narrow.step(run_id), Texts(narrow.world.payloads)
    outputs = [await narrow.text(used.output) for used in step.tools]
    assert [LONG.format(n=number * 100).strip() in text for number, text in enumerate(outputs)] == [True] * 8

    async def load(ref: Any) -> str:
        return await texts.text(WORKSPACE, ref)

    made = [await requests.whole(call.request, load) for call in step.calls if call.request]
    assert [each.messages for each in made] == [each.messages for each in narrow.model.requests]


async def test_each_compaction_says_what_it_stands_for_and_whether_that_can_be_read() -> None:
    said = [wants(("look-up", "{}"), words=LONG.format(n=number) * 60) for number in range(12)]
    narrow = NarrowWorld(turns(*said, says("Found.")), look_up(times=6))
    run_id = await narrow.start()
    await narrow.world.perform(run_id, STEP)
    step, load = await narrow.step(run_id), partial(narrow.world.payloads.get, WORKSPACE)
    shown = await compactions.of_step(step, narrow.compacted(run_id), load)
    assert {each.method for each in shown} == {"dropped", "extracted"}
    assert all(each.readable for each in shown)
    titles = {part.part: part.title for each in shown for part in each.replaced}
    assert titles["turn:0"] == "turn 1"
    assert {title for part, title in titles.items() if part.startswith("tool:")} == {"look-up"}
    assert any(part.startswith("summary:") for part in titles), "a later summary stands for the one before it"
    gone = step.used(0, 0)
    assert gone is not None
    assert gone.output is not None
    del narrow.world.payloads.texts[WORKSPACE, gone.output.sha256]
    shown = await compactions.of_step(step, narrow.compacted(run_id), load)
    lost = [part.part for each in shown for part in each.replaced if not part.readable]
    assert lost == ["tool:0.0", "turn:0"]
    assert [each.readable for each in shown].count(False) == 2


async def test_between_two_compactions_each_request_begins_with_the_one_before_it() -> None:
    narrow = NarrowWorld(turns(*looks(14), says("Found.")), look_up(times=30))
    run_id = await narrow.start()
    await narrow.world.perform(run_id, STEP)
    shortened = {each.call for each in narrow.compacted(run_id)}
    assert len(shortened) >= 2
    asked = list(enumerate(pairwise(narrow.model.requests), 1))
    assert len(asked) - len(shortened) > 2 * len(shortened), "most requests go on where the one before ends"
    for call, (before, after) in asked:
        same = after.messages[: len(before.messages)] == before.messages
        assert same == (call not in shortened)
        assert (after.instructions, after.tools, after.messages[0]) == (
            before.instructions,
            before.tools,
            before.messages[0],
        )


async def test_another_attempt_asks_the_same_bytes_and_shortens_nothing_twice() -> None:
    answers = turns(*looks(6), [GONE], says("Found."))
    narrow = NarrowWorld(answers, look_up())
    run_id = await narrow.start()
    await narrow.world.perform(run_id, STEP)
    assert narrow.compacted(run_id)
    before = len(narrow.compacted(run_id))
    step = await narrow.step(run_id)
    assert (step.status, step.attempt) == ("scheduled", 2)
    await narrow.world.perform(run_id, STEP, 2)
    assert await narrow.world.output(run_id) == "Found."
    assert len(narrow.compacted(run_id)) == before
    assert narrow.model.requests[-1] == narrow.model.requests[-2]


async def test_a_summary_stands_for_old_turns_where_leaving_out_is_not_enough() -> None:
    said = [wants(("look-up", "{}"), words=LONG.format(n=number) * 60) for number in range(12)]
    narrow = NarrowWorld(turns(*said, says("Found.")), look_up(times=1))
    run_id = await narrow.start()
    await narrow.world.perform(run_id, STEP)
    made = [each for each in narrow.compacted(run_id) if each.method == "extracted"]
    assert made[0].replaced[0] == "turn:0"
    assert made[1].replaced[0] == f"summary:{made[0].call}"
    summary = await narrow.text(made[-1].summary)
    told = narrow.model.requests[-1]
    assert summary in words(told)
    assert [message.role for message in told.messages][:2] == ["user", "assistant"]
    assert "station 11" in words(told), "the newest turn is told whole"
    assert all(message.role != after.role for message, after in pairwise(told.messages))
    origins = {portion.origin: portion for portion in accounting.portions(told, COUNTER, FAMILY)}
    assert origins["summary"].text.endswith(f"{summary}\n</document>")
    assert origins["summary"].untrusted
    assert max(narrow.model.counts) <= 7_000


async def test_what_was_done_and_what_is_in_doubt_is_never_summarised_away() -> None:
    hold, called = asyncio.Event(), asyncio.Event()

    async def pay(call: ToolCall) -> Any:
        if call.arguments["usd"] == 7:
            called.set()
            await hold.wait()
        return "paid"

    tool = Tool("pay", "Pays.", ANY, {}, act=pay, effect="money")
    talk = [wants(("look-up", "{}"), words=LONG.format(n=number) * 60) for number in range(12)]
    answers = turns(wants(("pay", '{"usd": 5}')), wants(("pay", '{"usd": 7}')), *talk, says("Found."))
    narrow = NarrowWorld(answers, look_up(times=1), tool, door=anything)
    run_id = await narrow.start()
    working = narrow.world.begin(run_id, STEP)
    await called.wait()
    working.cancel()
    await asyncio.gather(working, return_exceptions=True)
    await narrow.world.perform(run_id, STEP, 2)
    assert await narrow.world.output(run_id) == "Found."
    folded = {name for each in narrow.compacted(run_id) for name in each.replaced}
    assert "turn:0" in folded
    assert "turn:1" not in folded, "nobody knows whether it was done"
    assert conversation.IN_DOUBT in [each.text for each in results(narrow.model.requests[-1])]
    assert '- pay {"usd": 5} was done' in words(narrow.model.requests[-1])
    paid = [used for used in (await narrow.step(run_id)).tools if used.tool == "pay"]
    assert [used.status for used in paid] == ["ended", "in_doubt"]


async def test_a_model_that_is_set_for_it_makes_the_summary_and_is_paid_once() -> None:
    said = [wants(("look-up", "{}"), words=LONG.format(n=number) * 60) for number in range(6)]
    narrow = NarrowWorld(
        turns(*said, [GONE], says("Found.")), look_up(times=1), summary=lambda request: says("Six stations so far.")
    )
    run_id = await narrow.start(summary_model="openai/cheap")
    await narrow.world.perform(run_id, STEP)
    await narrow.world.perform(run_id, STEP, 2)
    assert await narrow.world.output(run_id) == "Found."
    made = [each for each in narrow.compacted(run_id) if each.method == "summarised"]
    assert [await narrow.text(each.summary) for each in made] == ["Six stations so far."] * len(made)
    calls = [call for call in (await narrow.step(run_id)).calls if call.call >= FIRST_SUMMARY]
    assert [call.call - FIRST_SUMMARY for call in calls] == [each.call for each in made]
    assert all(call.cost_micro_usd for call in calls)
    assert len(narrow.cheap.requests) == len(made)
    assert "Six stations so far." in words(narrow.model.requests[-1])
    shown = "".join(text for *_, text, _ in narrow.world.live.said)
    assert "Found." in shown
    assert "Six stations" not in shown, "nobody who watches takes it for the answer"


async def test_a_summary_that_was_paid_for_by_a_lost_attempt_is_not_paid_again() -> None:
    said = [wants(("look-up", "{}"), words=LONG.format(n=number) * 60) for number in range(6)]
    narrow = NarrowWorld(turns(*said, says("Found.")), look_up(times=1))
    run_id = await narrow.start(summary_model="openai/cheap")

    def summary(request: ModelRequest) -> Sequence[Delta | Exception]:
        del request
        narrow.world.store.before_append += [recorded, lost, lost]
        return says("Six stations so far.")

    async def recorded() -> None:
        """The append that puts the summary on the record."""

    async def lost() -> None:
        raise RuntimeError("the process is gone")

    narrow.cheap.answer = summary
    with pytest.raises(RuntimeError, match="gone"):
        await narrow.world.perform(run_id, STEP)
    assert not narrow.compacted(run_id)
    assert len(narrow.cheap.requests) == 1
    await narrow.world.do(run_id, run_commands.LoseStep(STEP, 1))
    narrow.cheap.answer = lambda request: says("Another summary.")
    await narrow.world.perform(run_id, STEP, 2)
    assert await narrow.world.output(run_id) == "Found."
    assert await narrow.text(narrow.compacted(run_id)[0].summary) == "Six stations so far."
    assert [call.call for call in (await narrow.step(run_id)).calls].count(
        narrow.compacted(run_id)[0].call + 1_000
    ) == 1


async def test_where_no_model_makes_a_summary_the_key_sentences_stand_for_the_turns() -> None:
    said = [wants(("look-up", "{}"), words=LONG.format(n=number) * 60) for number in range(6)]
    refused = ModelError("model_request_refused", "No.")
    narrow = NarrowWorld(turns(*said, says("Found.")), look_up(times=1), summary=lambda request: [refused])
    run_id = await narrow.start(summary_model="openai/cheap")
    await narrow.world.perform(run_id, STEP)
    assert await narrow.world.output(run_id) == "Found."
    assert {each.method for each in narrow.compacted(run_id)} == {"extracted"}


async def test_what_the_newest_tool_gave_is_told_by_its_key_sentences_where_it_alone_is_too_much() -> None:
    narrow = NarrowWorld(turns(*looks(1), says("Found.")), look_up(times=900))
    run_id = await narrow.start()
    await narrow.world.perform(run_id, STEP)
    assert await narrow.world.output(run_id) == "Found."
    (made,) = narrow.compacted(run_id)
    assert (made.method, made.replaced) == ("extracted", ("tool:0.0",))
    told = results(narrow.model.requests[-1])[0].text
    assert told.startswith("[only the key sentences of ")
    assert LONG.partition("{")[0] in told
    assert max(narrow.model.counts) <= 7_000


async def test_what_does_not_fit_at_all_is_not_asked_and_the_counts_are_told() -> None:
    narrow = NarrowWorld(turns(says("Never.")))
    run_id = await narrow.start(text=LONG * 500)
    await narrow.world.perform(run_id, STEP)
    run = await narrow.world.run(run_id)
    assert (run.status, run.code) == ("failed", "model_context_exceeded")
    assert run.detail is not None
    assert "may be given 7,000 tokens" in run.detail
    assert "(likely node 10,501, " in run.detail
    assert narrow.model.requests == []


@pytest.mark.parametrize("limit", [None, 3_000])
async def test_the_smaller_of_what_the_agent_and_what_the_model_takes_counts(limit: int | None) -> None:
    narrow = NarrowWorld(turns(*looks(8), says("Found.")), look_up(times=30), tokens=20_000)
    run_id = await narrow.start(context_tokens=limit, limits=agent.Limits(turns=30))
    await narrow.world.perform(run_id, STEP)
    assert await narrow.world.output(run_id) == "Found."
    assert bool(narrow.compacted(run_id)) == (limit is not None)
    assert max(narrow.model.counts) <= (limit or 19_000)


async def test_a_route_takes_what_its_largest_candidate_takes() -> None:
    narrow = NarrowWorld(turns(*looks(8), says("Found.")), look_up(), tokens=8_000)
    await narrow.know("fake/model", 8_000)
    cards = await narrow.world.models.all(WORKSPACE)
    narrow.world.routes.models, narrow.world.routes.cards = ("fake/model",), (cards["fake/model"],)
    run_id = await narrow.start(model="route/auto")
    await narrow.world.perform(run_id, STEP)
    assert await narrow.world.output(run_id) == "Found."
    assert narrow.compacted(run_id)
    assert max(narrow.model.counts) <= 7_000
