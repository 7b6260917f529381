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
NEXT = {**SHOWN, "version": 4, "last_four": "wxyz"}
LIST = "GET /api/secrets"
PUT = "PUT /api/secrets/openai"
TEST = "POST /api/secrets/openai/test"


@pytest.fixture
def without(api: ScriptedApi) -> ScriptedApi:
    """A Z2 without a key."""
    api.on(LIST, good({"items": [{**SHOWN, "provider": "anthropic"}]}))
    api.on(PUT, good(SHOWN))
    return api


@pytest.fixture
def having(api: ScriptedApi) -> ScriptedApi:
    """A Z2 that has a key."""
    api.on(LIST, good({"items": [SHOWN]}))
    api.on(PUT, good(NEXT))
    return api


def test_keys_are_listed_by_their_last_characters(api: ScriptedApi, z2: CommandLine) -> None:
    second = {**SHOWN, "provider": "anthropic", "base_url": "https://a.example"}
    api.on(LIST, good({"items": [SHOWN, second]}))
    titles, first, last = z2("providers", "list").out.splitlines()
    assert titles.split() == ["Provider", "Ends", "in", "Version", "Stored", "By", "Address"]
    assert first.split()[:3] == ["openai", "cdef", "3"]
    assert last.split()[-1] == "https://a.example"
    assert len(json.loads(z2("providers", "list", "--json").out)["items"]) == 2


def test_a_key_is_read_from_standard_input(without: ScriptedApi, z2: CommandLine) -> None:
    said = z2("providers", "add", "openai", given=f"{KEY}\n")
    assert (said.code, said.out) == (0, "the key for openai ending in cdef is stored, and works (version 3)\n")
    (request,) = without.requests(PUT)
    assert json.loads(request.body) == {"value": KEY, "base_url": None, "test": True}
    assert request.headers["idempotency-key"]


def test_a_key_can_be_stored_untried_and_with_an_address(without: ScriptedApi, z2: CommandLine) -> None:
    words = ("providers", "add", "openai", "--base-url", "https://a.example/v1", "--no-test")
    assert "was not tried" in z2(*words, given=KEY).out
    assert json.loads(z2(*words, "--json", given=KEY).out) == SHOWN
    body = json.loads(without.requests(PUT)[0].body)
    assert (body["base_url"], body["test"]) == ("https://a.example/v1", False)


def test_a_key_is_asked_for_on_a_terminal_and_not_shown(without: ScriptedApi, z2: CommandLine) -> None:
    with terminal.running(z2.variables, "providers", "add", "openai") as screen:
        screen.until("Key for openai")
        screen.type(f"{KEY}\n")
        assert screen.end() == 0
    assert KEY.encode() not in screen.shown
    assert json.loads(without.requests(PUT)[0].body)["value"] == KEY


def test_a_key_is_never_an_argument(z2: CommandLine) -> None:
    assert z2("providers", "add", "openai", KEY).code == 2
    assert z2("providers", "add", "openai", "--value", KEY).code == 2


@pytest.mark.parametrize("given", ["", "\n", b"\xff\xfe"])
def test_what_is_no_key_is_refused_before_it_is_sent(without: ScriptedApi, z2: CommandLine, given: str | bytes) -> None:
    said = z2("providers", "add", "openai", given=given)
    assert said.code == 2
    assert said.error.startswith("the key is")
    assert without.requests(PUT) == []


def test_a_refusal_is_told_in_one_line(without: ScriptedApi, z2: CommandLine) -> None:
    without.on(PUT, problem(422, "Invalid", "OpenAI answered 401: it does not accept it"))
    said = z2("providers", "add", "openai", given=KEY)
    assert (said.code, said.error) == (2, "Invalid: OpenAI answered 401: it does not accept it")


def test_a_second_key_is_not_added_and_nobody_is_asked_for_it(having: ScriptedApi, z2: CommandLine) -> None:
    with terminal.running(z2.variables, "providers", "add", "openai") as screen:
        screen.until("there is a key for openai already; replace it: z2 providers rotate openai")
        assert screen.end() == 2
    assert b"Key for openai" not in screen.shown
    assert having.requests(PUT) == []


def test_a_key_is_replaced_by_one_that_goes_to_the_same_address(having: ScriptedApi, z2: CommandLine) -> None:
    having.on(LIST, good({"items": [{**SHOWN, "base_url": "https://a.example/v1"}]}))
    said = z2("providers", "rotate", "openai", given=f"{KEY}\n")
    stored, revoke = "is stored, and works (version 4)", "revoke the one before it ending in cdef at the provider"
    assert (said.code, said.out) == (0, f"the key for openai ending in wxyz {stored}; {revoke}\n")
    there = "https://b.example/v1"
    programmed = z2("providers", "rotate", "openai", "--base-url", there, "--no-test", "--json", given=KEY)
    assert json.loads(programmed.out) == NEXT
    bodies = [json.loads(request.body) for request in having.requests(PUT)]
    assert bodies == [
        {"value": KEY, "base_url": "https://a.example/v1", "test": True},
        {"value": KEY, "base_url": there, "test": False},
    ]


def test_where_there_is_no_key_none_is_replaced(without: ScriptedApi, z2: CommandLine) -> None:
    said = z2("providers", "rotate", "openai", given=KEY)
    told = "there is no key for openai to rotate; store one: z2 providers add openai"
    assert (said.code, said.error) == (2, told)
    assert without.requests(PUT) == []


def test_a_new_key_that_is_not_taken_leaves_the_old_one_which_is_told_in_one_line(
    having: ScriptedApi, z2: CommandLine
) -> None:
    having.on(PUT, problem(422, "Invalid", "OpenAI answered 401; nothing was stored"))
    said = z2("providers", "rotate", "openai", given=KEY)
    kept = "the key before it ending in cdef stays in use"
    assert (said.code, said.error) == (2, f"Invalid: OpenAI answered 401; nothing was stored; {kept}")


def test_a_server_in_trouble_is_told_from_a_key_that_is_not_taken(having: ScriptedApi, z2: CommandLine) -> None:
    having.on(PUT, problem(500, "Failed", "It failed."))
    said = z2("providers", "rotate", "openai", given=KEY)
    assert (said.code, said.error) == (1, "Failed: It failed.")


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
    said = z2("providers", "add", "ollama", given=KEY)
    assert said.code == 2
    assert "openai" in said.error
