"""Clients of a running API whose every answer is held against the OpenAPI document."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import httpx2
import pytest

from application.access import Role
from infrastructure.identity.token_keys import token_keys
from infrastructure.identity.tokens import Tokens, now
from interfaces.http.app import openapi_document
from tests.support.promise import Promise
from tests.support.residents import Residents
from tests.support.system import System

ClientOf: TypeAlias = Callable[..., httpx2.Client]


@pytest.fixture(scope="session")
def document() -> dict[str, Any]:
    return openapi_document()


@pytest.fixture(scope="session")
def promise(document: dict[str, Any]) -> Promise:
    return Promise(document)


@pytest.fixture(scope="session")
def tokens(system: System) -> Tokens:
    """Tokens that the running API takes for its own."""
    return Tokens(token_keys("", system.data), timedelta(hours=1))


@pytest.fixture(scope="session")
def home(system: System) -> UUID:
    """The workspace of the admin."""
    return UUID(system.get("/api/session")["workspace_id"])


@pytest.fixture(scope="session")
def residents(system: System) -> Residents:
    return Residents(system.environment)


@pytest.fixture(scope="session")
def admin_token(residents: Residents, tokens: Tokens, home: UUID) -> str:
    """A token of an admin of the admin's workspace."""
    return tokens.issue(residents.one("admin", home), now())[0]


def client_for(url: str, promise: Promise) -> httpx2.Client:
    hooks: dict[str, list[Callable[..., Any]]] = {"response": [promise.check]}
    # no certificate is ever looked at here, and reading them all takes its time
    return httpx2.Client(base_url=url, timeout=30, event_hooks=hooks, verify=False)


@pytest.fixture
def anonymous(system: System, promise: Promise) -> Iterator[httpx2.Client]:
    """Somebody without a token."""
    with client_for(system.url, promise) as client:
        yield client


@pytest.fixture
def client_of(system: System, promise: Promise, tokens: Tokens, home: UUID, residents: Residents) -> Iterator[ClientOf]:
    """Makes clients of somebody in a role, in the admin's workspace or in another."""
    with ExitStack() as clients:

        def make(role: Role, workspace_id: UUID = home) -> httpx2.Client:
            token, _ = tokens.issue(residents.one(role, workspace_id), now())
            client = clients.enter_context(client_for(system.url, promise))
            client.headers["Authorization"] = f"Bearer {token}"
            return client

        yield make


@pytest.fixture
def api(client_of: ClientOf) -> httpx2.Client:
    """The admin."""
    return client_of("admin")


@pytest.fixture
def stranger(client_of: ClientOf) -> httpx2.Client:
    """The admin of another workspace."""
    return client_of("admin", uuid4())
