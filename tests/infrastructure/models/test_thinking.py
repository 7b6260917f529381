"""What models think: shown as it comes, handed back to whom it came from, and to nobody else."""

from typing import Any

import pytest

from application.models.request import Message, Reasoning, Text
from application.models.stream import Finished
from domain.kernel import replace
from tests.infrastructure.models.asking import Vendor, house, request, thought, told
from tests.infrastructure.models.serving import served
from tests.support.model_script import Script

PROTOCOLS: tuple[Vendor, ...] = ("openai", "responses", "anthropic")


@pytest.mark.parametrize("vendor", PROTOCOLS)
async def test_thoughts_come_apart_from_words_and_are_counted(vendor: Vendor) -> None:
    async with house(vendor) as home:
        home.server.will(Script("Four.", reasoning="Two and two", reasoning_tokens=3, output_tokens=4))
        deltas = await told(home.provider, request(home.model))
    assert thought(deltas).text == "Two and two"
    assert isinstance(deltas[-1], Finished)
    assert deltas[-1].usage.reasoning_tokens == 3


async def handed_back(vendor: Vendor, script: Script) -> Any:
    """What is sent in a second turn of what was thought in the first, and of what others thought."""
    async with house(vendor) as home:
        home.server.will(script)
        mine = thought(await told(home.provider, request(home.model)))
        others = Reasoning("Elsewhere.", "elsewhere:signed")
        turn = Message("assistant", (mine, others, Text("Four.")))
        await told(home.provider, replace(request(home.model), messages=(turn, Message("user", (Text("Sure?"),)))))
        body = home.server.calls[1].body
        return body["input"] if vendor == "responses" else body["messages"]


async def test_a_thought_of_anthropics_is_handed_back_with_its_signature() -> None:
    sent = await handed_back("anthropic", Script("Four.", reasoning="Two and two", signature="c2lnbmVk"))
    assert sent[0]["content"] == [
        {"type": "thinking", "thinking": "Two and two", "signature": "c2lnbmVk"},
        {"type": "text", "text": "Four."},
    ]


async def test_a_thought_that_anthropic_shows_to_nobody_is_handed_back_too() -> None:
    sent = await handed_back("anthropic", Script("Four.", redacted="aGlkZGVu"))
    assert sent[0]["content"][0] == {"type": "redacted_thinking", "data": "aGlkZGVu"}


async def test_a_thought_of_openais_is_handed_back_encrypted() -> None:
    sent = await handed_back("responses", Script("Four.", reasoning="Two and two", signature="ZW5jcnlwdGVk"))
    summary = [{"type": "summary_text", "text": "Two and two"}]
    assert sent[0] == {"type": "reasoning", "id": "rs_test", "summary": summary, "encrypted_content": "ZW5jcnlwdGVk"}
    assert sent[1] == {"role": "assistant", "content": "Four."}


async def test_chat_completions_are_handed_no_thoughts_unless_the_service_wants_them() -> None:
    sent = await handed_back("openai", Script("Four.", reasoning="Two and two"))
    assert sent[1:] == [{"role": "assistant", "content": "Four."}, {"role": "user", "content": "Sure?"}]


@pytest.mark.parametrize("name", ["deepseek", "moonshot"])
async def test_services_that_want_their_thoughts_back_get_their_own(name: str) -> None:
    async with served(name) as home:
        home.server.will(Script("Four.", reasoning="Two and two"))
        mine = thought(await told(home.provider, request(f"{name}/x")))
        turn = Message("assistant", (mine, Reasoning("Elsewhere.", "elsewhere:signed"), Text("Four.")))
        await told(home.provider, replace(request(f"{name}/x"), messages=(turn,)))
        messages: Any = home.server.calls[1].body["messages"]
    assert mine.signature == f"{name}:whole"
    assert messages[1] == {"role": "assistant", "content": "Four.", "reasoning_content": "Two and two"}


async def test_summaries_are_asked_for_where_a_model_is_told_to_think() -> None:
    async with house("responses") as home:
        await told(home.provider, replace(request(home.model), effort="low"))
        await told(home.provider, request(home.model))
        one, two = (call.body for call in home.server.calls)
    assert one["reasoning"] == {"effort": "low", "summary": "auto"}
    assert "reasoning" not in two


async def test_an_account_that_may_have_no_summaries_is_asked_again_without_and_then_no_more() -> None:
    async with house("responses") as home:
        asked = replace(request(home.model), effort="low")
        home.server.will(Script(status=400, code="unsupported_value", param="reasoning.summary"))
        assert isinstance((await told(home.provider, asked))[-1], Finished)
        await told(home.provider, asked)
        efforts = [call.body["reasoning"] for call in home.server.calls]
    assert efforts == [{"effort": "low", "summary": "auto"}, {"effort": "low"}, {"effort": "low"}]


async def test_anthropic_is_told_how_much_to_think() -> None:
    async with house("anthropic") as home:
        await told(home.provider, replace(request(home.model), effort="minimal"))
        body = home.server.calls[0].body
    assert body["output_config"] == {"effort": "low"}


async def test_thoughts_among_the_pieces_of_the_content_are_told_apart() -> None:
    async with served("mistral") as home:
        home.server.will(Script("Four.", reasoning="Two and two", in_pieces=True, counted=True))
        deltas = await told(home.provider, request("mistral/x"))
    assert thought(deltas).text == "Two and two"
    assert isinstance(deltas[-1], Finished)
