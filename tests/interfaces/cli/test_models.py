"""Models from the command line: found, shown, and said to be otherwise, with prices in dollars."""

import json
from typing import Any
from uuid import UUID

import pytest

from tests.interfaces.cli import answers
from tests.support.command_line import CommandLine
from tests.support.scripted_api import ScriptedApi, good, problem

SOME = "openai/some"


@pytest.fixture(autouse=True)
def told(api: ScriptedApi) -> None:
    api.on("GET /api/models", good(answers.MODELS))
    for verb in ("", "/reprice", "/retire", "/reinstate", "/forget"):
        api.on(f"POST /api/models{verb}", good({"id": str(UUID(int=9)), "position": 12}))


def said(api: ScriptedApi, verb: str = "") -> dict[str, Any]:
    """What was sent, without what it left open."""
    (request,) = api.requests(f"POST /api/models{verb}")
    assert request.headers["idempotency-key"]
    return {name: value for name, value in json.loads(request.body).items() if value not in (None, "", [])}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ((), 2),
        (("--provider", "openai"), 1),
        (("--can", "tools", "--can", "vision"), 1),
        (("--can", "tools", "--can", "reasoning"), 0),
        (("--ready",), 1),
        (("--own",), 1),
        (("--ready", "--own"), 0),
    ],
)
def test_models_are_narrowed_down(z2: CommandLine, words: tuple[str, ...], found: int) -> None:
    assert len(z2("models", *words).out.splitlines()) == found + 1
    assert len(json.loads(z2("models", *words, "--json").out)["items"]) == found


def test_a_model_is_shown_with_where_its_figures_are_from(z2: CommandLine) -> None:
    out = z2("models", "show", SOME).out
    told = {line[:18].strip(): line[18:].strip() for line in out.splitlines()}
    assert told["dollars a million"] == "0.125 input; above 4,000 tokens of input: 0.25 input, unknown output"
    assert told["source"] == "https://vendor.example/some, 2026-01-01"
    assert (told["can"], told["context"], told["quality"]) == ("tools, vision", "8,000", "unknown")
    assert json.loads(z2("models", "show", SOME, "--json").out)["id"] == SOME


def test_a_model_that_is_not_there_is_said_to_be_missing(z2: CommandLine) -> None:
    missing = z2("models", "show", "openai/other")
    assert (missing.code, missing.out) == (2, "")
    assert missing.error.startswith("there is no model 'openai/other'; ")


def test_a_model_is_registered_with_what_is_known_of_it(api: ScriptedApi, z2: CommandLine) -> None:
    words = ("--context-tokens", "32000", "--can", "tools", "--region", "eu", "--takes", "image", "--quality", "0")
    assert z2("models", "add", "vllm/mine", *words, "--input", "0.15", "--output", "2").out == (
        "vllm/mine is registered\n"
    )
    assert said(api) == {
        "model": "vllm/mine",
        "context_tokens": 32_000,
        "can": ["tools"],
        "inputs": ["image"],
        "regions": ["eu"],
        "quality": 0,
        "prices": {"input": 150_000, "output": 2_000_000},
    }


def test_a_model_is_registered_without_prices_where_none_are_known(api: ScriptedApi, z2: CommandLine) -> None:
    z2("models", "add", "vllm/mine")
    assert said(api) == {"model": "vllm/mine"}


def test_a_price_that_is_not_named_stays(api: ScriptedApi, z2: CommandLine) -> None:
    out = z2("models", "reprice", SOME, "--output", "1.5", "--cached-input", "0.000001").out
    assert out.startswith(f"{SOME} costs this from now on: 0.125 input, 1e-06 cached input, 1.5 output; above 4,000 ")
    long = {"above_input_tokens": 4_000, "input": 250_000, "cached_input": None, "cache_write": None, "output": None}
    assert said(api, "/reprice")["prices"] == {
        "input": 125_000,
        "cached_input": 1,
        "output": 1_500_000,
        "long": long,
    }


@pytest.mark.parametrize("amount", ["-1", "0.0000001", "much", "NaN", "Infinity", "1e99999999999"])
def test_what_is_no_amount_is_refused(z2: CommandLine, amount: str) -> None:
    refused = z2("models", "reprice", SOME, "--input", amount)
    assert refused.code == 2
    assert "is no amount in dollars" in refused.error


def test_a_change_of_prices_needs_a_price(z2: CommandLine) -> None:
    assert z2("models", "reprice", SOME).error == "no price is given; give one, such as --input 2.50"


def test_a_model_is_retired_and_reinstated_and_forgotten(api: ScriptedApi, z2: CommandLine) -> None:
    assert z2("models", "retire", SOME, "--on", "2027-01-31").out == f"{SOME} is retired from 2027-01-31 on\n"
    assert said(api, "/retire") == {"model": SOME, "on": "2027-01-31"}
    assert z2("models", "reinstate", SOME).code == 0
    assert said(api, "/reinstate") == {"model": SOME}
    assert z2("models", "forget", SOME).out == f"{SOME} is as in the catalogue\n"
    assert said(api, "/forget") == {"model": SOME}


def test_a_model_is_retired_today_where_no_day_is_given(api: ScriptedApi, z2: CommandLine) -> None:
    assert z2("models", "retire", SOME).out == f"{SOME} is retired from today on\n"
    assert said(api, "/retire") == {"model": SOME}


OFFERED = {
    "provider": "openai",
    "why_not": None,
    "items": [{"id": SOME, "known": True}, {"id": "openai/new", "known": False}],
}
DISCOVER = "POST /api/models/discover"


def test_what_a_provider_has_is_listed_and_what_is_new_marked(api: ScriptedApi, z2: CommandLine) -> None:
    api.on(DISCOVER, good(OFFERED))
    assert [line.split() for line in z2("models", "discover", "openai").out.splitlines()[1:]] == [
        [SOME],
        ["openai/new", "new"],
    ]
    assert json.loads(z2("models", "discover", "openai", "--json").out) == OFFERED
    assert api.requests("POST /api/models") == []


def test_what_is_new_is_registered_where_that_is_wanted(api: ScriptedApi, z2: CommandLine) -> None:
    api.on(DISCOVER, good(OFFERED))
    assert "registered" in z2("models", "discover", "openai", "--add").out
    assert said(api) == {"model": "openai/new"}


def test_a_provider_that_cannot_be_asked_is_a_failure(api: ScriptedApi, z2: CommandLine) -> None:
    api.on(DISCOVER, good({"provider": "ollama", "why_not": "Ollama needs an address", "items": []}))
    refused = z2("models", "discover", "ollama")
    assert (refused.code, refused.error) == (1, "Ollama needs an address")


def test_who_may_not_manage_models_is_told(api: ScriptedApi, z2: CommandLine) -> None:
    api.on("POST /api/models/forget", problem(403, "Forbidden", "this needs the scope models:manage"))
    refused = z2("models", "forget", SOME)
    assert refused.code == 1
    assert "models:manage" in refused.error
