"""`z2 chat` is a conversation: heard while it is said, stopped by Ctrl-C, gone on with later, asking back in place."""

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support import terminal
from tests.support.asked import an_agent, created, name, seen
from tests.support.command_line import CommandLine
from tests.support.providers import ProvidedSystem, ProviderProcess, provided_system

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
def z2(provided: ProvidedSystem, tmp_path: Path) -> CommandLine:
    token = provided.system.client.headers["Authorization"].removeprefix("Bearer ")
    return CommandLine(tmp_path, Z2_URL=provided.system.url, Z2_TOKEN=token)


@pytest.fixture
def client(provided: ProvidedSystem) -> httpx2.Client:
    return provided.system.client


def an_answering_agent(client: httpx2.Client, **more: Any) -> str:
    """Its name."""
    told = an_agent(task="answer", model=MODEL, name=name("Pilot"), **more)
    made = created(client, "/api/agents", told)
    client.get("/api/agents", params={"after": made["position"]}).raise_for_status()
    return str(told["name"])


def session_of(said: str) -> str:
    """The id after which one is told to go on."""
    return said.strip().rpartition("--resume ")[2]


def test_lines_are_messages_of_one_conversation(
    z2: CommandLine, openai: ProviderProcess, client: httpx2.Client
) -> None:
    openai.will(match="My name is Ada", text="Hello, Ada.")
    openai.will(match="What is my name", text="It is \x1b]0;owned\x07Ada.")
    said = z2("chat", an_answering_agent(client), given="My name is Ada.\n\nWhat is my name?\n")
    assert said.code == 0, said.err
    assert said.out == "Hello, Ada.\nIt is ]0;ownedAda.\n"
    assert "Hello, Ada." in str(openai.calls()[-1]["body"])
    shown = z2("sessions", "show", session_of(said.err))
    assert [line for line in shown.out.splitlines() if line][:5] == [
        *("My name is Ada.", "you", "My name is Ada.", "answer", "Hello, Ada."),
    ]


def test_a_session_is_resumed_and_listed(z2: CommandLine, openai: ProviderProcess, client: httpx2.Client) -> None:
    openai.always(text="Aye.")
    agent, title = an_answering_agent(client), name("Harbour")
    first = z2("chat", agent, "--title", title, given="Ahoy?\n")
    session = session_of(first.err)
    openai.always(text="Aye again.")
    again = z2("chat", agent.upper(), "--resume", "last", given="And?\n/again\n")
    assert again.code == 0, again.err
    assert again.out.splitlines()[-2:] == ["Aye again.", "Aye again."]
    assert session_of(again.err) == session
    listed = json.loads(z2("sessions", "--words", title, "--json").out)
    assert [(each["id"], each["messages"]) for each in listed["items"]] == [(session, 5)]
    assert title in z2("sessions").out
    assert seen(lambda: "Ahoy?" in z2("sessions", "--words", f"{title} ahoy", COLUMNS="200").out, wanted=True)
    assert z2("sessions", "title", session, "Docks").code == 0
    assert z2("sessions", "archive", session[:13]).out == f"session {session} is archived\n"
    refused = z2("chat", "--resume", session, given="Ahoy?\n")
    assert refused.code == 1
    assert "the session is archived; reopen it to go on" in refused.err
    assert z2("sessions", "reopen", session).code == 0


def test_documents_are_attached(
    z2: CommandLine, openai: ProviderProcess, client: httpx2.Client, tmp_path: Path
) -> None:
    openai.always(text="About tides.")
    paper, other = tmp_path / "tides.md", tmp_path / "moon.md"
    paper.write_text("Tides turn turbines.", encoding="utf-8")
    other.write_text("The moon pulls.", encoding="utf-8")
    said = z2("chat", an_answering_agent(client), "--file", paper, given=f"/attach {other}\nWhat is it about?\n")
    assert (said.code, said.out) == (0, "About tides.\n")
    told = str(openai.calls()[-1]["body"])
    assert "Tides turn turbines." in told
    assert "The moon pulls." in told


def test_who_is_not_there_or_what_is_no_session_is_told(z2: CommandLine, client: httpx2.Client) -> None:
    known = an_answering_agent(client)
    assert "there is no agent 'nobody'; there are " in z2("chat", "nobody").error
    assert z2("chat").error == "say with whom to talk; name an agent, or give --resume; see `z2 agents`"
    assert z2("chat", known, "--resume", "last").error.startswith("there is no session yet")
    assert "names no session" in z2("chat", "--resume", "ab").error
    assert "no session begins with" in z2("sessions", "show", "abcdef").error


