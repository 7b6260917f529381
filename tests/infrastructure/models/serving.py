"""Any service of the table, speaking to a local server."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from application.models.port import Provider
from domain.kernel import Record
from infrastructure.models.registry import Providers, ProviderSettings
from infrastructure.models.remote import Remote
from infrastructure.models.services import SERVICES
from tests.support import anthropic_server, openai_server, responses_server
from tests.support.model_server import ModelServer

SERVERS = {"chat": openai_server, "responses": responses_server, "messages": anthropic_server}


class Served(Record):
    """A service and the server that stands for it."""

    provider: Provider
    server: ModelServer

    @property
    def remote(self) -> Remote:
        assert isinstance(self.provider, Remote)
        return self.provider


@asynccontextmanager
async def served(name: str) -> AsyncIterator[Served]:
    service = SERVICES[name]
    protocol = service.elsewhere or service.protocol
    async with SERVERS[protocol].running() as server:
        path = "" if protocol == "messages" else "/v1"
        given = {service.url_variable: f"{server.url}{path}"}
        if service.key != "none":
            given[service.key_variable] = "sk-test-0123456789abcdef"
        providers = Providers.configured(ProviderSettings(given))
        try:
            yield Served(providers.get(f"{name}/x"), server)
        finally:
            await providers.aclose()
