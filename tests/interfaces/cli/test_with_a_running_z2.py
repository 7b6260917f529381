"""The command line with a real Z2 on the other side: a document becomes a brief, whatever happens on the way."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import httpx2
import pytest

from tests.support import servers
from tests.support.api_process import api_process
from tests.support.command_line import CommandLine
from tests.support.system import ROOT, System, free_port, running_system, until

PAPER = ROOT / "examples" / "tidal-power.md"
SLOW_TEXT = " ".join(f"word{number}" for number in range(60))


@pytest.fixture(scope="module")
def provider() -> Iterator[httpx2.Client]:
    """A service that speaks the protocol of OpenAI and does as it is told."""
    command = [sys.executable, "-m", "tests.support.openai_server"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        with httpx2.Client(base_url=process.stdout.readline().strip()) as client:
            yield client
        process.terminate()


@pytest.fixture(scope="module")
def machine(postgres: str, redis_url: str, provider: httpx2.Client) -> Iterator[System]:
    """A Z2 of its own, whose processes may be killed, with that provider."""
    settings = {"OPENAI_BASE_URL": f"{str(provider.base_url).rstrip('/')}/v1", "OPENAI_API_KEY": ""}
    with running_system(servers.create_database(postgres, "cli"), redis_url, **settings) as running:
        yield running


@pytest.fixture
def z2(machine: System, tmp_path: Path) -> CommandLine:
    """The command line of the admin, who has signed in."""
    z2 = CommandLine(tmp_path)
    words = ["login", "--url", machine.url, "--name", machine.admin.name, "--password-stdin"]
    assert z2(*words, given=f"{machine.admin.password}\n").code == 0
    return z2


def started(z2: CommandLine, *words: str) -> "subprocess.Popen[str]":
    """A command in a process of its own."""
    command = [sys.executable, "-m", "interfaces.cli", *words]
    return subprocess.Popen(
        command, env=z2.variables, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def read_until(stream: IO[str] | None, text: str) -> list[str]:
    """The lines up to the one with the text."""
    assert stream is not None
    lines: list[str] = []
    for line in stream:
        lines.append(line)
        if text in line:
            return lines
    raise AssertionError(f"{text!r} did not come: {lines}")


def test_a_document_becomes_a_brief_that_can_be_replayed_and_rebuilt(z2: CommandLine, machine: System) -> None:
    said = z2("run", "research-brief", "--input", PAPER, "--title", "Tidal power", "--follow", "--json")
    assert said.code == 0, said.err
    brief = json.loads(said.out)
    assert sum(sentence in brief["result"] for sentence in sentences(PAPER)) >= 5
    assert {step["status"] for step in brief["run"]["steps"]} == {"completed"}

    replayed = z2("replay", "last")
    assert replayed.code == 0, replayed.err
    assert "The read model says the same" in replayed.out

    before = machine.get(f"/api/runs/{brief['run']['id']}")
    assert z2("rebuild", "runs").code == 0
    assert machine.get(f"/api/runs/{brief['run']['id']}") == before


def sentences(paper: Path) -> list[str]:
    text = " ".join(paper.read_text(encoding="utf-8").split())
    return [sentence for sentence in text.split(". ") if len(sentence) > 40]


def test_everything_there_is_can_be_listed_and_read(z2: CommandLine) -> None:
    run_id = json.loads(z2("run", "research-brief", "--input", PAPER, "--json").out)["id"]
    assert z2("show", run_id[:8], "--follow").code == 0
    assert run_id[:8] in z2("runs", "--status", "completed").out
    assert "Brief editor" in z2("agents").out
    assert "Research brief" in z2("workflows").out
    assert "research-brief" in z2("templates").out
    assert "offline/extractive (default)" in z2("models").out
    assert "## Key points" in z2("show", run_id[:8]).out
    own = [json.loads(line) for line in z2("events", run_id, "--json").out.splitlines()]
    every = [json.loads(line) for line in z2("events", "--json").out.splitlines()]
    assert [event for event in every if event["stream"] == run_id] == own
    assert own[-1]["type"] == "run.completed.v1"
    assert every[0]["position"] == 1


def test_who_follows_a_run_sees_every_event_once_though_the_api_is_killed(
    z2: CommandLine, machine: System, provider: httpx2.Client
) -> None:
    provider.post("/__default", json={"text": SLOW_TEXT, "delay": 0.05})
    words = ["run", "research-brief", "--input", str(PAPER), "--model", "openai/gpt-test", "--follow"]
    with started(z2, *words) as process:
        lines = read_until(process.stdout, "asks openai/gpt-test")
        machine.kill("api")
        read_until(process.stderr, "waiting for it to come back")
        machine.start("api")
        read_until(process.stderr, "connected again; going on behind position")
        lines += read_until(process.stdout, "the run is completed")
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    told = [line.split("  ")[-1] for line in lines]
    assert len(told) == len(set(told)) == len(z2("events", "last", "--json").out.splitlines())
    assert SLOW_TEXT in out
    assert z2("replay", "last").code == 0


def test_a_key_that_is_refused_fails_the_run_which_is_retried_once_it_is_mended(
    z2: CommandLine, provider: httpx2.Client
) -> None:
    provider.post("/__default", json={"status": 401, "code": "invalid_api_key"})
    words = ["run", "research-brief", "--input", str(PAPER), "--model", "openai/gpt-test", "--follow"]
    said = z2(*words)
    run_id = json.loads(z2("runs", "--json").out)["items"][0]["id"]
    assert said.code == 1
    assert "failed at attempt 1 of " in said.error
    assert "model_key_refused: " in said.error
    step = said.error.split("'")[1]
    assert said.error.endswith(f"; do it again with `z2 retry {run_id} {step}`")

    def over() -> bool:
        return not {"scheduled", "running"} & {each["status"] for each in read()["steps"]}

    def read() -> dict[str, list[dict[str, str]]]:
        shown: dict[str, list[dict[str, str]]] = json.loads(z2("show", "last", "--json").out)
        return shown

    until(over)
    assert z2("replay", "last").code == 0
    provider.post("/__default", json={"text": "A better answer."})
    assert z2("retry", "last", step).code == 0
    followed = z2("show", "last", "--follow")
    assert followed.code == 0, followed.err
    assert "A better answer." in followed.out
    assert z2("replay", "last").code == 0


def test_a_run_is_cancelled_while_it_is_followed(z2: CommandLine, provider: httpx2.Client) -> None:
    provider.post("/__default", json={"text": SLOW_TEXT, "delay": 1.0})
    words = ["run", "research-brief", "--input", str(PAPER), "--model", "openai/gpt-test", "--follow"]
    with started(z2, *words) as process:
        read_until(process.stdout, "asks openai/gpt-test")
        assert z2("cancel", "last", "--reason", "wrong document").code == 0
        out, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "⊘ the run is cancelled: wrong document" in out
    assert err == "z2: the run was cancelled; start it again with `z2 run`\n"
    assert z2("replay", "last").code == 0


def test_bad_input_is_refused_where_the_person_is(z2: CommandLine) -> None:
    for model, line in (
        ("nobody/nothing", 'model: there is no model "nobody/nothing"'),
        ("anthropic/claude-test", "model: Anthropic needs a key"),
        ("nonsense", "model must be text of at most 200 characters that names a model as `provider/model`"),
    ):
        said = z2("run", "research-brief", "--input", PAPER, "--model", model)
        assert said.code == 2
        assert line in said.error
    assert "there is no read model 'nonsense'; there are agents" in z2("rebuild", "nonsense").error
    assert "the run has no step 'nonsense'" in z2("retry", "last", "nonsense").error


def test_commands_at_once_renew_a_login_whose_token_is_over(machine: System, tmp_path: Path) -> None:
    environment = {**machine.environment, "Z2_TOKEN_MINUTES": "0.05"}
    with api_process(environment, tmp_path / "log") as process:
        z2 = CommandLine(tmp_path)
        words = ["login", "--url", process.url, "--name", machine.admin.name, "--password-stdin"]
        assert z2(*words, given=f"{machine.admin.password}\n").code == 0
        kept = tmp_path / "config" / "z2" / "credentials.json"
        first = json.loads(kept.read_text())
        for _ in range(2):
            until(lambda: not _is_good(process.url, json.loads(kept.read_text())["token"]))
            commands = [started(z2, "agents") for _ in range(4)]
            said = [command.communicate(timeout=120) for command in commands]
            assert [(command.returncode, err) for command, (_, err) in zip(commands, said, strict=True)] == [
                (0, "")
            ] * 4
        assert json.loads(kept.read_text())["refresh_token"] != first["refresh_token"]


def _is_good(url: str, token: str) -> bool:
    return httpx2.get(f"{url}/api/session", headers={"Authorization": f"Bearer {token}"}).status_code == 200


def test_the_port_given_to_the_api_goes_before_the_setting(machine: System) -> None:
    port = free_port()
    command = [sys.executable, "-m", "interfaces.cli", "api", "--host", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, env=machine.environment, cwd=ROOT) as process:
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}") as client:

            def alive() -> bool:
                try:
                    return client.get("/health/live").status_code == 200
                except httpx2.HTTPError:
                    return False

            until(alive)
        process.terminate()
