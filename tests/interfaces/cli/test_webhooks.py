"""Webhooks from the command line: subscribed, looked at, helped on and deleted."""

import asyncio
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.support import asked
from tests.support.asked import created
from tests.support.command_line import CommandLine
from tests.support.receiver import receiving, verified
from tests.support.scripted_api import Answer, ScriptedApi, good, problem
from tests.support.system import System
from tests.support.until import until

HOOK = UUID("783f4a1f-8db4-4e34-a2be-b855094aa476")
ALIKE = UUID(f"{str(HOOK)[:10]}{str(UUID(int=0))[10:]}")
URL = "https://example.com/hook"
SHOWN = {"id": str(HOOK), "url": URL, "tags": ["run.", "agent.created"], "status": "active"} | {
    "created_at": "2026-01-01T00:00:00Z"
}
SECRET = {"id": str(HOOK), "position": 12, "secret": "whsec_c2VjcmV0"}
DEAD = {
    "position": 1_007,
    "type": "run.failed.v1",
    "status": "dead",
    "attempts": 9,
    "next_at": None,
    "response_status": 500,
    "error": "it answered 500",
    "first_at": "2026-01-01T00:00:00Z",
    "last_at": "2026-01-01T00:00:00Z",
}
FAILING = {**DEAD, "position": 1_009, "status": "failing", "attempts": 1, "next_at": "2026-01-01T00:00:00Z"}
ACCEPTED = good({"id": str(HOOK), "position": 13})
PATH = f"/api/webhooks/{HOOK}"


@pytest.fixture(autouse=True)
def told(api: ScriptedApi) -> None:
    api.on("GET /api/webhooks", good({"items": [SHOWN, {**SHOWN, "id": str(ALIKE), "tags": []}]}))
    api.on(f"GET {PATH}", good(SHOWN))
    api.on(f"GET {PATH}/deliveries", good({"items": [DEAD, FAILING], "next": 1_009}))


def test_all_are_listed_with_what_they_are_sent(api: ScriptedApi, z2: CommandLine) -> None:
    lines = [line.split() for line in z2("webhooks", "list").out.splitlines()]
    assert lines[1] == [str(HOOK), "active", URL, "run.*", "agent.created*"]
    assert lines[2] == [str(ALIKE), "active", URL, "everything"]
    assert len(json.loads(z2("webhooks", "list", "--json").out)["items"]) == 2


def test_a_new_one_is_made_and_its_secret_is_told(api: ScriptedApi, z2: CommandLine) -> None:
    api.on("POST /api/webhooks", good(SECRET))
    said = z2("webhooks", "create", URL, "--type", "run.", "--type", "agent.created")
    assert said.code == 0
    assert said.out.splitlines() == [
        f"webhook {HOOK} is subscribed",
        "its secret, which is not shown again: whsec_c2VjcmV0",
    ]
    (request,) = api.requests("POST /api/webhooks")
    assert json.loads(request.body) == {"url": URL, "tags": ["run.", "agent.created"]}
    assert request.headers["idempotency-key"]
    assert json.loads(z2("webhooks", "create", URL, "--json").out) == SECRET


def test_what_was_not_delivered_is_shown(z2: CommandLine) -> None:
    first, titles, dead, failing, more, mend = z2("webhooks", "show", str(HOOK)).out.splitlines()
    assert first.startswith(f"webhook {HOOK}: active, sends run.* agent.created* to {URL} since ")
    assert titles.split()[:4] == ["Position", "Type", "Status", "Attempts"]
    assert dead.split() == ["1,007", "run.failed.v1", "dead", "9", "it", "answered", "500"]
    assert failing.split()[:4] == ["1,009", "run.failed.v1", "failing", "1"]
    assert more == "there are more; see them with --limit"
    assert mend == f"try again what is dead with: z2 webhooks redrive {HOOK}"


def test_a_program_gets_a_webhook_with_its_deliveries(api: ScriptedApi, z2: CommandLine) -> None:
    document = json.loads(z2("webhooks", "show", str(HOOK), "--limit", "2", "--json").out)
    assert document == {"webhook": SHOWN, "deliveries": [DEAD, FAILING], "next": 1_009}
    assert api.requests(f"GET {PATH}/deliveries")[0].query == "limit=2"


def test_where_everything_was_delivered_that_is_said(api: ScriptedApi, z2: CommandLine) -> None:
    api.on(f"GET {PATH}/deliveries", good({"items": [], "next": None}))
    assert z2("webhooks", "show", str(HOOK)).out.splitlines()[1:] == ["everything was delivered"]


