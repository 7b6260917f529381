"""Asking a provider in tests, and a vendor with its local server."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Literal, TypeAlias

import msgspec

from application.models.port import (
    Document,
    Finished,
    Message,
    ModelError,
    ModelRequest,
    Part,
    Provider,
    Text,
    TextDelta,
)
from domain.agent import TaskKind
from domain.kernel import Record
from infrastructure.models.registry import Providers, ProviderSettings
from tests.support import anthropic_server, openai_server
from tests.support.model_server import ModelServer

KEY = "sk-test-0123456789abcdef"
SECRET = "the words that nobody else may read"

Vendor: TypeAlias = Literal["openai", "anthropic", "ollama"]
MODELS: dict[Vendor, str] = {"openai": "gpt-test", "anthropic": "claude-test", "ollama": "llama-test"}


class House(Record):
    """A provider and the server behind it."""

    vendor: Vendor
    provider: Provider
    server: ModelServer

    @property
    def model(self) -> str:
        return f"{self.vendor}/{MODELS[self.vendor]}"


@asynccontextmanager
async def house(vendor: Vendor, *, at: str | None = None, **timeouts: float) -> AsyncIterator[House]:
    """The provider of a vendor, speaking to a local server or to another address."""
    serving = anthropic_server.running() if vendor == "anthropic" else openai_server.running()
    async with serving as server:
        url = at or server.url
        given = ProviderSettings(
            openai_api_key=KEY,
            openai_base_url=f"{url}/v1",
            anthropic_api_key=KEY,
            anthropic_base_url=url,
            ollama_base_url=url,
        )
        providers = Providers.configured(msgspec.structs.replace(given, **timeouts))
        try:
            yield House(vendor, providers.get(f"{vendor}/any"), server)
        finally:
            await providers.aclose()


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
            else:
                end = delta
    assert end is not None, "an answer has an end"
    return texts, end


async def failure(provider: Provider, asked: ModelRequest) -> ModelError:
    """The error that asking ends with."""
    try:
        await heard(provider, asked)
    except ModelError as error:
        return error
    raise AssertionError("the provider answered")
