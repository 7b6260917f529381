"""A key of a provider is replaced in a real Z2: the old one is used until the provider takes the new one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.command_line import CommandLine
from tests.support.providers import ProvidedSystem, provided_system

FIRST, SECOND, BAD = (f"sk-{name}-0123456789abcd{end}" for name, end in (("one", "01"), ("two", "02"), ("bad", "03")))


@pytest.fixture(scope="module")
def provided(postgres: str) -> Iterator[ProvidedSystem]:
    with provided_system(postgres) as running:
        yield running


@pytest.fixture
def z2(provided: ProvidedSystem, tmp_path: Path) -> CommandLine:
    """The command line of the admin, who has signed in."""
    z2, system = CommandLine(tmp_path), provided.system
    words = ["login", "--url", system.url, "--name", system.admin.name, "--password-stdin"]
    assert z2(*words, given=f"{system.admin.password}\n").code == 0
    return z2


def test_a_key_is_added_once_and_rotated_only_to_one_that_the_provider_takes(
    provided: ProvidedSystem, z2: CommandLine
) -> None:
    provided.openai.takes(FIRST, SECOND)
    assert z2("providers", "rotate", "openai", given=FIRST).code == 2
    refused = z2("providers", "add", "openai", given=BAD)
    assert refused.code == 2
    assert refused.error.endswith("does not accept this workspace's key for openai; nothing was stored")
    assert z2("providers", "add", "openai", given=FIRST).code == 0
    again = z2("providers", "add", "openai", given=SECOND)
    assert (again.code, again.error) == (
        2,
        "there is a key for openai already; replace it: z2 providers rotate openai",
    )
    kept = z2("providers", "rotate", "openai", given=BAD)
    assert kept.code == 2
    assert kept.error.endswith("nothing was stored; the key before it ending in cd01 stays in use")
    assert z2("providers", "test", "openai").out == "the key for openai works\n"
    rotated = z2("providers", "rotate", "openai", given=SECOND)
    assert "ending in cd02 is stored, and works (version 2); revoke the one before it ending in cd01" in rotated.out
    assert provided.openai.calls() == [], "to try a key costs nothing"
    untried = z2("providers", "rotate", "openai", "--no-test", given=BAD)
    assert (untried.code, "was not tried" in untried.out) == (0, True)
    tried = z2("providers", "test", "openai")
    assert tried.code == 1
    assert tried.error.endswith("store a valid one: z2 providers rotate openai")