def test_an_answer_that_fails_fails_the_command_of_a_program(
    z2: CommandLine, openai: ProviderProcess, client: httpx2.Client
) -> None:
    openai.always(status=400, message="Not like this.")
    said = z2("chat", an_answering_agent(client), given="Who?\n")
    assert said.code == 1
    assert "the answer has failed (model_" in said.err


def test_on_a_terminal_an_answer_is_heard_and_stopped_and_the_session_stays(
    z2: CommandLine, openai: ProviderProcess, client: httpx2.Client
) -> None:
    openai.will(match="Tell me", text="It was a long time ago, and nobody remembers it.", fault="hang_middle")
    with terminal.running(z2.variables, "chat", an_answering_agent(client)) as screen:
        screen.until("you> ")
        screen.type("Tell me a story.\n")
        screen.until("It was a long")
        screen.interrupt()
        screen.until("stopped")
        openai.always(text="And so on.")
        screen.type("Go on.\n")
        screen.until("And so on.")
        screen.type("/exit\n")
        assert screen.end() == 0
    assert "It was a long" in str(openai.calls()[-1]["body"])
    shown = z2("sessions", "show", session_of(screen.text)).out
    assert "(stopped)" in shown


def test_tools_are_shown_and_what_the_agent_asks_is_answered_in_place(
    z2: CommandLine, openai: ProviderProcess, client: httpx2.Client
) -> None:
    question = {"name": "ask-person", "arguments": json.dumps({"question": "Which harbour?"})}
    openai.will(match="Pilot me in", text="", wanted=[question])
    openai.always(text="Into Kiel, then.")
    with terminal.running(z2.variables, "chat", an_answering_agent(client, tools=["ask-person"])) as screen:
        screen.until("you> ")
        screen.type("Pilot me in.\n")
        screen.until("Which harbour?")
        screen.until("answer> ")
        screen.type("Kiel\n")
        screen.until("Into Kiel, then.")
        screen.type("/exit\n")
        assert screen.end() == 0
    assert "● calls ask-person" in screen.text
    assert "✔ ask-person is done" in screen.text
    assert "Kiel" in str(openai.calls()[-1]["body"])


def left(screen: terminal.Terminal) -> None:
    """Presses Ctrl-C at the prompt; where it comes before Python waits there, that heeds it at the end of the line."""
    screen.interrupt()
    with contextlib.suppress(OSError):  # it may have left already
        screen.type("\n")


def test_at_the_prompt_ctrl_c_leaves_the_line_and_twice_in_a_row_the_conversation(
    z2: CommandLine, openai: ProviderProcess, client: httpx2.Client
) -> None:
    openai.always(text="Aye.")
    with terminal.running(z2.variables, "chat", an_answering_agent(client)) as screen:
        screen.until("you> ")
        left(screen)
        screen.until("once more ends the conversation")
        screen.type("Ahoy?\n")
        screen.until("Aye.")
        screen.type("/title Docks\n")
        screen.type("/exit\n")
        screen.until("go on with")
        assert screen.end() == 0
    with terminal.running(z2.variables, "chat", "--resume", "last") as screen:
        screen.until("you> ")
        left(screen)
        screen.until("once more ends the conversation")
        left(screen)
        screen.until("go on with")
        assert screen.end() == 0


def test_a_session_keeps_a_title(z2: CommandLine) -> None:
    said = z2("sessions", "title", "last", " ")
    assert (said.code, said.error) == (2, "the title has no words; give some")


def test_what_is_refused_is_told_and_asked_again(
    z2: CommandLine, openai: ProviderProcess, client: httpx2.Client
) -> None:
    openai.always(text="Aye.")
    with terminal.running(z2.variables, "chat", an_answering_agent(client)) as screen:
        screen.until("you> ")
        screen.type("/attach /nowhere/at/all\n")
        screen.until("there is no file")
        screen.type("/help\n")
        screen.until("/again")
        screen.type("Ahoy?\n")
        screen.until("Aye.")
        screen.type("/exit\n")
        assert screen.end() == 0
