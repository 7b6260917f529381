"""Stories about sign-ins."""

from datetime import timedelta
from uuid import UUID

import pytest

from domain import login
from domain.kernel import Sealed, replace
from tests.support.given import AT, CONTEXT, given

ADA = UUID(int=21)
FIRST, SECOND, THIRD = "1" * 64, "2" * 64, "3" * 64
TOMORROW = AT + timedelta(days=1)
START = login.StartLogin(ADA, "client", "password", 0, FIRST, TOMORROW, 60, Sealed(ADA, "device"))
STARTED = login.Started(ADA, "client", "password", 0, FIRST, TOMORROW, 60, Sealed(ADA, "device"))
EXCHANGED = login.Refreshed(SECOND)
ENDED = login.Ended("signed_out")


def test_a_login_starts_once() -> None:
    given(login.decider).when(START).then(STARTED)
    given(login.decider, STARTED).when(START).then_rejected("exists already")


def test_a_login_that_would_be_over_does_not_start() -> None:
    late = replace(CONTEXT, at=TOMORROW)
    given(login.decider).when(START, late).then_rejected("over before it begins", field="expires_at")


def test_a_secret_is_exchanged_for_the_next() -> None:
    given(login.decider, STARTED).when(login.RefreshLogin(FIRST, SECOND)).then(EXCHANGED)
    given(login.decider, STARTED, EXCHANGED).when(login.RefreshLogin(SECOND, THIRD)).then(login.Refreshed(THIRD))


def test_a_secret_that_is_presented_a_second_time_ends_the_login() -> None:
    reused = (login.ReuseDetected(), login.Ended("reuse"))
    given(login.decider, STARTED, EXCHANGED).when(login.RefreshLogin(FIRST, THIRD)).then(*reused)
    past = (STARTED, EXCHANGED, login.Refreshed(THIRD))
    given(login.decider, *past).when(login.RefreshLogin(FIRST, "4" * 64)).then(*reused)


def test_a_secret_that_never_was_the_logins_changes_nothing() -> None:
    given(login.decider, STARTED).when(login.RefreshLogin(THIRD, SECOND)).then_rejected("never that of the sign-in")


@pytest.mark.parametrize("past", [(), (STARTED, ENDED)])
def test_a_login_that_is_over_is_not_refreshed(past: tuple[login.Events, ...]) -> None:
    given(login.decider, *past).when(login.RefreshLogin(FIRST, SECOND)).then_rejected("is over")


def test_a_login_past_its_time_is_not_refreshed() -> None:
    late = replace(CONTEXT, at=TOMORROW)
    given(login.decider, STARTED).when(login.RefreshLogin(FIRST, SECOND), late).then_rejected("is over")


def test_a_login_ends_once() -> None:
    given(login.decider, STARTED).when(login.EndLogin("signed_out")).then(ENDED)
    given(login.decider, STARTED, ENDED).when(login.EndLogin("ended_elsewhere")).then_nothing()
    given(login.decider).when(login.EndLogin("signed_out")).then_nothing()


def test_a_login_remembers_its_latest_secrets_alone() -> None:
    secrets = [f"{number:064x}" for number in range(login.REMEMBERED + 5)]
    state = login.decider.fold([STARTED, *map(login.Refreshed, secrets)])
    assert state.earlier == tuple(reversed(secrets[-login.REMEMBERED - 1 : -1]))
