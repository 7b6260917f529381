"""Runs over the real SDKs: what providers say, count and refuse reaches the record, the page and the bill."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.interfaces.http.conftest import client_for
from tests.support import asked
from tests.support.asked import a_run, created, finished
from tests.support.promise import Promise
from tests.support.providers import ProvidedSystem, ProviderProcess, provided_system
from tests.support.sse import Message, Watcher, is_end, until

ANSWER = "Tides are caused by the Moon, and so they come twice a day.\n\n- Turbines turn in them."
PATIENCE = {"Z2_MODEL_FIRST_TOKEN_SECONDS": "1.0", "Z2_MODEL_IDLE_SECONDS": "1.0"}


@pytest.fixture(scope="module")
def provided(postgres: str) -> Iterator[ProvidedSystem]:
    with provided_system(postgres, **PATIENCE) as running:
        yield running


@pytest.fixture
def openai(provided: ProvidedSystem) -> ProviderProcess:
    provided.openai.reset()
    return provided.openai


@pytest.fixture
def anthropic(provided: ProvidedSystem) -> ProviderProcess:
    provided.anthropic.reset()
    return provided.anthropic


@pytest.fixture
def client(provided: ProvidedSystem, promise: Promise) -> Iterator[httpx2.Client]:
    with client_for(provided.system.url, promise) as client:
        client.headers["Authorization"] = provided.system.client.headers["Authorization"]
        yield client


@pytest.fixture
def watcher(provided: ProvidedSystem) -> Watcher:
    signed = provided.system.client.headers["Authorization"]
    return Watcher(provided.system.url, signed.removeprefix("Bearer "))


def one_step(client: httpx2.Client, model: str, **node: Any) -> dict[str, Any]:
    """A run of one step, done by an agent that has chosen the model."""
    workflow_id = asked.a_workflow(client, {"id": "read"} | node, model=model)
    return created(client, "/api/runs", a_run(template=None, workflow_id=workflow_id))


def said(heard: list[Message], attempt: int = 1) -> str:
    deltas = [message.data for message in heard if message.event == "delta" and message.data]
    return "".join(delta["text"] for delta in deltas if delta["attempt"] == attempt)


class Whole:
    """The run has ended and the words of an attempt were all heard: words and record come by different ways."""

    def __init__(self, text: str, attempt: int = 1, before: list[Message] | None = None) -> None:
        self._text = text
        self._attempt = attempt
        self._heard = [*(before or ())]

    def __call__(self, message: Message) -> bool:
        self._heard.append(message)
        return said(self._heard, self._attempt) == self._text and any(is_end(each) for each in self._heard)


def types(client: httpx2.Client, run_id: str) -> list[str]:
    return [event["type"] for event in client.get(f"/api/runs/{run_id}/events").json()["items"]]


async def test_an_answer_of_openai_is_streamed_recorded_and_paid(
    client: httpx2.Client, watcher: Watcher, openai: ProviderProcess
) -> None:
    openai.will(text=ANSWER, delay=0.01, input_tokens=1_234, cached_tokens=200, output_tokens=567, reasoning_tokens=400)
    run = one_step(client, "openai/gpt-6-luna")
    heard = await watcher.heard(f"/api/runs/{run['id']}/live", Whole(ANSWER))
    kinds = [message.type or message.event for message in heard]
    assert kinds.index("delta") < kinds.index("run.call_recorded.v1") < kinds.index("run.step_completed.v1")
    assert said(heard) == ANSWER
    shown = finished(client, run)
    assert client.get(f"/api/runs/{run['id']}/output").text == ANSWER
    assert (shown["status"], shown["input_tokens"], shown["output_tokens"]) == ("completed", 1_234, 567)
    # in micro-dollars: 1,034 plain at 0.1, 200 cached at 0.01 and 567 out at 0.5 are 388.9, rounded up
    assert shown["cost_micro_usd"] == shown["steps"][0]["cost_micro_usd"] == 389
    (call,) = openai.calls()
    assert (call["state"], call["body"]["model"]) == ("answered", "gpt-6-luna")
    assert asked.TEXT in str(call["body"]["messages"])


async def test_an_answer_of_anthropic_is_streamed_recorded_and_paid(
    client: httpx2.Client, watcher: Watcher, anthropic: ProviderProcess
) -> None:
    anthropic.will(text=ANSWER, delay=0.01, input_tokens=1_000, cached_tokens=400, written_tokens=100, output_tokens=50)
    run = one_step(client, "anthropic/claude-sonnet-5-5")
    heard = await watcher.heard(f"/api/runs/{run['id']}/live", Whole(ANSWER))
    assert said(heard) == ANSWER
    shown = finished(client, run)
    assert client.get(f"/api/runs/{run['id']}/output").text == ANSWER
    assert (shown["status"], shown["input_tokens"], shown["output_tokens"]) == ("completed", 1_500, 50)
    # in micro-dollars: 1,000 plain at 2, 400 read from the cache at 0.1, 100 written to it at 2.5 and 50 out at 10
    assert shown["cost_micro_usd"] == 2_000 + 40 + 250 + 500
    (call,) = anthropic.calls()
    assert (call["state"], call["body"]["model"]) == ("answered", "claude-sonnet-5-5")


@pytest.mark.parametrize("model", ["openai/gpt-6-luna", "anthropic/claude-sonnet-5-5"])
def test_a_team_can_work_with_one_providers_model_alone(
    client: httpx2.Client, openai: ProviderProcess, anthropic: ProviderProcess, model: str
) -> None:
    run = finished(client, created(client, "/api/runs", a_run(model=model)))
    assert (run["status"], {step["model"] for step in run["steps"]}) == ("completed", {model})
    assert run["cost_micro_usd"] == sum(step["cost_micro_usd"] for step in run["steps"]) > 0
    assert len(openai.calls()) + len(anthropic.calls()) == len(run["steps"])


def test_the_price_of_a_model_that_is_not_in_the_catalogue_is_unknown_and_not_nothing(
    client: httpx2.Client, openai: ProviderProcess
) -> None:
    run = finished(client, one_step(client, "openai/of-tomorrow"))
    assert (run["status"], run["cost_micro_usd"], run["steps"][0]["cost_micro_usd"]) == ("completed", None, None)


@pytest.mark.parametrize(
    ("model", "setting"),
    [("openai/gpt-6-luna", "OPENAI_API_KEY"), ("anthropic/claude-sonnet-5-5", "ANTHROPIC_API_KEY")],
)
def test_a_key_that_is_refused_fails_the_step_with_what_to_mend_and_the_step_can_be_retried(
    client: httpx2.Client, openai: ProviderProcess, anthropic: ProviderProcess, model: str, setting: str
) -> None:
    provider = openai if model.startswith("openai") else anthropic
    provider.will(status=401)
    provider.always(text=ANSWER)
    run = finished(client, one_step(client, model))
    (step,) = run["steps"]
    assert (run["status"], step["status"], step["attempt"]) == ("failed", "failed", 1)
    assert run["error"] == step["error"] | {"step": "read"}
    assert step["error"]["code"] == "model_key_refused"
    assert f"set {setting} to a valid key" in step["error"]["detail"]
    assert "sk-" not in client.get(f"/api/runs/{run['id']}/events").text
    retried = client.post(f"/api/runs/{run['id']}/steps/read/retry")
    assert retried.status_code == 200
    mended = completed(client, run["id"], retried.json()["position"])
    assert (mended["error"], mended["steps"][0]["error"], mended["steps"][0]["attempt"]) == (None, None, 2)
    assert client.get(f"/api/runs/{run['id']}/output").text == ANSWER


def completed(client: httpx2.Client, run_id: str, after: int) -> dict[str, Any]:
    """The run, once the first end behind a position has come; it must be a good one."""
    query = {"after": after}
    with client.stream("GET", f"/api/runs/{run_id}/live", params=query) as stream:
        end = next(line for line in stream.iter_lines() if '"run.completed.v1"' in line)
    query = {"after": int(end.partition('"position":')[2].partition(",")[0])}
    run: dict[str, Any] = client.get(f"/api/runs/{run_id}", params=query).json()
    return run


def test_a_failed_run_can_still_be_read_and_neither_retried_elsewhere_nor_output(
    client: httpx2.Client, openai: ProviderProcess
) -> None:
    openai.will(status=401)
    run = finished(client, one_step(client, "openai/gpt-6-luna"))
    asked.refused(client.get(f"/api/runs/{run['id']}/output"), 404, "not_found")
    asked.refused(client.post(f"/api/runs/{run['id']}/steps/nope/retry"), 404, "not_found", "step")
    (listed,) = (each for each in client.get("/api/runs?status=failed").json()["items"] if each["id"] == run["id"])
    assert listed["title"] == run["title"]
    # the input is stored whatever became of the run
    assert client.get(f"/api/runs/{run['id']}/input").text == asked.TEXT


def test_a_provider_that_hangs_is_given_up_and_asked_again_after_a_pause(
    client: httpx2.Client, openai: ProviderProcess
) -> None:
    openai.will(fault="hang_first")
    openai.always(text=ANSWER)
    run = finished(client, one_step(client, "openai/gpt-6-luna"))
    assert (run["status"], run["steps"][0]["attempt"], run["steps"][0]["calls_in_doubt"]) == ("completed", 2, 1)
    events = client.get(f"/api/runs/{run['id']}/events").json()["items"]
    (failure,) = (event["data"] for event in events if event["type"] == "run.step_failed.v1")
    assert (failure["code"], failure["final"]) == ("model_timeout", False)
    assert "did not begin to answer: nothing came for 1 s" in failure["detail"]
    assert [call["state"] for call in openai.calls()] == ["left", "answered"]


@pytest.mark.parametrize(
    ("script", "code", "says"),
    [
        ({"fault": "hang_first"}, "model_timeout", "nothing came for 1 s"),
        ({"status": 503}, "model_unavailable", "answered 503"),
        ({"status": 429}, "model_rate_limited", "too many requests"),
        ({"fault": "reset"}, "model_answer_broken_off", "broke off"),
        ({"fault": "html"}, "model_bad_answer", "whether OPENAI_BASE_URL is the right address"),
    ],
)
def test_a_provider_that_goes_on_failing_fails_the_run_with_its_reason(
    client: httpx2.Client, openai: ProviderProcess, script: dict[str, Any], code: str, says: str
) -> None:
    openai.always(**script)
    run = finished(client, one_step(client, "openai/gpt-6-luna", retry={"attempts": 2}))
    (step,) = run["steps"]
    assert (run["status"], step["status"], run["error"]["code"]) == ("failed", "failed", code)
    assert says in run["error"]["detail"]
    assert len(openai.calls()) == step["attempt"] <= 2
    assert types(client, run["id"])[-1] == "run.failed.v1"


def test_a_refused_request_is_not_sent_again(client: httpx2.Client, anthropic: ProviderProcess) -> None:
    anthropic.always(status=400)
    run = finished(client, one_step(client, "anthropic/claude-sonnet-5-5", retry={"attempts": 5}))
    assert (run["status"], run["error"]["code"], len(anthropic.calls())) == ("failed", "model_request_refused", 1)


@pytest.mark.parametrize("model", ["openai/gpt-6-luna", "anthropic/claude-sonnet-5-5"])
async def test_cancelling_closes_the_request_to_the_provider(
    client: httpx2.Client, watcher: Watcher, openai: ProviderProcess, anthropic: ProviderProcess, model: str
) -> None:
    provider = openai if model.startswith("openai") else anthropic
    provider.will(text="word " * 500, delay=0.05)
    run = one_step(client, model)
    async with watcher.open(f"/api/runs/{run['id']}/live") as stream:
        await until(stream, lambda message: message.event == "delta")
        assert client.post(f"/api/runs/{run['id']}/cancel").status_code == 200
        await until(stream, is_end)
    assert asked.seen(lambda: [call["state"] for call in provider.calls()], ["left"])
    assert provider.calls()[0]["words_sent"] < 100
    shown = finished(client, run)
    assert (shown["status"], shown["steps"][0]["status"], shown["steps"][0]["calls_in_doubt"]) == (
        "cancelled",
        "cancelled",
        1,
    )


async def test_a_watcher_who_comes_late_hears_the_running_attempt_from_its_beginning_and_no_other(
    client: httpx2.Client, watcher: Watcher, openai: ProviderProcess
) -> None:
    openai.will(text="This is never finished, for the connection hangs.", fault="hang_middle")
    openai.always(text=ANSWER * 5, delay=0.01)
    run = one_step(client, "openai/gpt-6-luna")
    path = f"/api/runs/{run['id']}/live"

    def second(message: Message) -> bool:
        return message.event == "delta" and (message.data or {})["attempt"] == 2

    async with watcher.open(path) as early:
        heard = await until(early, second)
        late = await watcher.heard(path, Whole(ANSWER * 5, 2))
        heard += await until(early, Whole(ANSWER * 5, 2, heard))
    assert said(heard, attempt=1) != ""
    assert (said(late, attempt=1), said(late, attempt=2)) == ("", said(heard, attempt=2))
    finished(client, run)
    assert said(late, attempt=2) == client.get(f"/api/runs/{run['id']}/output").text == ANSWER * 5
