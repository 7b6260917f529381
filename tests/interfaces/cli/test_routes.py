"""Routes from the command line: defined by options or a file, explained, and tried on a run of the past."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from tests.support.command_line import CommandLine
from tests.support.scripted_api import ScriptedApi, good

RUN = UUID(int=5)
ACCEPTED = {"id": str(UUID(int=9)), "position": 12}
CHOICE: dict[str, Any] = {
    "strategy": "weighted",
    "needs": {},
    "candidates": [
        {
            "model": "openai/small",
            "total": 0.8125,
            "cost": 0.9,
            "latency": 0.5,
            "quality": 0.75,
            "micro_usd": 1_500,
            "milliseconds": 1_250,
        },
        {
            "model": "ollama/ours",
            "total": 0.5,
            "cost": None,
            "latency": 0.5,
            "quality": 0.5,
            "micro_usd": None,
            "milliseconds": None,
        },
    ],
    "ruled_out": [{"code": "unavailable", "detail": "it has no key", "models": [f"groq/{n}" for n in range(6)]}],
    "check": None,
}
CALL = {
    "step": "read",
    "attempt": 1,
    "call": 1,
    "model": "openai/large",
    "cost_micro_usd": 20_000,
    "chosen": "openai/small",
    "chosen_micro_usd": 1_500,
    "choice": CHOICE,
}
SIMULATION = {"calls": [CALL], "cost_micro_usd": 20_000, "chosen_micro_usd": 1_500}
LISTED = {
    "items": [
        {"name": "auto", "policy": {"last": ["offline/*"]}, "built_in": True},
        {"name": "small", "policy": {"strategy": "cheapest", "models": [], "check": None}, "built_in": False},
    ]
}


@pytest.fixture(autouse=True)
def told(api: ScriptedApi) -> None:
    api.on("GET /api/routes", good(LISTED))
    api.on("PUT /api/routes/small", good(ACCEPTED))
    api.on("DELETE /api/routes/small", good(ACCEPTED))
    api.on("POST /api/routes/explain", good(CHOICE))
    api.on("POST /api/routes/simulate", good(SIMULATION))


def sent(api: ScriptedApi, request: str) -> dict[str, Any]:
    (only,) = api.requests(request)
    body: dict[str, Any] = json.loads(only.body)
    return body


@pytest.mark.parametrize("words", [("route",), ("route", "list")])
def test_routes_are_listed_with_their_policies(z2: CommandLine, words: tuple[str, ...]) -> None:
    lines = z2(*words).out.splitlines()
    assert "built in" in lines[1]
    assert '{"strategy":"cheapest"}' in lines[2]
    assert json.loads(z2(*words, "--json").out) == LISTED


def test_a_route_is_defined_by_what_is_given_and_nothing_else(api: ScriptedApi, z2: CommandLine) -> None:
    words = ("--strategy", "weighted", "--model", "openai/*", "--model", "groq/*", "--quality", "3")
    assert z2("route", "define", "small", *words, "--most-dollars", "0.05").out == "route/small is defined\n"
    assert sent(api, "PUT /api/routes/small") == {
        "strategy": "weighted",
        "models": ["openai/*", "groq/*"],
        "weights": {"cost": 0, "latency": 0, "quality": 3},
        "most_micro_usd": 50_000,
    }


def test_a_split_is_defined_by_its_shares(api: ScriptedApi, z2: CommandLine) -> None:
    z2("route", "define", "small", "--strategy", "split", "--share", "openai/a=9", "--share", "ollama/b:7b=1")
    shares = [{"model": "openai/a", "parts": 9}, {"model": "ollama/b:7b", "parts": 1}]
    assert sent(api, "PUT /api/routes/small") == {"strategy": "split", "shares": shares}
    wrong = z2("route", "define", "small", "--share", "openai/a")
    assert wrong.code == 2
    assert "MODEL=PARTS" in wrong.err


def test_a_route_is_defined_by_a_file(api: ScriptedApi, z2: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    file.write_text('{"strategy": "fastest"}')
    assert z2("route", "define", "small", "--policy", str(file)).code == 0
    assert z2("route", "define", "small", "--policy", "-", given='{"strategy": "cheapest"}').code == 0
    bodies = [json.loads(each.body) for each in api.requests("PUT /api/routes/small")]
    assert bodies == [{"strategy": "fastest"}, {"strategy": "cheapest"}]


@pytest.mark.parametrize("content", [None, "{", "[]"])
def test_a_file_that_holds_no_policy_is_refused(z2: CommandLine, tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "policy.json"
    if content is not None:
        file.write_text(content)
    refused = z2("route", "define", "small", "--policy", str(file))
    assert refused.code == 2
    assert str(file) in refused.err


def test_a_route_is_removed(api: ScriptedApi, z2: CommandLine) -> None:
    assert z2("route", "remove", "small").out == "route/small is removed\n"
    assert api.requests("DELETE /api/routes/small")


def test_a_choice_is_explained_with_scores_and_what_ruled_others_out(api: ScriptedApi, z2: CommandLine) -> None:
    out = z2("route", "--explain", "route/small", "--needs", "tools", "--tokens", "2000").out
    assert sent(api, "POST /api/routes/explain") == {
        "route": "small",
        "capabilities": ["tools"],
        "input_tokens": 2_000,
        "output_tokens": 4_096,
        "task": "compose",
        "region": None,
    }
    first = next(line for line in out.splitlines() if "openai/small" in line)
    for told in ("0.812", "$0.0015", "1,250 ms"):
        assert told in first
    assert "unknown" in next(line for line in out.splitlines() if "ollama/ours" in line)
    assert "groq/0, groq/1, groq/2, groq/3 and 2 more" in out
    assert "it has no key" in out


def test_a_choice_is_explained_for_a_document_and_a_policy(api: ScriptedApi, z2: CommandLine, tmp_path: Path) -> None:
    paper, policy = tmp_path / "paper.md", tmp_path / "policy.json"
    paper.write_text("The tide rises.")
    policy.write_text('{"strategy": "fastest"}')
    told = z2("route", "--policy", str(policy), "--input", str(paper), "--json").out
    assert json.loads(told) == CHOICE
    body = sent(api, "POST /api/routes/explain")
    assert (body["text"], body["policy"]) == ("The tide rises.", {"strategy": "fastest"})
    assert "input_tokens" not in body
    both = z2("route", "--explain", "small", "--policy", str(policy))
    assert both.code == 2
    assert "give one of them" in both.err


def test_nobody_to_ask_is_said_so(api: ScriptedApi, z2: CommandLine) -> None:
    api.on("POST /api/routes/explain", good({**CHOICE, "candidates": []}))
    assert z2("route", "--explain", "auto").out.startswith("No model can be asked.")


def test_a_run_is_told_as_it_would_have_been(api: ScriptedApi, z2: CommandLine) -> None:
    out = z2("route", "simulate", str(RUN), "--route", "small").out
    assert sent(api, "POST /api/routes/simulate") == {"route": "small", "run_id": str(RUN)}
    call = next(line for line in out.splitlines() if line.startswith("read"))
    assert call.split() == ["read", "1", "openai/large", "$0.02", "openai/small", "$0.0015"]
    assert out.endswith("The run cost $0.02, and would have cost $0.0015.\n")
    assert json.loads(z2("route", "simulate", str(RUN), "--json").out) == SIMULATION
