"""API keys from the command line: made, listed and revoked."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from tests.support.command_line import CommandLine
from tests.support.scripted_api import ScriptedApi, good

KEY = UUID("783f4a1f-8db4-4e34-a2be-b855094aa476")
ALIKE = UUID(f"{str(KEY)[:10]}{str(UUID(int=0))[10:]}")
SECRET = "z2_" + "0" * 22 + "_" + "1" * 43 + "_" + "2" * 6
SHOWN = {
    "id": str(KEY),
    "user_id": str(UUID(int=1)),
    "label": "CI",
    "scopes": ["read", "runs:start"],
    "issued_at": "2026-01-01T00:00:00Z",
    "expires_at": None,
    "last_used_at": None,
    "revoked": False,
}


@pytest.fixture(autouse=True)
def told(api: ScriptedApi) -> None:
    api.on("GET /api/keys", good({"items": [SHOWN, {**SHOWN, "id": str(ALIKE), "scopes": None, "revoked": True}]}))
    api.on("POST /api/keys", good({"id": str(KEY), "position": 7, "key": SECRET}))
    api.on(f"DELETE /api/keys/{KEY}", good({"id": str(KEY), "position": 8}))


def test_a_new_key_is_printed_once_with_what_was_asked_for(api: ScriptedApi, z2: CommandLine) -> None:
    said = z2("key", "create", "CI", "--scope", "read", "--scope", "runs:start", "--expires", "90d")
    assert said.out.splitlines() == [f"key {KEY} is made", f"it is not shown again: {SECRET}"]
    asked = json.loads(api.asked[-1].body)
    ends = datetime.fromisoformat(asked.pop("expires_at"))
    assert abs(ends - datetime.now(UTC) - timedelta(days=90)) < timedelta(minutes=1)
    assert asked == {"label": "CI", "scopes": ["read", "runs:start"]}
    assert json.loads(z2("key", "create", "CI", "--json").out)["key"] == SECRET
    assert json.loads(api.asked[-1].body) == {"label": "CI"}


@pytest.mark.parametrize("time", ["", "90", "d", "0d", "-1d", "1.5d", "90 d", "soon", "101y", "٩d"])
def test_a_time_that_is_none_makes_no_key(api: ScriptedApi, z2: CommandLine, time: str) -> None:
    said = z2("key", "create", "CI", f"--expires={time}")
    assert (said.code, api.asked) == (2, [])
    assert "give one such as 90d" in said.error


def test_keys_are_listed_without_a_secret(z2: CommandLine) -> None:
    lines = z2("key", "list").out.splitlines()
    assert lines[1].split()[:2] == [str(KEY), "CI"]
    assert "read runs:start" in lines[1]
    assert lines[2].split()[-1] == "revoked"
    assert len(json.loads(z2("key", "list", "--json").out)["items"]) == 2


def test_those_of_all_members_are_asked_for_by_name(api: ScriptedApi, z2: CommandLine) -> None:
    assert z2("key", "list", "--all").code == 0
    assert "all=true" in api.asked[-1].query


def test_a_key_is_revoked_by_the_beginning_of_its_id(z2: CommandLine) -> None:
    assert z2("key", "revoke", str(KEY)[:12]).out == f"key {KEY} is revoked\n"
    assert json.loads(z2("key", "revoke", str(KEY), "--json").out)["position"] == 8


@pytest.mark.parametrize(("word", "why"), [(str(KEY)[:6], "may be"), ("ffff", "no key of yours"), ("", "no key of")])
def test_a_word_that_names_no_single_key_revokes_none(api: ScriptedApi, z2: CommandLine, word: str, why: str) -> None:
    said = z2("key", "revoke", word)
    assert said.code == 2
    assert why in said.error
    assert not any(asked.method == "DELETE" for asked in api.asked)
