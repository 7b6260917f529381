"""Stories about sign-ins."""

from datetime import timedelta
from hashlib import sha256
from uuid import UUID

import msgspec
import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st

from domain import login
from domain.kernel import Rejected, Sealed, replace
from tests.support.given import AT, CONTEXT, given

ADA, THERE, ELSEWHERE = UUID(int=21), UUID(int=31), UUID(int=32)
FIRST, SECOND, THIRD = "1" * 64, "2" * 64, "3" * 64
TOMORROW = AT + timedelta(days=1)
START = login.StartLogin(ADA, "client", "password", 0, FIRST, TOMORROW, 60, Sealed(ADA, "device"))
STARTED = login.Started(ADA, "client", "password", 0, FIRST, TOMORROW, 60, Sealed(ADA, "device"), AT)
EXCHANGED = login.Refreshed(SECOND)
MOVED = login.Moved(THERE)
ENDED = login.Ended("signed_out")
REUSED = (login.ReuseDetected(), login.Ended("reuse"))


def both(secret: str) -> tuple[login.Commands, login.Commands]:
    """What a secret can be presented for."""
    return login.RefreshLogin(secret, THIRD), login.MoveLogin(secret, ELSEWHERE)


def test_a_login_starts_once() -> None:
    given(login.decider).when(START).then(STARTED)
    given(login.decider, STARTED).when(START).then_rejected("exists already")


def test_a_login_knows_when_its_person_proved_who_they_are_which_is_never_later_than_it_began() -> None:
    before, later = AT - timedelta(hours=1), AT + timedelta(hours=1)
    given(login.decider).when(replace(START, proved_at=before)).then(replace(STARTED, proved_at=before))
    given(login.decider).when(replace(START, proved_at=later)).then(STARTED)
    assert login.decider.fold([STARTED]).proved_at == AT


def test_a_login_that_would_be_over_does_not_start() -> None:
    late = replace(CONTEXT, at=TOMORROW)
    given(login.decider).when(START, late).then_rejected("over before it begins", field="expires_at")


def test_a_secret_is_exchanged_for_the_next() -> None:
    given(login.decider, STARTED).when(login.RefreshLogin(FIRST, SECOND)).then(EXCHANGED)
    given(login.decider, STARTED, EXCHANGED).when(login.RefreshLogin(SECOND, THIRD)).then(login.Refreshed(THIRD))


def test_a_secret_that_is_presented_a_second_time_ends_the_login() -> None:
    given(login.decider, STARTED, EXCHANGED).when(login.RefreshLogin(FIRST, THIRD)).then(*REUSED)
    past = (STARTED, EXCHANGED, login.Refreshed(THIRD))
    given(login.decider, *past).when(login.RefreshLogin(FIRST, "4" * 64)).then(*REUSED)


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


def digest(number: int) -> str:
    """The digest of a secret, by its number."""
    return sha256(str(number).encode()).hexdigest()


def rotated(times: int) -> list[login.Events]:
    """A login whose first secret is that of 0, and whose current one is that of `times`."""
    secrets = [digest(number) for number in range(1, times + 1)]
    return [replace(STARTED, secret=digest(0)), *map(login.Refreshed, secrets)]


OFTEN = 5_000
WORN = login.decider.fold(rotated(OFTEN))


@given_any(st.integers(0, OFTEN - 1))
def test_no_exchanged_secret_is_ever_forgotten(number: int) -> None:
    command = login.RefreshLogin(digest(number), THIRD)
    assert login.decide(command, WORN, CONTEXT) == [login.ReuseDetected(), login.Ended("reuse")]


@given_any(st.binary(min_size=32, max_size=32))
def test_what_was_never_a_secret_of_a_login_is_no_reuse_however_often_it_was_refreshed(secret: bytes) -> None:
    with pytest.raises(Rejected, match="never that of the sign-in"):
        login.decide(login.RefreshLogin(secret.hex(), THIRD), WORN, CONTEXT)


