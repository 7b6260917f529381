"""`z2 login --device`: a code to type elsewhere, and patience."""

import json
from pathlib import Path

import pytest

from tests.support.command_line import CommandLine
from tests.support.scripted_api import ScriptedApi, good, problem

CODES = {
    "device_code": "z2d_secret",
    "user_code": "BCDF-GHJK",
    "verification_uri": "https://z2.example/device",
    "verification_uri_complete": "https://z2.example/device?code=BCDF-GHJK",
    "expires_in": 600,
    "interval": 0,
}
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
    api.on("POST /api/device", good(CODES))


def test_the_code_is_shown_and_the_sign_in_is_kept_once_it_is_approved(
    api: ScriptedApi, newcomer: CommandLine, tmp_path: Path
) -> None:
    pending = problem(400, "Authorization pending", "not yet", code="authorization_pending")
    api.on("POST /api/device/token", pending, pending, good(SESSION))
    said = newcomer("login", "--url", api.url, "--device")
    assert said.code == 0
    assert "open https://z2.example/device in a browser and type this code: BCDF-GHJK" in said.err
    assert said.out.startswith(f"signed in to {api.url} as ada (user)")
    assert [asked.path for asked in api.asked] == ["/api/device", *["/api/device/token"] * 3]
    assert json.loads(api.asked[-1].body) == {"device_code": "z2d_secret"}
    stored = json.loads((tmp_path / "config" / "z2" / "credentials.json").read_text())
    assert (stored["token"], stored["refresh_token"]) == ("token-of-ada", "next-of-ada")
    assert "secret" not in said.out + said.err


@pytest.mark.parametrize("code", ["access_denied", "expired_token"])
def test_what_is_refused_keeps_nothing(api: ScriptedApi, newcomer: CommandLine, tmp_path: Path, code: str) -> None:
    api.on("POST /api/device/token", problem(400, "No", "somebody said no", code=code))
    said = newcomer("login", "--url", api.url, "--device")
    assert said.code != 0
    assert "somebody said no" in said.err
    assert not (tmp_path / "config" / "z2" / "credentials.json").exists()


def test_codes_that_nobody_approves_end(api: ScriptedApi, newcomer: CommandLine) -> None:
    api.on("POST /api/device", good({**CODES, "expires_in": 0}))
    said = newcomer("login", "--url", api.url, "--device")
    assert said.code == 1
    assert "nobody approved the code in time; begin again" in said.err