@pytest.mark.parametrize(
    ("words", "request_line", "answer", "said"),
    [
        (["pause"], f"POST {PATH}/pause", ACCEPTED, f"webhook {HOOK} is paused"),
        (["resume"], f"POST {PATH}/resume", ACCEPTED, f"webhook {HOOK} goes on"),
        (["delete"], f"DELETE {PATH}", ACCEPTED, f"webhook {HOOK} is deleted"),
        (["rotate"], f"POST {PATH}/secret", good(SECRET), f"webhook {HOOK} has a new secret"),
        (["redrive"], f"POST {PATH}/redrive", good({"count": 1}), "1 delivery will be tried again"),
        (["redrive"], f"POST {PATH}/redrive", good({"count": 1_200}), "1,200 deliveries will be tried again"),
    ],
)
def test_one_is_changed_by_the_beginning_of_its_id(
    words: list[str], request_line: str, answer: Answer, said: str, api: ScriptedApi, z2: CommandLine
) -> None:
    api.on(request_line, answer)
    result = z2("webhooks", *words, str(HOOK)[:13].upper())
    assert (result.code, result.out.splitlines()[0]) == (0, said)
    (request,) = api.requests(request_line)
    assert request.headers["idempotency-key"]


def test_single_deliveries_are_driven_again_by_position(api: ScriptedApi, z2: CommandLine) -> None:
    api.on(f"POST {PATH}/redrive", good({"count": 2}))
    assert json.loads(z2("webhooks", "redrive", str(HOOK), "1007", "1009", "--json").out) == {"count": 2}
    (request,) = api.requests(f"POST {PATH}/redrive")
    assert json.loads(request.body) == {"positions": [1_007, 1_009]}
    assert z2("webhooks", "redrive", str(HOOK), "0").code == 2


def test_a_word_that_names_none_or_more_than_one_is_bad_input(z2: CommandLine) -> None:
    unclear = z2("webhooks", "pause", str(HOOK)[:9])
    assert (unclear.code, unclear.error) == (2, f"{str(HOOK)[:9]} may be {HOOK} or {ALIKE}; give more of it")
    for word in ("ffff", "last"):
        unknown = z2("webhooks", "delete", word)
        assert (unknown.code, unknown.error) == (2, f"no webhook begins with '{word}'; see `z2 webhooks list`")


def test_what_is_refused_is_said_in_one_line(api: ScriptedApi, z2: CommandLine) -> None:
    api.on("POST /api/webhooks", problem(422, "Invalid webhook", "the url must begin with https://"))
    said = z2("webhooks", "create", "http://example.com")
    assert (said.code, said.error) == (2, "Invalid webhook: the url must begin with https://")


async def test_a_real_z2_sends_what_the_command_line_asked_for(system: System, tmp_path: Path) -> None:
    z2 = CommandLine(tmp_path, Z2_URL=system.url, Z2_TOKEN=system.client.headers["Authorization"].split()[1])

    def made(*words: str) -> dict[str, Any]:
        said = z2("webhooks", *words, "--json")
        assert (said.code, said.err) == (0, "")
        document: dict[str, Any] = json.loads(said.out)
        return document

    async with receiving() as receiver:
        receiver.answers = [410]
        hook = await asyncio.to_thread(made, "create", receiver.url, "--type", "agent.created")
        await asyncio.to_thread(created, system.client, "/api/agents", asked.an_agent())
        assert await until(lambda: len(receiver.requests) >= 1)

        async def dead() -> list[object]:
            shown: dict[str, list[object]] = json.loads(
                (await asyncio.to_thread(z2, "webhooks", "show", hook["id"], "--json")).out
            )
            return shown["deliveries"]

        assert len(await until(dead)) == 1
        assert await asyncio.to_thread(made, "redrive", hook["id"]) == {"count": 1}
        assert await until(lambda: len(receiver.requests) >= 2)
        assert all(verified(request, hook["secret"]) for request in receiver.requests)
    rotated = await asyncio.to_thread(made, "rotate", hook["id"])
    assert rotated["secret"] != hook["secret"]
    for verb in ("pause", "resume", "delete"):
        assert (await asyncio.to_thread(z2, "webhooks", verb, hook["id"])).code == 0
    gone = await asyncio.to_thread(z2, "webhooks", "pause", hook["id"])
    assert (gone.code, gone.error) == (2, "Not found: there is no such webhook")
