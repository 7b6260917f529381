"""OpenAI's own client at the door of a running Z2, whose providers are local servers."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import httpx2
import openai
import pytest

from infrastructure.identity.token_keys import token_keys
from infrastructure.identity.tokens import Tokens, now
from tests.interfaces.http.conftest import client_for
from tests.support.promise import Promise
from tests.support.providers import ProvidedSystem, ProviderProcess, provided_system
from tests.support.residents import Residents
from tests.support.system import until

MODEL = "openai/gpt-test"
SECONDS = {"Z2_MODEL_FIRST_TOKEN_SECONDS": "30", "Z2_MODEL_IDLE_SECONDS": "2"}

ClientTo: TypeAlias = Callable[..., openai.OpenAI]
Events: TypeAlias = Callable[[str], list[dict[str, Any]]]
Kinds: TypeAlias = Callable[[str], list[str]]


@pytest.fixture(scope="session")
def provided(postgres: str) -> Iterator[ProvidedSystem]:
    with provided_system(postgres, **SECONDS) as running:
        yield running


@pytest.fixture
def provider(provided: ProvidedSystem) -> ProviderProcess:
    provided.openai.reset()
    return provided.openai


@pytest.fixture
def token(provided: ProvidedSystem) -> Callable[..., str]:
    """Makes tokens of somebody in a role, in a workspace of their own or in a given one."""
    tokens = Tokens(token_keys("", provided.system.data), timedelta(hours=1))
    residents = Residents(provided.system.environment)

    def make(role: str = "admin", workspace_id: UUID | None = None) -> str:
        return tokens.issue(residents.one(role, workspace_id or uuid4()), now())[0]

    return make


@pytest.fixture
def client_to(provided: ProvidedSystem) -> Iterator[ClientTo]:
    with ExitStack() as clients:

        def make(key: str, **settings: Any) -> openai.OpenAI:
            told = {"max_retries": 0, "timeout": 60} | settings
            return clients.enter_context(openai.OpenAI(base_url=f"{provided.system.url}/v1", api_key=key, **told))

        yield make


@pytest.fixture
def home() -> UUID:
    """A workspace of the test's own."""
    return uuid4()


@pytest.fixture
def client(provider: ProviderProcess, client_to: ClientTo, token: Callable[..., str], home: UUID) -> openai.OpenAI:
    """The admin of the workspace."""
    return client_to(token("admin", home))


@pytest.fixture
def api(provided: ProvidedSystem, promise: Promise, token: Callable[..., str], home: UUID) -> Iterator[httpx2.Client]:
    """The same admin at Z2's own API, and at the door by hand; answers are held against the document."""
    with client_for(provided.system.url, promise) as client:
        client.headers["Authorization"] = f"Bearer {token('admin', home)}"
        yield client


@pytest.fixture
def events_of(api: httpx2.Client) -> Events:
    """What the log has of a call."""

    def events(call_id: str) -> list[dict[str, Any]]:
        answer = api.get(f"/api/streams/{call_id}/events")
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    return events


@pytest.fixture
def kinds_of(events_of: Callable[[str], list[dict[str, Any]]]) -> Callable[[str], list[str]]:
    """The kinds of what happened to a call."""
    return lambda call_id: [
        str(event["type"]).removeprefix("call.").removesuffix(".v1") for event in events_of(call_id)
    ]


ANSWERED = ["begun", "try_begun", "try_recorded", "completed"]


def seen(look: Callable[[], Any]) -> Any:
    return until(look, 20)
