"""Every template runs to its end with real workers: on a model's protocol, and on the offline engine where it can."""

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from application.models.request import Format, Message, ModelRequest, Text
from application.templates import TEMPLATES
from infrastructure.models.tokens import Tokens
from tests.interfaces.http.conftest import client_for
from tests.support.asked import created, finished, refused, seen
from tests.support.promise import Promise
from tests.support.providers import ProvidedSystem, ProviderProcess, provided_system
from tests.support.template_answers import expected, rows_of

MODEL = "openai/gpt-6-luna"


@pytest.fixture(scope="module")
def provided(postgres: str) -> Iterator[ProvidedSystem]:
    with provided_system(postgres) as running:
        yield running


@pytest.fixture
def openai(provided: ProvidedSystem) -> ProviderProcess:
    provided.openai.reset()
    return provided.openai


@pytest.fixture
def client(provided: ProvidedSystem, promise: Promise) -> Iterator[httpx2.Client]:
    with client_for(provided.system.url, promise) as client:
        client.headers["Authorization"] = provided.system.client.headers["Authorization"]
        yield client


def a_run(name: str, model: str, **more: Any) -> dict[str, Any]:
    """A run of a template on its sample, with more fields in its input."""
    value = TEMPLATES[name].sample.value()
    given = {"text": value} if isinstance(value, str) else {"data": value | more}
    return {"template": name, "model": model, "input": {"title": "A sample", **given}}


def done(client: httpx2.Client, run: dict[str, Any]) -> dict[str, Any]:
    """The run at its end; what it shows to a person is approved."""
    waiting: list[dict[str, Any]] = []

    def over() -> bool:
        shown = client.get(f"/api/runs/{run['id']}").json()
        waiting[:] = [step for step in shown.get("steps", []) if step["status"] == "suspended"]
        return bool(waiting) or shown.get("status") in ("completed", "failed")

    assert seen(over, wanted=True)
    for step in waiting:
        decided = client.post(f"/api/runs/{run['id']}/steps/{step['id']}/decision", json={"decision": "approve"})
        assert decided.status_code == 200, decided.text
    return finished(client, run)


def tokens_of(call: dict[str, Any]) -> int:
    """The tokens of what was sent, by the tokenizer of the model's family."""
    system, *others = call["body"]["messages"]
    told = call["body"].get("response_format")
    wanted = Format("answer", told["json_schema"]["schema"]) if told else None
    messages = tuple(Message(each["role"], (Text(each["content"]),)) for each in others)
    return Tokens().count(ModelRequest(MODEL, "answer", system["content"], messages, format=wanted), "gpt")


def asked_times(openai: ProviderProcess) -> int:
    return len(openai.calls())


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_comes_to_its_result_with_a_model(client: httpx2.Client, openai: ProviderProcess, name: str) -> None:
    wanted = expected(name, TEMPLATES[name].sample.value())
    openai.always(text="A reply that was drafted.")
    for match, text in wanted.answers:
        openai.will(match=match, text=text)
    run = done(client, created(client, "/api/runs", a_run(name, MODEL)))
    assert run["status"] == "completed", run["error"]
    output = client.get(f"/api/runs/{run['id']}/output").text
    assert [words for words in wanted.says if words not in output] == []
    assert asked_times(openai) == wanted.calls
    cost = cost_of(client, name, MODEL)
    assert cost["calls"]["low"] <= wanted.calls <= cost["calls"]["high"]
    sent = sum(map(tokens_of, openai.calls()))
    assert cost["input_tokens"]["low"] <= sent <= cost["input_tokens"]["high"]


@pytest.mark.parametrize("name", [each.name for each in TEMPLATES.values() if not each.needs_model])
def test_a_template_that_needs_no_model_does_without_one(client: httpx2.Client, name: str) -> None:
    run = done(client, created(client, "/api/runs", a_run(name, "offline/extractive")))
    assert (run["status"], run["cost_micro_usd"]) == ("completed", 0), run["error"]
    said = client.get(f"/api/runs/{run['id']}/output").text
    sentences = [line.removeprefix("> ") for line in said.splitlines() if line.startswith("> ")]
    assert len(sentences) >= 3
    assert [each for each in sentences if " ".join(each.split()) not in " ".join(sample(name).split())] == []


def test_a_question_with_its_query_is_answered_without_a_model(client: httpx2.Client) -> None:
    sql = "SELECT product, sum(pieces) AS pieces FROM data GROUP BY product ORDER BY product"
    run = done(client, created(client, "/api/runs", a_run("table-questions", "offline/extractive", sql=sql)))
    assert (run["status"], run["cost_micro_usd"]) == ("completed", 0), run["error"]
    pieces: dict[str, int] = {}
    for line in TEMPLATES["table-questions"].sample.value()["csv"].splitlines()[1:]:
        _, product, count, _ = line.split(",")
        pieces[product] = pieces.get(product, 0) + int(count)
    said = client.get(f"/api/runs/{run['id']}/output").text
    assert rows_of(said) == [[product, pieces[product]] for product in sorted(pieces)]


@pytest.mark.parametrize("name", [each.name for each in TEMPLATES.values() if each.needs_model])
def test_a_template_that_needs_a_model_says_so_at_once(client: httpx2.Client, name: str) -> None:
    detail = refused(client.post("/api/runs", json=a_run(name, "offline/extractive")), 422, "invalid", "model")
    assert "needs a language model" in detail
    assert ("`sql` in the input" in detail) == (name == "table-questions")


def test_nothing_of_a_code_review_is_made_up_where_nothing_was_found(
    client: httpx2.Client, openai: ProviderProcess
) -> None:
    openai.always(text=json.dumps({"findings": []}))
    run = done(client, created(client, "/api/runs", a_run("code-review", MODEL)))
    output = client.get(f"/api/runs/{run['id']}/output").text
    assert output == "Three reviewers read the diff and found nothing."
    assert asked_times(openai) == 3


def sample(name: str) -> str:
    return TEMPLATES[name].sample.text()


def cost_of(client: httpx2.Client, name: str, model: str) -> dict[str, Any]:
    items = client.get("/api/templates", params={"model": model}).json()["items"]
    (cost,) = next(each["costs"] for each in items if each["name"] == name)
    found: dict[str, Any] = cost
    return found
