"""`z2 keyring tokens`: which keys sign access tokens, and how another one takes over."""

import json
from pathlib import Path

import pytest

from infrastructure.identity.token_keys import token_keys
from tests.support.command_line import CommandLine


@pytest.fixture
def z2(tmp_path: Path) -> CommandLine:
    """The command line of an operator."""
    return CommandLine(tmp_path, Z2_TOKEN_KEYS="")


def test_a_new_key_takes_over_and_the_earlier_one_still_verifies(z2: CommandLine, tmp_path: Path) -> None:
    (old,) = token_keys("", tmp_path / "data").names
    assert z2("keyring", "tokens", "status").out == f"{old}  signs and verifies\n"
    said = z2("keyring", "tokens", "rotate")
    new, kept = token_keys("", tmp_path / "data").names
    assert kept == old
    assert said.out.splitlines() == [f"{new}  signs and verifies", f"{old}  verifies"]
    assert json.loads(z2("keyring", "tokens", "status", "--json").out) == {"items": [new, old]}


def test_keys_of_the_settings_are_changed_there(tmp_path: Path) -> None:
    token_keys("", tmp_path)
    z2 = CommandLine(tmp_path, Z2_TOKEN_KEYS=(tmp_path / "token.key").read_text())
    said = z2("keyring", "tokens", "rotate")
    assert said.code == 2
    assert "the keys are those of Z2_TOKEN_KEYS" in said.error
    assert z2("keyring", "tokens", "status").out.endswith("signs and verifies\n")
