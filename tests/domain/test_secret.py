"""A workspace's own key at a provider: stored, replaced, removed, and never sent where it should not go."""

import pytest

from domain import secret
from tests.support.given import given

STORED = secret.Stored("openai", 1, "cdef", "Ym94", None)
STORE = secret.StoreSecret("openai", 1, "cdef", "Ym94")


def test_a_key_is_stored() -> None:
    given(secret.decider).when(STORE).then(STORED)


def test_the_next_key_has_the_next_version() -> None:
    second = secret.StoreSecret("openai", 2, "0000", "Ym94Mg==", "https://models.example/v1")
    given(secret.decider, STORED).when(second).then(
        secret.Stored("openai", 2, "0000", "Ym94Mg==", "https://models.example/v1")
    )


@pytest.mark.parametrize("version", [1, 3])
def test_of_two_who_store_a_key_at_the_same_time_one_is_refused(version: int) -> None:
    late = secret.StoreSecret("openai", version, "0000", "Ym94Mg==")
    given(secret.decider, STORED).when(late).then_rejected("somebody else has changed this key")


def test_versions_go_on_after_a_removal() -> None:
    past = (STORED, secret.Removed("openai"))
    again = secret.StoreSecret("openai", 2, "cdef", "Ym94")
    given(secret.decider, *past).when(STORE).then_rejected("somebody else has changed this key")
    given(secret.decider, *past).when(again).then(secret.Stored("openai", 2, "cdef", "Ym94", None))


def test_a_removed_key_leaves_nothing_in_the_state() -> None:
    state = secret.decider.fold([STORED, secret.Removed("openai")])
    assert state == secret.Secret("removed", "openai", 1)


def test_removing_twice_is_harmless() -> None:
    given(secret.decider, STORED).when(secret.RemoveSecret()).then(secret.Removed("openai"))
    given(secret.decider, STORED, secret.Removed("openai")).when(secret.RemoveSecret()).then_nothing()


def test_a_key_that_was_never_stored_cannot_be_removed() -> None:
    given(secret.decider).when(secret.RemoveSecret()).then_rejected("no key of its own", code="not_found")


@pytest.mark.parametrize(
    "base_url",
    [
        "models.example",
        "http://models.example/v1",
        "https://user:word@models.example/v1",
        "https://models.example/v1#part",
        "https://models.example/v1?key=1",
        "https://models .example",
        "https://models.example:70000",
        "ftp://models.example",
    ],
)
def test_a_key_goes_to_a_plain_and_encrypted_address_only(base_url: str) -> None:
    command = secret.StoreSecret("openai", 1, "cdef", "Ym94", base_url)
    given(secret.decider).when(command).then_rejected("the base_url must", code="invalid_secret", field="base_url")


@pytest.mark.parametrize("base_url", ["https://models.example/v1", "http://127.0.0.1:8000/v1", "http://[::1]:8000"])
def test_addresses_that_are_encrypted_or_of_this_machine_are_taken(base_url: str) -> None:
    command = secret.StoreSecret("anthropic", 1, "cdef", "Ym94", base_url)
    given(secret.decider).when(command).then(secret.Stored("anthropic", 1, "cdef", "Ym94", base_url))
