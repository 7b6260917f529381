"""Everybody asks for everything: each operation, each kind of caller, about things of theirs, of others, and nowhere.

What is expected comes from the table in `application/operations.py` and from nowhere else.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from litestar import Litestar
from litestar.handlers import BaseRouteHandler
from litestar.routes import ASGIRoute, BaseRoute, HTTPRoute, WebSocketRoute

from application.operations import OPERATIONS
from infrastructure.identity.token_keys import TokenKeys, token_keys
from infrastructure.identity.tokens import Tokens
from interfaces.http import app as http
from interfaces.http.auth import operation_of
from tests.interfaces.http.conftest import client_for
from tests.support import servers
from tests.support.beside import beside
from tests.support.callers import Callers
from tests.support.matrix import Asking, Matrix
from tests.support.model_process import model_process, settings
from tests.support.promise import Promise
from tests.support.system import System, running_system
from tests.support.things import Things, kinds

MANAGED = ("members:manage", "roles:manage", "secrets:manage", "webhooks:manage", "projections:manage")
"""Scopes that reading some lists takes too."""

FEWEST_CELLS = 2_000
"""So many at the least: every operation has nine kinds of callers, most have three kinds of things."""


@pytest.fixture(scope="module")
def asked(postgres: str, redis_url: str) -> Iterator[System]:
    """A Z2 of its own, with a model that calls the tools that it is told to."""
    with model_process(delay=0, server="obedient_server") as models:
        url = servers.create_database(postgres, "access_matrix")
        with running_system(url, redis_url, **settings(models)) as running:
            yield running


@pytest.fixture(scope="module")
def callers(asked: System) -> Iterator[Callers]:
    with beside(asked.environment) as work:
        yield Callers(work, Tokens(token_keys("", asked.data), timedelta(hours=1)))


@pytest.fixture(scope="module")
def client(asked: System, promise: Promise) -> Iterator[httpx2.Client]:
    with client_for(asked.url, promise) as opened:
        yield opened


@pytest.fixture(scope="module")
def things(client: httpx2.Client, callers: Callers) -> Things:
    return Things(client, callers)


@pytest.fixture(scope="module")
def matrix(client: httpx2.Client, callers: Callers, things: Things, document: dict[str, Any]) -> Matrix:
    return Matrix(document, Asking(client, callers, things, document))


def routes() -> Sequence[BaseRoute]:
    """All that the API has."""

    @asynccontextmanager
    async def nothing(app: Litestar) -> AsyncIterator[None]:
        yield

    tokens = Tokens(TokenKeys([Ed25519PrivateKey.generate()]), timedelta(hours=1))
    return http.application(tokens, nothing).routes


def handlers(route: BaseRoute) -> list[BaseRouteHandler]:
    """But for the answers to OPTIONS, which the framework makes."""
    if isinstance(route, WebSocketRoute | ASGIRoute):
        return [route.route_handler]
    own = route.route_handlers if isinstance(route, HTTPRoute) else ()
    return [each for each in own if getattr(each, "http_methods", None) != {"OPTIONS"}]


@pytest.mark.parametrize("operation_id", sorted(OPERATIONS))
def test_everybody_gets_what_the_table_says(matrix: Matrix, operation_id: str) -> None:
    matrix.check(operation_id)


@pytest.mark.parametrize("operation_id", sorted(OPERATIONS))
def test_an_id_of_another_workspace_is_answered_as_one_that_is_nowhere(matrix: Matrix, operation_id: str) -> None:
    matrix.check_ids(operation_id)


def test_no_command_takes_an_id_that_is_not_there(matrix: Matrix) -> None:
    """But for those that take many at once, and say of each by itself what came of it."""
    assert matrix.taken - {"decideApprovals run_id", "redriveDeadLetters run_id"} == set()


def test_no_cell_was_left_out(matrix: Matrix, document: dict[str, Any]) -> None:
    assert matrix.checked == OPERATIONS.keys(), "the whole table is asked in this run"
    print(f"{matrix.cells} cells of {len(matrix.checked)} operations")
    assert matrix.cells >= FEWEST_CELLS


def test_every_operation_of_the_document_is_in_the_table_and_every_line_of_the_table_is_an_operation(
    document: dict[str, Any],
) -> None:
    told = {operation["operationId"] for item in document["paths"].values() for operation in item.values()}
    assert told == OPERATIONS.keys()


def test_every_route_below_api_is_an_operation_of_the_table() -> None:
    """Also WebSockets, and what the document does not tell of."""
    untold = {"/api/openapi.json", "/api/docs", "/api/docs/{name}"}
    found = [
        (route.path_format, operation_of(handler))
        for route in routes()
        for handler in handlers(route)
        if route.path_format.startswith("/api") and route.path_format not in untold
    ]
    assert len(found) > 60
    assert [each for each in found if each[1] not in OPERATIONS] == []


def test_what_is_asked_by_get_only_reads(document: dict[str, Any]) -> None:
    """But for the return from single sign-on, which is a redirect, and counts in the browser that began it alone."""
    by_get = {item["get"]["operationId"] for item in document["paths"].values() if "get" in item}
    assert {each for each in by_get if not each.startswith(("list", "read", "search", "watch"))} == {
        "beginSignOn",
        "finishSignOn",
    }
    assert {OPERATIONS[each] for each in by_get} <= {"public", "self", "read", "audit:read", "models:use", *MANAGED}


def test_every_path_parameter_is_of_a_known_kind(document: dict[str, Any], things: Things) -> None:
    unknown = [kind for path in document["paths"] for kind in kinds(path) if not things.is_known(kind)]
    assert unknown == []
    assert all(path.count("{") == len(kinds(path)) for path in document["paths"])
