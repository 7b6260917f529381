"""Costs and budgets from the command line: amounts as people write them, and what is unknown told as unknown."""

import json
from uuid import UUID

import pytest

from tests.support.command_line import CommandLine
from tests.support.scripted_api import ScriptedApi, good

USER = "00000000-0000-0000-0000-000000000021"
TOTAL = {
    "key": None,
    "calls": 3,
    "open": 1,
    "in_doubt": 2,
    "refused": 1,
    "cached": 4,
    "input_tokens": 1_200,
    "cached_input_tokens": 0,
    "cache_write_tokens": 0,
    "output_tokens": 300,
    "reasoning_tokens": 0,
    "cost_micro_usd": 1_234_500,
    "unknown_costs": 1,
    "reserved_micro_usd": 20_000,
    "in_doubt_micro_usd": 40_001,
    "unknown_reservations": 0,
    "saved_micro_usd": 500_000,
}
LIMIT = {
    "kind": "user",
    "subject": "",
    "window": "day",
    "unit": "micro_usd",
    "most": 20_000_000,
    "spent": 1_500_000,
    "reserved": 20_000,
    "in_doubt": 0,
    "left": 18_480_000,
    "busiest": USER,
}
OF_RUNS = LIMIT | {
    "kind": "run", "window": "whole", "unit": "tokens", "most": 5_000, "spent": None, "reserved": None,
    "in_doubt": None, "left": None, "busiest": None,
}  # fmt: skip
DOUBT = {
    "id": str(UUID(int=1)),
    "model": "openai/gpt",
    "began_at": "2026-01-01T00:00:00Z",
    "reserved_micro_usd": None,
    "reserved_tokens": 5,
    "code": "model_timeout",
    "run_id": str(UUID(int=2)),
    "step": "read",
    "call_id": None,
    "user_id": None,
    "agent_id": None,
    "key_id": None,
}


@pytest.fixture(autouse=True)
def told(api: ScriptedApi) -> None:
    day = TOTAL | {"key": "2026-01-01", "unknown_costs": 0}
    api.on("GET /api/costs", good({"by": "day", "items": [day], "total": TOTAL}))
    api.on("GET /api/costs/doubts", good({"items": [DOUBT], "next": None}))
    api.on("GET /api/budgets", good({"items": [LIMIT, OF_RUNS]}))
    api.on("PUT /api/budgets", good({"id": str(UUID(int=3)), "position": 7}))
    api.on("DELETE /api/budgets", good({"id": str(UUID(int=3)), "position": 8}))


def test_costs_are_listed_with_their_total_and_what_is_unknown_is_marked(z2: CommandLine) -> None:
    lines = z2("costs").out.splitlines()
    assert lines[1].split()[:2] == ["2026-01-01", "3"]
    assert "$1.2345 " in lines[1]
    assert lines[2].split()[0] == "total"
    assert "$1.2345+" in lines[2]
    for cell in ("1 ($0.02)", "2 ($0.040001)", "4 ($0.50)"):
        assert cell in lines[2]
    assert json.loads(z2("costs", "--json").out)["total"] == TOTAL


def test_costs_are_asked_for_by_what_and_between_which_days(api: ScriptedApi, z2: CommandLine) -> None:
    assert z2("costs", "--by", "agent", "--from", "2026-01-01", "--to", "2026-01-31", "--limit", "5").code == 0
    assert sorted(api.asked[-1].query.split("&")) == ["by=agent", "from=2026-01-01", "limit=5", "to=2026-01-31"]


def test_a_call_is_estimated_alone_and_in_a_batch(api: ScriptedApi, z2: CommandLine) -> None:
    api.on("GET /api/costs/estimate", good({"cost_micro_usd": 12_500, "batch_cost_micro_usd": None}))
    words = ["costs", "estimate", "openai/gpt", "--in", "1000", "--out", "200", "--cached", "100", "--reasoning", "50"]
    assert z2(*words).out == "alone: $0.0125\nin a batch: unknown\n"
    asked = {"cached_input_tokens=100", "input_tokens=1000", "model=openai%2Fgpt", "output_tokens=200"}
    assert set(api.asked[-1].query.split("&")) == asked | {"reasoning_tokens=50"}
    assert json.loads(z2(*words, "--json").out)["cost_micro_usd"] == 12_500


def test_calls_in_doubt_are_listed_with_why(z2: CommandLine) -> None:
    (line,) = z2("costs", "doubts").out.splitlines()[1:]
    for cell in (str(UUID(int=1)), "openai/gpt", "unknown", "model_timeout", f"run {UUID(int=2)} read"):
        assert cell in line


def test_those_that_are_settled_are_listed_with_what_they_came_to(api: ScriptedApi, z2: CommandLine) -> None:
    known = DOUBT | {"cost_micro_usd": 12_300, "note": "as on the invoice"}
    api.on("GET /api/costs/doubts", good({"items": [known, DOUBT], "next": None}))
    first, second = z2("costs", "doubts", "--settled").out.splitlines()[1:]
    for cell in (str(UUID(int=1)), "$0.0123", "as on the invoice"):
        assert cell in first
    assert "nothing" in second
    assert sorted(api.asked[-1].query.split("&")) == ["limit=50", "settled=true"]


