"""Keys of model providers from the command line: given on standard input or at a prompt, and never shown."""

import json
from uuid import UUID

import pytest

from tests.support import terminal
from tests.support.command_line import CommandLine
from tests.support.scripted_api import ScriptedApi, good, problem

KEY = "sk-typed-0123456789abcdef"
SHOWN = {
    "provider": "openai",
    "version": 3,
    "last_four": "cdef",
    "base_url": None,
    "stored_at": "2026-01-01T00:00:00Z",
    "stored_by": str(UUID(int=7)),
}
PUT = "PUT /api/secrets/openai"
TEST = "POST /api/secrets/openai/test"


def test_keys_are_listed_by_their_last_characters(api: ScriptedApi, z2: CommandLine) -> None:
    second = {**SHOWN, "provider": "anthropic", "base_url": "https://a.example"}
    api.on("GET /api/secrets", good({"items": [SHOWN, second]}))
    titles, first, last = z2("providers", "list").out.splitlines()
    assert titles.split() == ["Provider", "Ends", "in", "Version", "Stored", "By", "Address"]
    assert first.split()[:3] == ["openai", "cdef", "3"]
    assert last.split()[-1] == "https://a.example"
    assert len(json.loads(z2("providers", "list", "--json").out)["items"]) == 2


def test_a_key_is_read_from_standard_input(api: ScriptedApi, z2: CommandLine) -> None:
    api.on(PUT, good(SHOWN))
    said = z2("providers", "set", "openai", given=f"{KEY}\n")
    assert (said.code, said.out) == (0, "the key for openai ending in cdef is stored, and works (version 3)\n")
    (request,) = api.requests(PUT)
    assert json.loads(request.body) == {"value": KEY, "base_url": None, "test": True}
    assert request.headers["idempotency-key"]


def test_a_key_can_be_stored_untried_and_with_an_address(api: ScriptedApi, z2: CommandLine) -> None:
    api.on(PUT, good(SHOWN))
    words = ("providers", "set", "openai", "--base-url", "https://a.example/v1", "--no-test")
    assert "was not tried" in z2(*words, given=KEY).out
    assert json.loads(z2(*words, "--json", given=KEY).out) == SHOWN
    body = json.loads(api.requests(PUT)[0].body)
    assert (body["base_url"], body["test"]) == ("https://a.example/v1", False)


def test_a_key_is_asked_for_on_a_terminal_and_not_shown(api: ScriptedApi, z2: CommandLine) -> None:
    api.on(PUT, good(SHOWN))
    with terminal.running(z2.variables, "providers", "set", "openai") as screen:
        screen.until("Key for openai")
        screen.type(f"{KEY}\n")
        assert screen.end() == 0
    assert KEY.encode() not in screen.shown
    assert json.loads(api.requests(PUT)[0].body)["value"] == KEY


def test_a_key_is_never_an_argument(z2: CommandLine) -> None:
    assert z2("providers", "set", "openai", KEY).code == 2
    assert z2("providers", "set", "openai", "--value", KEY).code == 2


@pytest.mark.parametrize("given", ["", "\n", b"\xff\xfe"])
def test_what_is_no_key_is_refused_before_it_is_sent(z2: CommandLine, given: str | bytes) -> None:
    said = z2("providers", "set", "openai", given=given)
    assert said.code == 2
    assert said.error.startswith("the key is")


def test_a_refusal_is_told_in_one_line(api: ScriptedApi, z2: CommandLine) -> None:
    api.on(PUT, problem(422, "Invalid", "OpenAI answered 401: it does not accept it"))
    said = z2("providers", "set", "openai", given=KEY)
    assert said.code != 0
    assert "OpenAI answered 401" in said.error


def test_a_stored_key_is_tried(api: ScriptedApi, z2: CommandLine) -> None:
    api.on(TEST, good({"works": True, "why_not": None}))
    assert z2("providers", "test", "openai").out == "the key for openai works\n"
    api.on(TEST, good({"works": False, "why_not": "OpenAI answered 401"}))
    said = z2("providers", "test", "openai")
    assert (said.code, said.error) == (1, "OpenAI answered 401")
    programmed = z2("providers", "test", "openai", "--json")
    assert (programmed.code, json.loads(programmed.out)["works"]) == (1, False)


def test_a_key_is_removed(api: ScriptedApi, z2: CommandLine) -> None:
    accepted = {"id": str(UUID(int=9)), "position": 12}
    api.on("DELETE /api/secrets/openai", good(accepted))
    assert z2("providers", "remove", "openai").out == "the key for openai is removed; revoke it at the provider too\n"
    assert json.loads(z2("providers", "remove", "openai", "--json").out) == accepted


def test_only_providers_that_take_a_key_are_known(z2: CommandLine) -> None:
    said = z2("providers", "set", "ollama", given=KEY)
    assert said.code == 2
    assert "openai" in said.error
