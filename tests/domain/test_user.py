"""Stories about users."""

from datetime import timedelta
from uuid import UUID

import pytest

from domain import user, user_events
from domain.kernel import Rejected, Sealed, replace
from tests.support.given import AT, CONTEXT, given

REGISTERED = user_events.Registered()
DISABLED = user_events.Disabled()
ENABLED = user_events.Enabled()


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
    given(user.decider).when(command).then_rejected("the user does not exist")


ADA = UUID(int=21)
NAME, EMAIL, VERIFIER = Sealed(ADA, "name"), Sealed(ADA, "email"), Sealed(ADA, "verifier")
SECRET, OTHER = "a" * 64, "b" * 64
IN_AN_HOUR = AT + timedelta(hours=1)
PASSWORD_LINK = user_events.LinkIssued("password", SECRET, IN_AN_HOUR)
EMAIL_LINK = user_events.LinkIssued("email", SECRET, IN_AN_HOUR)
WITH_EMAIL = (REGISTERED, user_events.EmailChanged(EMAIL))
VOID = "this link has been used or has expired"


def test_a_user_is_registered_with_a_name_and_an_address() -> None:
    events = (REGISTERED, user_events.Renamed(NAME), user_events.EmailChanged(EMAIL))
    given(user.decider).when(user.RegisterUser(NAME, EMAIL)).then(*events)


def test_a_link_lets_its_holder_choose_a_password_once() -> None:
    choose = user.SetPasswordByLink(SECRET, VERIFIER)
    used = (user_events.LinkUsed("password"), user_events.PasswordChanged(VERIFIER))
    given(user.decider, REGISTERED, PASSWORD_LINK).when(choose).then(*used)
    given(user.decider, REGISTERED, PASSWORD_LINK, *used).when(choose).then_rejected(VOID, code="link_void")


def test_the_first_use_of_a_link_may_give_the_name_too() -> None:
    choose = user.SetPasswordByLink(SECRET, VERIFIER, NAME)
    renamed = user_events.Renamed(NAME)
    used, changed = user_events.LinkUsed("password"), user_events.PasswordChanged(VERIFIER)
    given(user.decider, REGISTERED, PASSWORD_LINK).when(choose).then(used, renamed, changed)


def test_a_link_is_void_once_another_was_made_or_its_time_is_over() -> None:
    choose = user.SetPasswordByLink(SECRET, VERIFIER)
    another = user_events.LinkIssued("password", OTHER, IN_AN_HOUR)
    given(user.decider, REGISTERED, PASSWORD_LINK, another).when(choose).then_rejected(VOID, code="link_void")
    late = replace(CONTEXT, at=IN_AN_HOUR)
    given(user.decider, REGISTERED, PASSWORD_LINK).when(choose, late).then_rejected(VOID, code="link_void")
    given(user.decider, REGISTERED, EMAIL_LINK).when(choose).then_rejected(VOID, code="link_void")


def test_an_address_is_verified_by_the_link_that_went_to_it() -> None:
    verified = (user_events.LinkUsed("email"), user_events.EmailVerified())
    given(user.decider, *WITH_EMAIL, EMAIL_LINK).when(user.VerifyEmail(SECRET)).then(*verified)
    given(user.decider, *WITH_EMAIL).when(user.VerifyEmail(SECRET)).then_rejected(VOID, code="link_void")


def test_a_link_that_went_to_the_address_before_does_not_verify_the_next() -> None:
    past = (*WITH_EMAIL, EMAIL_LINK, user_events.EmailChanged(Sealed(ADA, "other")))
    given(user.decider, *past).when(user.VerifyEmail(SECRET)).then_rejected(VOID, code="link_void")


