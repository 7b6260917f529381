"""Limits from the command line."""

import json
from uuid import UUID

import pytest

from tests.support.command_line import CommandLine
from tests.support.scripted_api import ScriptedApi, good

AGENT = str(UUID(int=21))
LIMITS = [
    {"kind": "workspace", "subject": "", "most": 1_000, "used": 12, "waiting": 3_400},
    {"kind": "agent", "subject": "", "most": 5, "used": None, "waiting": None},
    {"kind": "workflow", "subject": AGENT, "most": 2, "used": 2, "waiting": 1},
]


@pytest.fixture(autouse=True)
def told(api: ScriptedApi) -> None:
    api.on("GET /api/concurrency", good({"items": LIMITS}))
    api.on("PUT /api/concurrency", good({"id": str(UUID(int=3)), "position": 7}))
    api.on("DELETE /api/concurrency", good({"id": str(UUID(int=3)), "position": 8}))


def test_limits_are_listed_with_what_is_in_use_and_what_waits(z2: CommandLine) -> None:
    lines = [line.split() for line in z2("limit", "list").out.splitlines()[1:]]
    assert lines == [
        ["workspace", "1,000", "steps", "12", "3,400"],
        ["each", "agent", "5", "steps"],
        ["workflow", AGENT, "2", "runs", "2", "1"],
    ]
    assert json.loads(z2("limit", "list", "--json").out) == {"items": LIMITS}


@pytest.mark.parametrize(
    ("words", "asked", "said"),
    [
        (["workspace", "20"], {"kind": "workspace", "subject": "", "most": 20}, "workspace may have 20 steps at once"),
        (["agent", "5"], {"kind": "agent", "subject": "", "most": 5}, "each agent may have 5 steps at once"),
        (
            [f"workflow:{AGENT}", "1"],
            {"kind": "workflow", "subject": AGENT, "most": 1},
            f"workflow {AGENT} may have 1 runs at once",
        ),
    ],
)
def test_a_limit_is_set(api: ScriptedApi, z2: CommandLine, words: list[str], asked: object, said: str) -> None:
    assert z2("limit", "set", *words).out.strip() == said
    assert json.loads(api.asked[-1].body) == asked


def test_a_limit_is_removed(api: ScriptedApi, z2: CommandLine) -> None:
    assert z2("limit", "remove", "provider:openai").out.strip() == "provider openai has no such limit any more"
    assert sorted(api.asked[-1].query.split("&")) == ["kind=provider", "subject=openai"]


def test_what_has_no_limits_is_said_to_have_none(z2: CommandLine) -> None:
    refused = z2("limit", "set", "team", "5")
    assert refused.code != 0
    assert "'team' has no limits" in refused.err
