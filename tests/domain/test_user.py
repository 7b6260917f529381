"""Stories about users."""

import pytest

from domain import user
from tests.support.given import given

REGISTERED = user.Registered()
DISABLED = user.Disabled()
ENABLED = user.Enabled()


def test_a_user_is_registered() -> None:
    given(user.decider).when(user.RegisterUser()).then(REGISTERED)


def test_registering_a_user_again_changes_nothing() -> None:
    given(user.decider, REGISTERED).when(user.RegisterUser()).then_nothing()


def test_a_disabled_user_does_not_come_back_by_registering() -> None:
    given(user.decider, REGISTERED, DISABLED).when(user.RegisterUser()).then_rejected("the user is disabled")


def test_an_active_user_is_disabled() -> None:
    given(user.decider, REGISTERED).when(user.DisableUser()).then(DISABLED)


def test_disabling_a_user_again_changes_nothing() -> None:
    given(user.decider, REGISTERED, DISABLED).when(user.DisableUser()).then_nothing()


def test_a_disabled_user_is_enabled() -> None:
    given(user.decider, REGISTERED, DISABLED).when(user.EnableUser()).then(ENABLED)


def test_enabling_an_active_user_changes_nothing() -> None:
    given(user.decider, REGISTERED).when(user.EnableUser()).then_nothing()
    given(user.decider, REGISTERED, DISABLED, ENABLED).when(user.EnableUser()).then_nothing()


@pytest.mark.parametrize("command", [user.DisableUser(), user.EnableUser()])
def test_a_user_that_does_not_exist_is_neither_disabled_nor_enabled(command: user.Commands) -> None:
    given(user.decider).when(command).then_rejected("the user is absent")