def test_a_link_for_a_password_is_void_once_the_password_or_the_address_was_changed() -> None:
    choose = user.SetPasswordByLink(SECRET, VERIFIER)
    for changed in (user_events.PasswordChanged(VERIFIER), user_events.EmailChanged(Sealed(ADA, "other"))):
        past = (*WITH_EMAIL, PASSWORD_LINK, changed)
        given(user.decider, *past).when(choose).then_rejected(VOID, code="link_void")


def test_who_vouches_for_an_address_verifies_it_once() -> None:
    given(user.decider, *WITH_EMAIL).when(user.VerifyEmail()).then(user_events.EmailVerified())
    given(user.decider, *WITH_EMAIL, user_events.EmailVerified()).when(user.VerifyEmail()).then_nothing()
    given(user.decider, REGISTERED).when(user.VerifyEmail()).then_rejected("no e-mail address", field="email")


def test_all_sign_ins_end_with_the_password_with_the_account_and_when_it_is_wished() -> None:
    def generation(*events: user_events.Events) -> int:
        return user.decider.fold([REGISTERED, *events]).generation

    assert generation(user_events.PasswordChanged(VERIFIER)) == 1
    assert generation(DISABLED, ENABLED) == 1
    assert generation(user_events.SignedOutEverywhere()) == 1
    assert generation(user_events.PasswordRehashed(VERIFIER), user_events.Renamed(NAME), PASSWORD_LINK) == 0


def test_a_password_is_hashed_anew_unless_it_was_changed_meanwhile() -> None:
    past = (REGISTERED, user_events.PasswordChanged(VERIFIER))
    again = replace(VERIFIER, box="again")
    given(user.decider, *past).when(user.RehashPassword(again, 1)).then(user_events.PasswordRehashed(again))
    given(user.decider, *past).when(user.RehashPassword(again, 0)).then_nothing()


def test_a_disabled_user_can_be_signed_out_but_changes_nothing() -> None:
    past = (REGISTERED, DISABLED)
    given(user.decider, *past).when(user.SignOutEverywhere()).then(user_events.SignedOutEverywhere())
    given(user.decider, *past).when(user.SetPassword(VERIFIER)).then_rejected("the user is disabled")


IDENTITY = Sealed(ADA, "identity")
LINKED = user_events.IdentityLinked("corp", IDENTITY)
UNLINKED = user_events.IdentityUnlinked("corp")
WITH_PASSWORD = (REGISTERED, user_events.PasswordChanged(VERIFIER))


def test_an_identity_elsewhere_is_linked_and_unlinked() -> None:
    unlink = user.UnlinkIdentity("corp")
    given(user.decider, REGISTERED).when(user.LinkIdentity("corp", IDENTITY)).then(LINKED)
    given(user.decider, *WITH_PASSWORD, LINKED).when(unlink).then(UNLINKED)
    given(user.decider, REGISTERED).when(unlink).then_nothing()
    state = user.decider.fold([*WITH_PASSWORD, LINKED, UNLINKED])
    assert (state.identities, state.unlinked) == ({}, {"corp": IDENTITY})
    again = user.decider.fold([*WITH_PASSWORD, LINKED, UNLINKED, LINKED])
    assert (again.identities, again.unlinked) == ({"corp": IDENTITY}, {})


def test_the_last_way_in_is_not_taken_away() -> None:
    unlink, other = user.UnlinkIdentity("corp"), user_events.IdentityLinked("other", IDENTITY)
    only = given(user.decider, REGISTERED, LINKED).when(unlink)
    only.then_rejected("choose a password", code="last_way_in", field="provider")
    given(user.decider, REGISTERED, LINKED, other).when(unlink).then(UNLINKED)


def test_a_provider_that_is_not_offered_any_more_is_no_way_in() -> None:
    state = user.decider.fold([REGISTERED, LINKED, user_events.IdentityLinked("gone", IDENTITY)])
    user.keep_a_way_in(state, "gone", frozenset({"corp"}))
    with pytest.raises(Rejected, match="choose a password"):
        user.keep_a_way_in(state, "corp", frozenset({"corp"}))
