"""A login is stored for its owner alone and goes only to the address it belongs to."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from interfaces.cli.client import credentials
from interfaces.cli.client.credentials import Access, Login, Password
from interfaces.cli.failure import BadInput, Failure
from interfaces.processes import data_lock, owner_key

HERE = "http://127.0.0.1:8123"
ELSEWHERE = "https://z2.example.org"
OWNER = "key-of-the-owner"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {"XDG_CONFIG_HOME": str(tmp_path / "config"), "Z2_DATA_DIR": str(tmp_path / "data")}


@pytest.fixture
def running_here(tmp_path: Path) -> Iterator[None]:
    """A Z2 that runs on the data folder, with its owner's key beside it."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / owner_key.NAME).write_bytes(owner_key.content(OWNER))
    with data_lock.hold(folder) as lock:
        lock.tell(data_lock.Running(1, HERE, "postgres://x", "redis://x"))
        yield


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_nobody_but_the_owner_can_read_a_stored_login(environment: dict[str, str]) -> None:
    kept = credentials.write(Login(HERE, "ada", "token"), environment)
    assert kept == Path(environment["XDG_CONFIG_HOME"]) / "z2" / "credentials.json"
    assert (mode(kept), mode(kept.parent)) == (0o600, 0o700)
    assert credentials.read(environment) == Login(HERE, "ada", "token")


def test_a_login_takes_the_place_of_the_one_before_and_leaves_no_draft(environment: dict[str, str]) -> None:
    credentials.write(Login(HERE, "ada", "first"), environment)
    kept = credentials.write(Login(HERE, "ada", "second"), environment)
    kept.chmod(0o644)
    credentials.write(Login(ELSEWHERE, "bob", "third"), environment)
    assert credentials.read(environment) == Login(ELSEWHERE, "bob", "third")
    assert mode(kept) == 0o600
    assert list(kept.parent.iterdir()) == [kept]


def test_without_a_config_folder_in_the_environment_the_login_is_kept_in_the_home(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    place = tmp_path / ".config" / "z2" / "credentials.json"
    assert credentials.file({}) == place
    assert credentials.file({"XDG_CONFIG_HOME": "relative/paths/do/not/count"}) == place


def test_a_damaged_file_is_said_and_not_taken_for_no_login(environment: dict[str, str]) -> None:
    kept = credentials.write(Login(HERE, "ada", "token"), environment)
    kept.write_text("{")
    with pytest.raises(Failure, match=r"credentials\.json is damaged; sign in again"):
        credentials.find(environment)


def test_a_folder_that_cannot_be_written_is_said(environment: dict[str, str]) -> None:
    Path(environment["XDG_CONFIG_HOME"]).write_text("a file is in the way")
    assert credentials.read(environment) is None
    with pytest.raises(Failure, match="set XDG_CONFIG_HOME to a folder of yours"):
        credentials.write(Login(HERE, "ada", "token"), environment)


def test_with_nothing_known_the_usual_address_is_tried_without_a_token(environment: dict[str, str]) -> None:
    assert credentials.find(environment) == Access("http://127.0.0.1:8000")


def test_the_environment_goes_before_a_stored_login(environment: dict[str, str]) -> None:
    credentials.write(Login(HERE, "ada", "stored"), environment)
    assert credentials.find(environment) == Access(HERE, "stored", stored=True)
    assert credentials.find({**environment, "Z2_TOKEN": "mine"}) == Access(HERE, "mine")
    assert credentials.find({**environment, "Z2_URL": ELSEWHERE, "Z2_TOKEN": "mine"}) == Access(ELSEWHERE, "mine")


def test_a_stored_token_never_goes_to_another_address(environment: dict[str, str]) -> None:
    credentials.write(Login(HERE, "ada", "stored"), environment)
    assert credentials.find({**environment, "Z2_URL": ELSEWHERE}) == Access(ELSEWHERE)


@pytest.mark.usefixtures("running_here")
def test_on_the_owners_machine_no_login_is_needed(environment: dict[str, str]) -> None:
    assert credentials.find(environment) == Access(HERE, OWNER)


@pytest.mark.usefixtures("running_here")
def test_the_owners_key_never_goes_to_another_address(environment: dict[str, str]) -> None:
    assert credentials.find({**environment, "Z2_URL": ELSEWHERE}) == Access(ELSEWHERE)


@pytest.mark.usefixtures("running_here")
def test_nobody_who_is_signed_in_becomes_the_owner(environment: dict[str, str]) -> None:
    credentials.write(Login(HERE, "ada", "stored"), environment)
    assert credentials.find(environment) == Access(HERE, "stored", stored=True)
    assert credentials.find({**environment, "Z2_TOKEN": "mine"}) == Access(HERE, "mine")


@pytest.mark.usefixtures("running_here")
@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"key": 5}'])
def test_a_damaged_key_of_the_owner_is_none(environment: dict[str, str], tmp_path: Path, content: str) -> None:
    (tmp_path / "data" / owner_key.NAME).write_text(content)
    assert credentials.find(environment) == Access(HERE)


def test_a_z2_that_has_stopped_is_not_taken_for_one_that_runs(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "lock").write_text(json.dumps({"pid": 1, "address": HERE}))
    assert credentials.find(environment) == Access("http://127.0.0.1:8000")


@pytest.mark.parametrize(
    ("given", "understood"),
    [
        ("http://localhost:8000/", "http://localhost:8000"),
        ("z2.example.org", "http://z2.example.org"),
        ("https://z2.example.org/team/", "https://z2.example.org/team"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_an_address_is_taken_as_people_write_it(given: str, understood: str) -> None:
    assert credentials.address(given) == understood


@pytest.mark.parametrize("given", ["", "ftp://z2.example.org", "http://", "http://host:port", "http://[::1"])
def test_what_is_no_address_is_said(given: str) -> None:
    with pytest.raises(BadInput, match="is no address of a Z2"):
        credentials.address(given)


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(BadInput) as refusal:
        credentials.address("http://ada:hunter2@z2.example.org")
    assert "hunter2" not in str(refusal.value)


def test_a_token_that_would_break_a_header_is_refused_and_not_repeated(environment: dict[str, str]) -> None:
    with pytest.raises(BadInput, match="Z2_TOKEN holds no token") as refusal:
        credentials.find({**environment, "Z2_TOKEN": "one\ntwo"})
    assert "two" not in str(refusal.value)


def test_secrets_do_not_show_where_values_are_printed() -> None:
    shown = repr([Login(HERE, "ada", "secret-1", "secret-2"), Password("ada", "secret-3"), Access(HERE, "secret-4")])
    assert "secret" not in shown
