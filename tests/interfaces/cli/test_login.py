"""`z2 login` asks for a password, keeps the token for its owner alone, and repeats neither."""

import json
import stat
from pathlib import Path

import pytest

from tests.support import terminal
from tests.support.command_line import CommandLine
from tests.support.scripted_api import ScriptedApi, good, problem

SESSION = {
    "name": "ada",
    "role": "user",
    "token": "token-of-ada",
    "expires_at": "2026-01-01T00:00:00Z",
    "refresh_token": "next-of-ada",
}


@pytest.fixture
def newcomer(tmp_path: Path) -> CommandLine:
    """Somebody who is not signed in anywhere."""
    return CommandLine(tmp_path)


@pytest.fixture(autouse=True)
def told(api: ScriptedApi) -> None:
    api.on("POST /api/session", good(SESSION))
    api.on("GET /api/agents", good({"items": []}))


def kept(home: Path) -> Path:
    return home / "config" / "z2" / "credentials.json"


def test_after_a_login_other_commands_need_no_words_about_it(
    api: ScriptedApi, newcomer: CommandLine, tmp_path: Path
) -> None:
    said = newcomer("login", "--url", api.url + "/", "--name", "ada", "--password-stdin", given="correct horse\n")
    assert (said.code, said.err) == (0, "")
    assert said.out == f"signed in to {api.url} as ada (user); kept in {kept(tmp_path)}\n"
    assert json.loads(api.asked[0].body) == {"name": "ada", "password": "correct horse"}
    stored = {"url": api.url, "name": "ada", "token": "token-of-ada", "refresh_token": "next-of-ada"}
    assert json.loads(kept(tmp_path).read_text()) == stored
    assert stat.S_IMODE(kept(tmp_path).stat().st_mode) == 0o600
    assert newcomer("agents").code == 0
    assert api.asked[-1].headers["authorization"] == "Bearer token-of-ada"


def test_neither_password_nor_token_is_ever_printed(api: ScriptedApi, newcomer: CommandLine) -> None:
    words = ["login", "--url", api.url, "--name", "ada", "--password-stdin"]
    good_login = newcomer(*words, given="correct horse\n")
    api.on("POST /api/session", problem(401, "Unauthorized", "the name or the password is wrong"))
    bad_login = newcomer(*words, given="correct horse\n")
    printed = good_login.out + good_login.err + bad_login.out + bad_login.err
    assert bad_login.code == 1
    assert "the name or the password is wrong" in bad_login.error
    assert "correct horse" not in printed
    assert "of-ada" not in printed


def test_a_login_that_is_refused_leaves_the_one_before(api: ScriptedApi, newcomer: CommandLine, tmp_path: Path) -> None:
    words = ["login", "--url", api.url, "--name", "ada", "--password-stdin"]
    newcomer(*words, given="right\n")
    before = kept(tmp_path).read_bytes()
    api.on("POST /api/session", problem(401, "Unauthorized", "the name or the password is wrong"))
    assert newcomer(*words, given="wrong\n").code == 1
    assert kept(tmp_path).read_bytes() == before


@pytest.mark.parametrize(
    ("words", "given", "line"),
    [
        (["--name", "ada"], "", "there is no terminal to ask for the password on; use --password-stdin"),
        (["--password-stdin"], "x\n", "there is no name to the password; give it with --name"),
        (["--name", "ada", "--password-stdin"], "\n", "the password is empty; type it in one line"),
        (["--name", "ada", "--password-stdin"], b"\xff\xfe\n", "the password is no text in UTF-8"),
    ],
)
def test_what_is_missing_is_told(
    api: ScriptedApi, newcomer: CommandLine, words: list[str], given: str | bytes, line: str
) -> None:
    said = newcomer("login", "--url", api.url, *words, given=given)
    assert (said.code, said.error) == (2, line)
    assert api.asked == []


def test_an_unencrypted_way_to_another_machine_is_pointed_out(newcomer: CommandLine) -> None:
    said = newcomer("login", "--url", "http://z2.invalid", "--name", "ada", "--password-stdin", given="\n")
    assert "http://z2.invalid is not encrypted" in said.err.splitlines()[0]


def test_on_a_terminal_the_password_is_asked_for_and_not_shown(api: ScriptedApi, newcomer: CommandLine) -> None:
    with terminal.running(newcomer.variables, "login", "--url", api.url) as screen:
        for prompt, typed in (("Name: ", "ada\n"), ("Password: ", "correct horse\n")):
            screen.until(prompt)
            screen.type(typed)
        assert screen.end() == 0
    assert "signed in to" in screen.text
    assert "correct horse" not in screen.text
    assert json.loads(api.asked[0].body) == {"name": "ada", "password": "correct horse"}
