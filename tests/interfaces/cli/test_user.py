"""`z2 user` makes accounts on the database beside Z2, and prints nothing but what its operator needs."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.support import terminal
from tests.support.command_line import CommandLine
from tests.support.newcomers import PASSWORD
from tests.support.system import System


@pytest.fixture
def operator(system: System, tmp_path: Path) -> CommandLine:
    """Somebody who may run Z2's commands on the machine, and has signed in nowhere."""
    names = ("DATABASE_URL", "REDIS_URL", "Z2_DATA_DIR", "Z2_PORT")
    return CommandLine(tmp_path, **{name: system.environment[name] for name in names})


@pytest.fixture
def client(system: System) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=system.url, timeout=60, verify=False) as client:
        yield client


def signed_in(client: httpx2.Client, name: str, password: str = PASSWORD) -> httpx2.Response:
    return client.post("/api/session", json={"name": name, "password": password})


def used(client: httpx2.Client, link: str) -> httpx2.Response:
    return client.post("/api/links/password", json={"link": link.partition("#")[2], "password": PASSWORD})


def test_whoever_is_made_chooses_a_password_by_the_link(
    operator: CommandLine, client: httpx2.Client, system: System
) -> None:
    said = operator("user", "create", "Grace", "--email", "grace@example.com", "--role", "admin")
    assert (said.code, said.err) == (0, "")
    assert re.fullmatch(rf"{system.url}/set-up#z2l_\w+\n", said.out)
    assert used(client, said.out.strip()).json()["role"] == "admin"
    assert {signed_in(client, name).status_code for name in ("Grace", "grace@example.com")} == {201}


def test_a_link_that_was_lost_is_replaced_until_there_is_a_password(
    operator: CommandLine, client: httpx2.Client
) -> None:
    lost, found = (operator("user", "create", "Hedy").out.strip() for _ in range(2))
    assert used(client, lost).status_code == 409
    assert used(client, found).status_code == 201
    again = operator("user", "create", "Hedy")
    assert (again.code, again.error) == (2, "this name is taken; choose another one")


def test_a_link_for_another_password_is_printed(operator: CommandLine, client: httpx2.Client, system: System) -> None:
    assert operator("user", "create", "Joan", "--password-stdin", given=f"{PASSWORD}\n").out == "Joan can sign in now\n"
    assert signed_in(client, "Joan").status_code == 201
    said = operator("user", "link", "joan")
    assert said.out.startswith(f"{system.url}/reset-password#z2l_")
    assert used(client, said.out.strip()).status_code == 201


@pytest.mark.parametrize(
    ("words", "given", "line"),
    [
        (["create", "Mary", "--password-stdin"], "too short\n", "a password has 12 to 128 characters"),
        (["create", "Mary", "--password-stdin"], b"\xff\n", "the password is no text in UTF-8"),
        (["create", "Mary", "--password"], "", "there is no terminal to ask for the password on; use --password-stdin"),
        (["create", "Mary", "--email", "nowhere"], "", "this is no e-mail address"),
        (["create", " Mary"], "", "a name has 1 to 80 characters and neither begins nor ends with white space"),
        (["create", "mary@example.com"], "", "a name has no @: a verified e-mail address signs in anyway"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(
    operator: CommandLine, words: list[str], given: str | bytes, line: str
) -> None:
    said = operator("user", *words, given=given)
    assert (said.code, said.error, said.out) == (2, line, "")


def test_a_role_and_a_name_that_do_not_exist_are_told(operator: CommandLine) -> None:
    for _ in range(2):
        said = operator("user", "create", "Nero", "--role", "emperor")
        assert (said.code, said.error) == (2, "this workspace has no role 'emperor'; it has admin, user, agent")
    assert operator("user", "link", "nobody at all").error == "nobody signs in under this name"


def test_a_password_is_asked_for_twice_and_not_shown(operator: CommandLine, client: httpx2.Client) -> None:
    with terminal.running(operator.variables, "user", "create", "Ida", "--password") as screen:
        for prompt in ("Password: ", "The same again: "):
            screen.until(prompt)
            screen.type(f"{PASSWORD}\n")
        assert screen.end() == 0
    assert PASSWORD not in screen.text
    assert signed_in(client, "Ida").status_code == 201


def test_without_a_database_nothing_is_done(tmp_path: Path) -> None:
    said = CommandLine(tmp_path, DATABASE_URL="", REDIS_URL="")("user", "create", "Ada")
    assert (said.code, said.error) == (
        2,
        "no Z2 runs on this data directory; set DATABASE_URL, or start z2 up",
    )