@pytest.mark.parametrize(
    ("words", "asked", "said"),
    [
        (
            ["--billed", "0.0123", "--note", "as on the invoice"],
            {"finding": "billed", "micro_usd": 12_300, "tokens": None, "note": "as on the invoice"},
            "the call came to $0.0123",
        ),
        (
            ["--billed", "$2", "--tokens", "1,500"],
            {"finding": "billed", "micro_usd": 2_000_000, "tokens": 1_500, "note": ""},
            "the call came to $2.00",
        ),
        (
            ["--not-billed"],
            {"finding": "not_billed", "micro_usd": None, "tokens": None, "note": ""},
            "the call came to nothing",
        ),
    ],
)
def test_a_doubt_is_settled(api: ScriptedApi, z2: CommandLine, words: list[str], asked: object, said: str) -> None:
    api.on(f"POST /api/costs/doubts/{UUID(int=1)}/settle", good({"id": str(UUID(int=1)), "position": 9}))
    assert z2("costs", "settle", str(UUID(int=1)), *words).out == f"{said}\n"
    assert json.loads(api.asked[-1].body) == asked
    assert json.loads(z2("costs", "settle", str(UUID(int=1)), *words, "--json").out)["position"] == 9


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ([str(UUID(int=1))], "give either --billed DOLLARS or --not-billed"),
        ([str(UUID(int=1)), "--billed", "1", "--not-billed"], "give either --billed DOLLARS or --not-billed"),
        ([str(UUID(int=1)), "--billed", "much"], "give one such as 20 or 12.50"),
        ([str(UUID(int=1)), "--not-billed", "--tokens", "5"], "leave out --tokens"),
        (["that one", "--not-billed"], "z2 costs doubts lists them"),
    ],
)
def test_what_settles_nothing_is_not_sent(api: ScriptedApi, z2: CommandLine, words: list[str], why: str) -> None:
    told = z2("costs", "settle", *words)
    assert told.code == 2
    assert why in told.error
    assert api.asked == []


def test_limits_are_listed_with_what_is_left(api: ScriptedApi, z2: CommandLine) -> None:
    lines = z2("budget", "list").out.splitlines()
    for cell in ("each user, per day", "$20.00", "$1.50", "$0.02", "$18.48", f"{USER} has used most"):
        assert cell in lines[1]
    assert lines[2].split() == ["each", "run", "5,000", "tokens"]
    assert len(json.loads(z2("budget", "list", "--json").out)["items"]) == 2
    api.on("GET /api/budgets", good({"items": []}))
    assert "there are no limits" in z2("budget", "list").out


@pytest.mark.parametrize(
    ("words", "asked", "said"),
    [
        (
            ["workspace", "20", "--per", "day"],
            {"kind": "workspace", "subject": "", "window": "day", "unit": "micro_usd", "most": 20_000_000},
            "workspace, per day, may use $20.00",
        ),
        (
            [f"user:{USER}", "$12.345678", "--per", "month"],
            {"kind": "user", "subject": USER, "window": "month", "unit": "micro_usd", "most": 12_345_678},
            f"{USER}, per month, may use $12.345678",
        ),
        (
            ["model:ollama/qwen3:8b", "0", "--per", "day"],
            {"kind": "model", "subject": "ollama/qwen3:8b", "window": "day", "unit": "micro_usd", "most": 0},
            "ollama/qwen3:8b, per day, may use $0.00",
        ),
        (
            ["run", "2,000_000", "--tokens"],
            {"kind": "run", "subject": "", "window": "whole", "unit": "tokens", "most": 2_000_000},
            "each run may use 2,000,000 tokens",
        ),
    ],
)
def test_a_limit_is_set(api: ScriptedApi, z2: CommandLine, words: list[str], asked: object, said: str) -> None:
    assert z2("budget", "set", *words).out == f"{said}\n"
    assert json.loads(api.asked[-1].body) == asked
    assert json.loads(z2("budget", "set", *words, "--json").out)["position"] == 7


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["planet", "20", "--per", "day"], "give one of workspace, user"),
        (["workspace", "20"], "add --per day or --per month"),
        (["run", "20", "--per", "day"], "leave out --per"),
        (["workspace", "twenty", "--per", "day"], "give one such as 20 or 12.50"),
        (["workspace", "0.0000001", "--per", "day"], "give one such as 20 or 12.50"),
        (["workspace", "NaN", "--per", "day"], "give one such as 20 or 12.50"),
        (["workspace", "Infinity", "--per", "day"], "give one such as 20 or 12.50"),
        (["run", "1.5", "--tokens"], "give one such as 2000000"),
        (["run", "٣", "--tokens"], "give one such as 2000000"),
    ],
)
def test_what_is_no_limit_is_not_sent(api: ScriptedApi, z2: CommandLine, words: list[str], why: str) -> None:
    said = z2("budget", "set", *words)
    assert (said.code, api.asked) == (2, [])
    assert why in said.error


def test_a_limit_is_removed(api: ScriptedApi, z2: CommandLine) -> None:
    assert z2("budget", "remove", "model:a/b c", "--per", "day").out == "a/b c, per day, has no such limit any more\n"
    assert api.asked[-1].query == "kind=model&subject=a%2Fb+c&window=day&unit=micro_usd"
    assert json.loads(z2("budget", "remove", "step", "--tokens", "--json").out)["position"] == 8
