"""Asking a provider in tests, and a vendor with its local server."""

from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Literal, TypeAlias, get_args

import msgspec

from application.models.failure import ModelError
from application.models.port import Provider
from application.models.request import Document, Message, ModelRequest, Part, Reasoning, Text, ToolCall
from application.models.stream import Delta, Finished, ReasoningDelta, TextDelta, ToolCallDelta, Warned
from domain.agent import TaskKind
from domain.kernel import Record, replace
from infrastructure.models.registry import Providers, ProviderSettings
from tests.support import anthropic_server, openai_server, responses_server
from tests.support.model_server import ModelServer

KEY = "sk-test-0123456789abcdef"
SECRET = "the words that nobody else may read"

Vendor: TypeAlias = Literal["openai", "responses", "anthropic", "ollama"]
"""`openai` is a service that speaks Chat Completions, `responses` is what OpenAI itself speaks."""

VENDORS: tuple[Vendor, ...] = get_args(Vendor)
MODELS: dict[Vendor, str] = {
    "openai": "openai/gpt-test",
    "responses": "openai/gpt-test",
    "anthropic": "anthropic/claude-test",
    "ollama": "ollama/llama-test",
}


class House(Record):
    """A provider and the server behind it."""

    vendor: Vendor
    provider: Provider
    server: ModelServer

    @property
    def model(self) -> str:
        return MODELS[self.vendor]


@asynccontextmanager
async def house(vendor: Vendor, *, at: str | None = None, **timeouts: float) -> AsyncIterator[House]:
    """The provider of a vendor, speaking to a local server or to another address."""
    servers = {"anthropic": anthropic_server, "responses": responses_server}
    async with servers.get(vendor, openai_server).running() as server:
        providers = Providers.configured(msgspec.structs.replace(settings(vendor, at or server.url), **timeouts))
        try:
            yield House(vendor, providers.get(MODELS[vendor]), server)
        finally:
            await providers.aclose()


def settings(vendor: Vendor, url: str) -> ProviderSettings:
    """All that these vendors need, at one address."""
    given = {
        "OPENAI_API_KEY": KEY,
        "OPENAI_BASE_URL": f"{url}/v1",
        "ANTHROPIC_API_KEY": KEY,
        "ANTHROPIC_BASE_URL": url,
        "OLLAMA_BASE_URL": url,
    }
    return ProviderSettings(given, "responses" if vendor == "responses" else "chat")


def request(
    model: str,
    prompt: str = SECRET,
    *documents: Document,
    task: TaskKind = "summarise",
    instructions: str = "You test.",
    limit: int = 4096,
) -> ModelRequest:
    parts: tuple[Part, ...] = (Text(prompt), *documents)
    return ModelRequest(model, task, instructions, (Message("user", parts),), limit)


async def heard(provider: Provider, asked: ModelRequest) -> tuple[list[str], Finished]:
    """The texts of a whole answer, and its end, which comes exactly once and last."""
    texts: list[str] = []
    end: Finished | None = None
    async with aclosing(provider.stream(asked)) as deltas:
        async for delta in deltas:
            assert end is None, "nothing comes after the end"
            if isinstance(delta, TextDelta):
                texts.append(delta.text)
            elif isinstance(delta, Finished):
                end = delta
    assert end is not None, "an answer has an end"
    return texts, end


async def told(provider: Provider, asked: ModelRequest) -> list[Delta]:
    """Everything that comes of asking."""
    async with aclosing(provider.stream(asked)) as deltas:
        return [delta async for delta in deltas]


def called(deltas: Sequence[Delta]) -> list[ToolCall]:
    """The tool calls, put together."""
    calls: dict[int, ToolCall] = {}
    for delta in deltas:
        if isinstance(delta, ToolCallDelta):
            known = calls.setdefault(delta.index, ToolCall(delta.id, delta.name, ""))
            calls[delta.index] = replace(known, arguments=known.arguments + delta.arguments)
    return list(calls.values())


def thought(deltas: Sequence[Delta]) -> Reasoning:
    """What the model thought, put together."""
    found = [delta for delta in deltas if isinstance(delta, ReasoningDelta)]
    return Reasoning("".join(each.text for each in found), "".join(each.signature for each in found))


def warnings(deltas: Sequence[Delta]) -> list[str]:
    """The names of the parameters that were dropped."""
    warned = [delta for delta in deltas if isinstance(delta, Warned)]
    assert all(each.code == "parameter_dropped" for each in warned)
    return [each.detail.partition(":")[0] for each in warned]


async def failure(provider: Provider, asked: ModelRequest) -> ModelError:
    """The error that asking ends with."""
    try:
        await heard(provider, asked)
    except ModelError as error:
        return error
    raise AssertionError("the provider answered")
