"""Agents from the command line: made of files, shown as such, revised, retired, and given tasks."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.support.asked import created, finished, name
from tests.support.command_line import CommandLine
from tests.support.providers import ProvidedSystem, ProviderProcess, provided_system
from tests.support.waiting_runs import reached

MODEL = "openai/gpt-6-luna"
EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.fixture(scope="module")
def provided(postgres: str) -> Iterator[ProvidedSystem]:
    with provided_system(postgres) as running:
        yield running


@pytest.fixture
def openai(provided: ProvidedSystem) -> ProviderProcess:
    provided.openai.reset()
    return provided.openai


@pytest.fixture
def z2(provided: ProvidedSystem, tmp_path: Path) -> CommandLine:
    token = provided.system.client.headers["Authorization"].removeprefix("Bearer ")
    return CommandLine(tmp_path, Z2_URL=provided.system.url, Z2_TOKEN=token)


def a_file(place: Path, **fields: object) -> str:
    """A file of an agent, whose name it has."""
    told = {"role": "Clerk", "instructions": "Work it out.\nThen say it.", "task": "answer", "model": MODEL, **fields}
    path = place / "clerk.yaml"
    path.write_text(yaml.safe_dump({"name": name("Clerk"), **told}))
    return str(path)


def made(z2: CommandLine, place: str) -> str:
    """The name of the agent that was made of the file."""
    said = z2("agents", "create", place)
    assert said.code == 0, said
    return str(yaml.safe_load(Path(place).read_text())["name"])


def test_an_agent_is_made_shown_revised_and_retired(z2: CommandLine, tmp_path: Path) -> None:
    place = a_file(tmp_path, tools=["calculate"], limits={"turns": 3})
    called = made(z2, place)
    shown = yaml.safe_load(z2("agents", "show", called).out)
    assert shown == yaml.safe_load(Path(place).read_text())
    Path(place).write_text(yaml.safe_dump({**shown, "tools": ["calculate", "read-run"]}))
    assert z2("agents", "revise", called, place).out == f"agent {called} is revised: version 2\n"
    assert z2("agents", "revise", called, place).out == f"agent {called} is as the file says already: version 2\n"
    assert json.loads(z2("agents", "show", called, "--json").out)["tools"] == ["calculate", "read-run"]
    assert called in z2("agents", "list", COLUMNS="200").out
    assert z2("agents", "retire", called).code == 0
    assert f"the agent '{called}' is retired" in z2("ask", called, "Count.").err
    assert yaml.safe_load(z2("agents", "show", called).out)["name"] == called


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[1, 2]", "is no agent"),
        ("name: [", "line"),
        ("a: &x 1\nb: *x\n", "refers to parts of itself"),
        ("name: N\nrole: R\ninstructions: I\ntask: answer\ntools: [calculat]\n", "is 'calculate' meant?"),
        ("name: N\nrole: R\ninstructions: I\ntask: answer\nlimits: {tuns: 3}\n", "limits.tuns"),
    ],
)
def test_a_file_that_is_no_agent_is_refused_and_says_why(z2: CommandLine, tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "odd.yaml").write_text(text)
    said = z2("agents", "create", str(tmp_path / "odd.yaml"))
    assert said.code == 2, said
    assert says in said.err


def test_a_name_is_given_once(z2: CommandLine, tmp_path: Path) -> None:
    place = a_file(tmp_path)
    called = made(z2, place)
    said = z2("agents", "create", place)
    mend = "choose another name, or change that one with `z2 agents revise`"
    assert (said.code, said.error) == (2, f"there is an agent '{called}' already; {mend}")


def test_a_field_that_is_wrong_is_named_once(z2: CommandLine, tmp_path: Path) -> None:
    said = z2("agents", "create", a_file(tmp_path, limits={"turns": 0}))
    assert (said.code, said.error) == (2, "Invalid: limits.turns must be a whole number from 1 to 200")


def test_the_agents_among_the_examples_are_made(z2: CommandLine) -> None:
    for file in ("librarian.yaml", "clerk.yaml"):
        assert z2("agents", "create", EXAMPLES / file).code == 0
    shown = yaml.safe_load(z2("agents", "show", "Clerk").out)
    assert shown == yaml.safe_load((EXAMPLES / "clerk.yaml").read_text(encoding="utf-8"))


def test_an_agent_keeps_its_name(z2: CommandLine, tmp_path: Path) -> None:
    called = made(z2, a_file(tmp_path))
    said = z2("agents", "revise", called, a_file(tmp_path))
    assert (said.code, "keeps its name" in said.err) == (2, True)


def test_the_tools_are_listed(z2: CommandLine) -> None:
    said = z2("tools", COLUMNS="300").out
    assert "fetch-page" in said
    assert "external" in said
    assert any(each["name"] == "query-run" for each in json.loads(z2("tools", "--json").out)["items"])


def test_an_agent_is_given_a_task_and_its_words_are_printed(
    z2: CommandLine, openai: ProviderProcess, tmp_path: Path
) -> None:
    call = {"name": "calculate", "arguments": json.dumps({"expression": "6 * 7"})}
    openai.will(text="", wanted=[call])
    openai.always(text="It comes to 42.")
    said = z2("ask", made(z2, a_file(tmp_path, tools=["calculate"])), "-", given="How much is six times seven?")
    assert said.code == 0, said
    assert "It comes to 42." in said.out
    assert "How much is six times seven?" in str(openai.calls()[-1]["body"])


def test_a_task_without_words_is_none(z2: CommandLine, tmp_path: Path) -> None:
    said = z2("ask", made(z2, a_file(tmp_path)), "-", given="  \n")
    assert (said.code, "say what the agent is to do" in said.err) == (2, True)


def test_the_inbox_shows_what_an_agent_asks_and_takes_the_answer(
    z2: CommandLine, openai: ProviderProcess, provided: ProvidedSystem, tmp_path: Path
) -> None:

    openai.will(text="", wanted=[{"name": "ask-person", "arguments": json.dumps({"question": "Which harbour?"})}])
    openai.always(text="Kiel it is.")
    client, called = provided.system.client, made(z2, a_file(tmp_path, tools=["ask-person"]))
    agent_id = json.loads(z2("agents", "show", called, "--json").out)["id"]
    body = {"agent_id": agent_id, "input": {"title": "Dues", "text": "Pay them."}}
    accepted = created(client, "/api/runs", body)
    reached(client, accepted["id"], "waiting")
    assert "Which harbour?" in z2("inbox", COLUMNS="300").out
    said = z2("inbox", "answer", accepted["id"], "--text", "Kiel")
    assert said.code == 0, said
    assert finished(client, accepted)["status"] == "completed"
