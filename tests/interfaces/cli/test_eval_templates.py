"""Each template that comes with Z2 is evaluated from the command line on recorded answers, without a network."""

import contextlib
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import httpx2
import pytest

from application.templates import TEMPLATES
from tests.support.asked import created, finished, seen
from tests.support.command_line import CommandLine, Said
from tests.support.outward import beyond, outward
from tests.support.providers import ProvidedSystem, ProviderProcess, provided_system
from tests.support.template_answers import Expected, expected

MODEL, OFFLINE = "openai/gpt-6-luna", "offline/extractive"
SQL = "SELECT product, sum(pieces) AS pieces FROM data GROUP BY product ORDER BY product"
ALONE = {"research-brief": {}, "table-questions": {"sql": SQL}}
"""What the offline engine does, and with which more in the input."""


@pytest.fixture(scope="module")
def provided(postgres: str) -> Iterator[ProvidedSystem]:
    with provided_system(postgres) as running:
        yield running


@pytest.fixture
def openai(provided: ProvidedSystem) -> ProviderProcess:
    provided.openai.reset()
    return provided.openai


@pytest.fixture
def client(provided: ProvidedSystem) -> httpx2.Client:
    return provided.system.client


@pytest.fixture
def z2(provided: ProvidedSystem, tmp_path: Path) -> CommandLine:
    token = provided.system.client.headers["Authorization"].removeprefix("Bearer ")
    return CommandLine(tmp_path, Z2_URL=provided.system.url, Z2_TOKEN=token, COLUMNS="300")


@pytest.fixture(autouse=True)
def within(provided: ProvidedSystem) -> Iterator[None]:
    """No process of this Z2 speaks with anybody but this machine."""
    with outward([process.pid for process in provided.system.processes.values()]) as spoken_with:
        yield
    assert spoken_with == set()


@contextlib.contextmanager
def somebody_who_approves(client: httpx2.Client) -> Iterator[None]:
    """Whatever waits for a person is approved, as long as the block lasts."""
    over = Event()

    def approve() -> None:
        while not over.wait(0.02):
            for item in client.get("/api/inbox").json()["items"]:
                decided = {"run_id": item["run_id"], "step": item["step"], "decision": "approve"}
                client.post("/api/inbox/decisions", json={"items": [decided]})

    with ThreadPoolExecutor(1) as pool:
        approving = pool.submit(approve)
        try:
            yield
        finally:
            over.set()
            approving.result()


def answers(openai: ProviderProcess, wanted: Expected) -> None:
    """The answers that were recorded, each once."""
    openai.always(text="A reply that was drafted.")
    for match, text in wanted.answers:
        openai.will(match=match, text=text)


def a_run(name: str, model: str, **more: Any) -> dict[str, Any]:
    value = TEMPLATES[name].sample.value()
    given = {"text": value} if isinstance(value, str) else {"data": value | more}
    return {"template": name, "model": model, "input": {"title": "A sample", **given}}


def a_case(z2: CommandLine, client: httpx2.Client, suite: str, run: dict[str, Any], *scorers: str) -> str:
    """A recorded run of a template, as a case of a suite."""
    done = finished(client, created(client, "/api/runs", run))
    assert done["status"] == "completed", done["error"]
    said = z2("eval", "add", done["id"], "--suite", suite, "--same", *scorers)
    assert said.code == 0, said
    return str(done["id"])


def trial(said: Said) -> dict[str, Any]:
    (only,) = json.loads(said.out)["trials"]
    found: dict[str, Any] = only
    return found


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_evaluated_on_recorded_answers(
    z2: CommandLine, client: httpx2.Client, openai: ProviderProcess, name: str
) -> None:
    wanted, suite = expected(name, TEMPLATES[name].sample.value()), f"shipped-{name}"
    holds = [word for text in wanted.says for word in ("--contains", text)]
    with somebody_who_approves(client):
        answers(openai, wanted)
        a_case(z2, client, suite, a_run(name, MODEL), *(holds if name != "table-questions" else ()))
        openai.reset()
        answers(openai, wanted)
        said = z2("eval", "run", suite, "--model", MODEL, "--json")
    assert said.code == 0, said
    assert trial(said)["same_output"]
    assert len(openai.calls()) == wanted.calls, "each call of the trial was answered from the record"