def test_a_secret_is_told_from_one_that_stands_across_two_of_those_that_were_exchanged() -> None:
    across = f"{digest(7)[8:16]}{digest(8)[:8]}".ljust(64, "0")
    given(login.decider, *rotated(20)).when(login.RefreshLogin(across, THIRD)).then_rejected("never that")
    twice = f"{'ab' * 12}{'0' * 40}"
    past = (replace(STARTED, secret="00" + "ab" * 31), login.Refreshed("ab" * 32), login.Refreshed(SECOND))
    given(login.decider, *past).when(login.RefreshLogin(twice, THIRD)).then(login.ReuseDetected(), login.Ended("reuse"))


@given_any(st.integers(0, 300))
def test_a_login_that_was_refreshed_often_is_the_same_when_it_is_read_again(times: int) -> None:
    state = login.decider.fold([replace(STARTED, secret=digest(0))])
    for number in range(times):
        command = login.RefreshLogin(digest(number), digest(number + 1))
        state = login.decider.fold(login.decide(command, state, CONTEXT), state)
    stored = msgspec.json.encode(rotated(times))
    assert login.decider.fold(msgspec.json.decode(stored, type=list[login.Events])) == state
    assert state.rotations == times


def test_a_login_ends_at_the_refresh_beyond_the_most() -> None:
    most = login.MOST_ROTATIONS
    last, beyond = (login.RefreshLogin(digest(number), digest(number + 1)) for number in (most - 1, most))
    given(login.decider, *rotated(most - 1)).when(last).then(login.Refreshed(digest(most)))
    given(login.decider, *rotated(most)).when(beyond).then(login.Ended("expired"))
    given(login.decider, *rotated(most)).when(login.RefreshLogin(digest(0), THIRD)).then(*REUSED)


def test_a_login_moves_for_the_secret_that_it_has() -> None:
    given(login.decider, STARTED).when(login.MoveLogin(FIRST, THERE)).then(MOVED)
    given(login.decider, STARTED, EXCHANGED).when(login.MoveLogin(SECOND, THERE)).then(MOVED)
    given(login.decider, STARTED, EXCHANGED).when(login.MoveLogin(FIRST, THERE)).then(*REUSED)
    given(login.decider, STARTED).when(login.MoveLogin(THIRD, THERE)).then_rejected("never that of the sign-in")
    given(login.decider, STARTED, ENDED).when(login.MoveLogin(FIRST, THERE)).then_rejected("is over")
    late = replace(CONTEXT, at=TOMORROW)
    given(login.decider, STARTED).when(login.MoveLogin(FIRST, THERE), late).then_rejected("is over")


def test_a_login_that_moved_has_ended_and_says_where_to() -> None:
    state = login.decider.fold([STARTED, MOVED])
    assert (state.status, state.moved_to, state.lives(AT)) == ("ended", THERE, False)
    given(login.decider, STARTED, MOVED).when(login.EndLogin("signed_out")).then_nothing()


@pytest.mark.parametrize(
    "again",
    [command for secret in (FIRST, SECOND) for command in both(secret)],
    ids=lambda command: f"{type(command).__name__} {command.presented[0]}",
)
def test_each_secret_of_a_login_that_moved_is_known_to_be_in_two_hands_once(again: login.Commands) -> None:
    past = (STARTED, EXCHANGED, MOVED)
    given(login.decider, *past).when(again).then(login.ReuseDetected())
    given(login.decider, *past, login.ReuseDetected()).when(again).then_nothing()
    late = replace(CONTEXT, at=TOMORROW)
    given(login.decider, *past).when(again, late).then_rejected("is over")


def test_a_strangers_secret_says_nothing_of_a_login_that_moved() -> None:
    given(login.decider, STARTED, MOVED).when(login.RefreshLogin(THIRD, SECOND)).then_rejected("is over")


def test_the_cookie_of_a_browser_that_moved_is_no_reuse() -> None:
    browser = replace(STARTED, kind="browser")
    given(login.decider, browser, MOVED).when(login.MoveLogin(FIRST, ELSEWHERE)).then_rejected("is over")


def test_what_ends_for_reuse_says_so() -> None:
    given(login.decider, STARTED).when(login.EndLogin("reuse")).then(*REUSED)
    given(login.decider, STARTED, ENDED).when(login.EndLogin("reuse")).then_nothing()
