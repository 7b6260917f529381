"""Stories about API keys."""

from datetime import timedelta
from uuid import UUID

from domain import api_key
from domain.kernel import Sealed, replace
from tests.support.given import AT, CONTEXT, given

ADA, SECRET, TOMORROW = UUID(int=21), "a" * 64, AT + timedelta(days=1)
ISSUED = api_key.Issued(ADA, "CI", SECRET, ("read",), TOMORROW)
REVOKED = api_key.Revoked()
ISSUE = api_key.IssueKey(ADA, "CI", SECRET, ("read",), TOMORROW)


def test_a_key_is_issued_once() -> None:
    given(api_key.decider).when(ISSUE).then(ISSUED)
    given(api_key.decider, ISSUED).when(ISSUE).then_rejected("exists already")


def test_a_key_that_would_have_expired_is_not_issued() -> None:
    late = replace(CONTEXT, at=TOMORROW)
    given(api_key.decider).when(ISSUE, late).then_rejected("before its first use", code="invalid", field="expires_at")


def test_a_key_is_revoked_for_good() -> None:
    given(api_key.decider, ISSUED).when(api_key.RevokeKey()).then(REVOKED)
    given(api_key.decider, ISSUED, REVOKED).when(api_key.RevokeKey()).then_nothing()
    given(api_key.decider, ISSUED, REVOKED).when(ISSUE).then_rejected("exists already")


def test_a_use_from_a_new_address_is_on_the_record_while_the_key_lives() -> None:
    note, noted = api_key.NoteNewAddress(Sealed(ADA, "box")), api_key.UsedFromNewAddress(Sealed(ADA, "box"))
    given(api_key.decider, ISSUED).when(note).then(noted)
    given(api_key.decider, ISSUED, REVOKED).when(note).then_nothing()


def test_a_key_lives_until_it_is_revoked_or_its_time_is_over() -> None:
    state = api_key.decider.fold([ISSUED])
    assert (state.lives(AT), state.lives(TOMORROW)) == (True, False)
    assert replace(state, expires_at=None).lives(TOMORROW)
    assert not api_key.decider.fold([ISSUED, REVOKED]).lives(AT)