@pytest.mark.parametrize("name", ALONE)
def test_a_template_that_needs_no_model_is_evaluated_by_the_offline_engine(
    z2: CommandLine, client: httpx2.Client, openai: ProviderProcess, name: str
) -> None:
    suite = f"offline-{name}"
    a_case(z2, client, suite, a_run(name, OFFLINE, **ALONE[name]), "--at-most-cost", "0")
    said = z2("eval", "run", suite, "--model", OFFLINE, "--repeat", "2")
    assert (said.code, said.out.count("✔ passed")) == (0, 2), said
    assert openai.calls() == []


def test_every_template_is_evaluated_one_way_or_the_other() -> None:
    alone = {name for name, each in TEMPLATES.items() if not each.needs_model or each.spared_by}
    assert alone == set(ALONE)
    assert all(expected(name, each.sample.value()).answers for name, each in TEMPLATES.items())


TABLE = """  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000   100        0 11 1 0 100 0 0 10 0
   1: 0100007F:9C4A 0100007F:1538 01 00000000:00000000 00:00000000 00000000   100        0 12 1 0 100 0 0 10 0
   2: 0200A8C0:9C4C 22D8B85D:01BB 02 00000000:00000000 00:00000000 00000000   100        0 13 1 0 100 0 0 10 0
   3: 0200A8C0:9C4E 01020304:01BB 01 00000000:00000000 00:00000000 00000000   100        0 99 1 0 100 0 0 10 0
"""


@pytest.mark.skipif(sys.byteorder != "little", reason="the table is written as little-endian machines do")
def test_who_speaks_with_somebody_outside_would_be_seen() -> None:
    assert list(beyond(TABLE, {"11", "12", "13"})) == ["93.184.216.34"]


def test_an_answer_that_is_not_the_recorded_one_fails_the_build(
    z2: CommandLine, client: httpx2.Client, openai: ProviderProcess
) -> None:
    wanted = expected("document-comparison", TEMPLATES["document-comparison"].sample.value())
    answers(openai, wanted)
    a_case(z2, client, "shipped-other", a_run("document-comparison", MODEL))
    openai.reset()
    answers(openai, wanted)
    openai.will(match="Report these differences", text="Nothing has changed.")
    changed = [
        (match, "Nothing has changed." if match.startswith("Report") else text) for match, text in wanted.answers
    ]
    openai.reset()
    answers(openai, Expected(tuple(changed), wanted.calls, ()))
    said = z2("eval", "run", "shipped-other", "--model", MODEL)
    assert (said.code, "0 of 1 passed, 1 failed" in said.out) == (1, True), said


def test_a_trial_that_waits_for_a_person_goes_on_once_somebody_decides(
    z2: CommandLine, client: httpx2.Client, openai: ProviderProcess
) -> None:
    wanted = expected("meeting-actions", TEMPLATES["meeting-actions"].sample.value())
    answers(openai, wanted)
    with somebody_who_approves(client):
        a_case(z2, client, "shipped-waiting", a_run("meeting-actions", MODEL))
    answers(openai, wanted)
    with ThreadPoolExecutor(1) as pool:
        evaluating = pool.submit(z2, "eval", "run", "shipped-waiting", "--model", MODEL)
        assert seen(lambda: len(client.get("/api/inbox").json()["items"]), 1)
        run_id = client.get("/api/inbox").json()["items"][0]["run_id"]
        assert not evaluating.done()
        decided = {"run_id": run_id, "step": "confirm", "decision": "approve"}
        assert client.post("/api/inbox/decisions", json={"items": [decided]}).json()["items"][0]["code"] == ""
        assert evaluating.result(60).code == 0
