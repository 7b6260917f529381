"""Stories about workspaces."""

from datetime import timedelta
from uuid import UUID

import pytest

from domain import workspace, workspace_events
from domain.kernel import replace
from tests.support.given import AT, CONTEXT, given

ADA, BOB, EVE = UUID(int=21), UUID(int=22), UUID(int=23)
CREATED = workspace_events.Created("Home")
ADA_ADMIN = workspace_events.MemberAdded(ADA, "admin")
BOB_USER = workspace_events.MemberAdded(BOB, "user")
BOB_ADMIN = workspace_events.MemberAdded(BOB, "admin")
LAST_ADMIN = "the last admin of a workspace stays its admin; make another member an admin first"


def test_a_workspace_is_created() -> None:
    given(workspace.decider).when(workspace.CreateWorkspace("Home")).then(CREATED)


def test_creating_the_same_workspace_again_changes_nothing() -> None:
    given(workspace.decider, CREATED).when(workspace.CreateWorkspace("Home")).then_nothing()


def test_a_workspace_is_not_created_over_another() -> None:
    given(workspace.decider, CREATED).when(workspace.CreateWorkspace("Work")).then_rejected("another name")


@pytest.mark.parametrize("command", [workspace.AddMember(ADA, "admin"), workspace.RemoveMember(ADA)])
def test_a_workspace_that_does_not_exist_has_no_members(command: workspace.Commands) -> None:
    given(workspace.decider).when(command).then_rejected("the workspace does not exist")


def test_a_member_is_added_in_a_role() -> None:
    given(workspace.decider, CREATED).when(workspace.AddMember(ADA, "admin")).then(ADA_ADMIN)


def test_adding_a_member_in_the_role_it_has_changes_nothing() -> None:
    given(workspace.decider, CREATED, ADA_ADMIN).when(workspace.AddMember(ADA, "admin")).then_nothing()


def test_a_member_is_given_another_role() -> None:
    past = (CREATED, ADA_ADMIN, BOB_USER)
    given(workspace.decider, *past).when(workspace.AddMember(BOB, "admin")).then(BOB_ADMIN)


def test_a_member_is_removed() -> None:
    past = (CREATED, ADA_ADMIN, BOB_USER)
    given(workspace.decider, *past).when(workspace.RemoveMember(BOB)).then(workspace_events.MemberRemoved(BOB))


def test_removing_somebody_who_is_no_member_changes_nothing() -> None:
    given(workspace.decider, CREATED, ADA_ADMIN).when(workspace.RemoveMember(BOB)).then_nothing()


def test_the_last_admin_is_not_removed() -> None:
    past = (CREATED, ADA_ADMIN, BOB_USER)
    given(workspace.decider, *past).when(workspace.RemoveMember(ADA)).then_rejected(LAST_ADMIN)


def test_the_last_admin_is_not_given_a_lesser_role() -> None:
    past = (CREATED, ADA_ADMIN, BOB_USER)
    given(workspace.decider, *past).when(workspace.AddMember(ADA, "user")).then_rejected(LAST_ADMIN)


def test_an_admin_leaves_once_another_is_admin() -> None:
    past = (CREATED, ADA_ADMIN, BOB_USER, BOB_ADMIN)
    given(workspace.decider, *past).when(workspace.RemoveMember(ADA)).then(workspace_events.MemberRemoved(ADA))
    lesser = workspace.AddMember(ADA, "agent")
    given(workspace.decider, *past).when(lesser).then(workspace_events.MemberAdded(ADA, "agent"))


def test_a_removed_member_is_gone() -> None:
    state = workspace.decider.fold([CREATED, ADA_ADMIN, BOB_USER, workspace_events.MemberRemoved(BOB)])
    gone = frozenset({BOB})
    assert state == workspace.Workspace("Home", {ADA: "admin"}, removed_by_hand=gone, departures={BOB: 1})


BY_CLAIM = workspace_events.MemberAdded(BOB, "user", "oidc:corp")
REMOVED_BY_HAND = workspace_events.MemberRemoved(BOB)
REMOVED_BY_CLAIM = workspace_events.MemberRemoved(BOB, "oidc:corp")


def test_whom_a_person_removed_no_provider_brings_back_but_a_person_does() -> None:
    past = (CREATED, ADA_ADMIN, BY_CLAIM, REMOVED_BY_HAND)
    by_claim = workspace.AddMember(BOB, "user", "oidc:corp")
    given(workspace.decider, *past).when(by_claim).then_rejected("a person removed", code="removed_by_hand")
    given(workspace.decider, *past).when(workspace.AddMember(BOB, "user")).then(BOB_USER)
    given(workspace.decider, *past, BOB_USER).when(by_claim).then_nothing()


def test_whom_a_provider_removed_it_brings_back() -> None:
    past = (CREATED, ADA_ADMIN, BY_CLAIM)
    removal = workspace.RemoveMember(BOB, "oidc:corp")
    given(workspace.decider, *past).when(removal).then(REMOVED_BY_CLAIM)
    given(workspace.decider, *past, REMOVED_BY_CLAIM).when(removal).then_nothing()
    by_claim = workspace.AddMember(BOB, "user", "oidc:corp")
    given(workspace.decider, *past, REMOVED_BY_CLAIM).when(by_claim).then(BY_CLAIM)


def test_it_is_known_how_often_somebody_left() -> None:
    past = (CREATED, ADA_ADMIN, BY_CLAIM, REMOVED_BY_HAND, BOB_USER, REMOVED_BY_CLAIM)
    state = workspace.decider.fold(past)
    assert (state.departures, state.removed_by_hand) == ({BOB: 2}, frozenset())


PAST = (CREATED, ADA_ADMIN)
AUDITOR = workspace_events.RoleDefined("auditor", ("audit:read", "read"))
SECRET, INVITATION, IN_A_WEEK = "a" * 64, UUID(int=31), AT + timedelta(days=7)
INVITED = workspace_events.Invited(INVITATION, "user", SECRET, IN_A_WEEK)
ACCEPT = workspace.AcceptInvitation(INVITATION, SECRET, BOB)
VOID = "this invitation has been used, withdrawn or has expired"


def test_a_workspace_defines_roles_of_its_own() -> None:
    define = workspace.DefineRole("auditor", ("read", "audit:read", "read"))
    given(workspace.decider, *PAST).when(define).then(AUDITOR)
    given(workspace.decider, *PAST, AUDITOR).when(define).then_nothing()


@pytest.mark.parametrize("role", workspace.BUILT_IN_ROLES)
def test_a_built_in_role_is_not_redefined(role: str) -> None:
    define = workspace.DefineRole(role, ("read",))
    given(workspace.decider, *PAST).when(define).then_rejected("is built in", code="invalid_role", field="role")


def test_nobody_gets_a_role_that_the_workspace_lacks() -> None:
    for command in (workspace.AddMember(BOB, "root"), workspace.Invite(INVITATION, "root", SECRET, IN_A_WEEK)):
        refusal = given(workspace.decider, *PAST, AUDITOR).when(command)
        refusal.then_rejected("it has admin, user, agent, auditor", code="invalid_role", field="role")


def test_a_role_that_somebody_has_is_not_removed() -> None:
    remove = workspace.RemoveRole("auditor")
    given(workspace.decider, *PAST, AUDITOR).when(remove).then(workspace_events.RoleRemoved("auditor"))
    given(workspace.decider, *PAST).when(remove).then_nothing()
    held = workspace_events.MemberAdded(BOB, "auditor")
    given(workspace.decider, *PAST, AUDITOR, held).when(remove).then_rejected("1 members or invitations have the role")


def test_a_role_by_claim_becomes_one_by_hand_and_back() -> None:
    by_claim = workspace_events.MemberAdded(BOB, "user", "oidc:corp")
    given(workspace.decider, *PAST).when(workspace.AddMember(BOB, "user", "oidc:corp")).then(by_claim)
    given(workspace.decider, *PAST, by_claim).when(workspace.AddMember(BOB, "user", "oidc:corp")).then_nothing()
    given(workspace.decider, *PAST, by_claim).when(workspace.AddMember(BOB, "user")).then(BOB_USER)
    assert workspace.decider.fold([*PAST, by_claim]).by_claim == {BOB}
    assert workspace.decider.fold([*PAST, by_claim, BOB_USER]).by_claim == frozenset()


def test_what_a_person_gave_no_claim_takes_or_changes() -> None:
    past = (*PAST, BOB_USER)
    for role in ("user", "admin"):
        given(workspace.decider, *past).when(workspace.AddMember(BOB, role, "oidc:corp")).then_nothing()
    given(workspace.decider, *past).when(workspace.RemoveMember(BOB, "oidc:corp")).then_nothing()
    given(workspace.decider, *past).when(workspace.RemoveMember(ADA, "oidc:corp")).then_nothing()


def test_an_invitation_is_accepted_once() -> None:
    accepted = (workspace_events.InvitationAccepted(INVITATION, BOB), BOB_USER)
    given(workspace.decider, *PAST, INVITED).when(ACCEPT).then(*accepted)
    given(workspace.decider, *PAST, INVITED, *accepted).when(ACCEPT).then_nothing()
    by_another = replace(ACCEPT, user_id=EVE)
    given(workspace.decider, *PAST, INVITED, *accepted).when(by_another).then_rejected(VOID, code="link_void")


def test_who_was_removed_does_not_come_back_with_the_invitation_of_then() -> None:
    accepted = (workspace_events.InvitationAccepted(INVITATION, BOB), BOB_USER)
    removed = workspace_events.MemberRemoved(BOB)
    given(workspace.decider, *PAST, INVITED, *accepted, removed).when(ACCEPT).then_nothing()


def test_an_invitation_lets_somebody_in_whom_a_person_removed() -> None:
    past = (*PAST, BOB_USER, workspace_events.MemberRemoved(BOB), INVITED)
    accepted = (workspace_events.InvitationAccepted(INVITATION, BOB), BOB_USER)
    given(workspace.decider, *past).when(ACCEPT).then(*accepted)
    assert workspace.decider.fold([*past, *accepted]).removed_by_hand == frozenset()


def test_accepting_an_invitation_changes_no_role_that_one_has() -> None:
    accepted = workspace_events.InvitationAccepted(INVITATION, BOB)
    given(workspace.decider, *PAST, BOB_ADMIN, INVITED).when(ACCEPT).then(accepted)


def test_an_invitation_that_was_withdrawn_has_expired_or_has_another_secret_is_void() -> None:
    withdrawn = workspace_events.InvitationWithdrawn(INVITATION)
    given(workspace.decider, *PAST, INVITED, withdrawn).when(ACCEPT).then_rejected(VOID, code="link_void")
    late = replace(CONTEXT, at=IN_A_WEEK)
    given(workspace.decider, *PAST, INVITED).when(ACCEPT, late).then_rejected(VOID, code="link_void")
    other = workspace.AcceptInvitation(INVITATION, "b" * 64, BOB)
    given(workspace.decider, *PAST, INVITED).when(other).then_rejected(VOID, code="link_void")


def test_an_invitation_is_withdrawn_once_and_made_once() -> None:
    withdraw = workspace.WithdrawInvitation(INVITATION)
    given(workspace.decider, *PAST, INVITED).when(withdraw).then(workspace_events.InvitationWithdrawn(INVITATION))
    given(workspace.decider, *PAST).when(withdraw).then_nothing()
    again = workspace.Invite(INVITATION, "user", SECRET, IN_A_WEEK)
    given(workspace.decider, *PAST, INVITED).when(again).then_rejected("exists already")


def test_a_workspace_is_created_with_its_founder_as_admin_at_once() -> None:
    create = workspace.CreateWorkspace("Home", ADA)
    given(workspace.decider).when(create).then(CREATED, ADA_ADMIN)
    given(workspace.decider, CREATED, ADA_ADMIN).when(create).then_nothing()
    given(workspace.decider, CREATED).when(create).then_rejected("exists already")


def test_a_workspace_is_renamed() -> None:
    renamed = workspace_events.Renamed("Work")
    given(workspace.decider, *PAST).when(workspace.RenameWorkspace("Work")).then(renamed)
    given(workspace.decider, *PAST, renamed).when(workspace.RenameWorkspace("Work")).then_nothing()


def test_only_a_member_is_given_another_role() -> None:
    change = workspace.ChangeRole(BOB, "admin")
    given(workspace.decider, *PAST, BOB_USER).when(change).then(BOB_ADMIN)
    given(workspace.decider, *PAST, BOB_ADMIN).when(change).then_nothing()
    given(workspace.decider, *PAST).when(change).then_rejected("no such member", code="not_found")


def test_the_last_admin_who_can_sign_in_is_neither_suspended_removed_nor_given_a_lesser_role() -> None:
    suspended = workspace_events.MemberSuspended(BOB)
    past = (*PAST, BOB_ADMIN, suspended)
    for command in (workspace.SuspendMember(ADA), workspace.RemoveMember(ADA), workspace.ChangeRole(ADA, "user")):
        given(workspace.decider, *past).when(command).then_rejected(LAST_ADMIN)
    back = workspace_events.MemberReinstated(BOB)
    given(workspace.decider, *past, back).when(workspace.RemoveMember(ADA)).then(workspace_events.MemberRemoved(ADA))


def test_suspending_and_reinstating_twice_is_the_same_as_once() -> None:
    suspended, back = workspace_events.MemberSuspended(BOB), workspace_events.MemberReinstated(BOB)
    past = (*PAST, BOB_USER)
    given(workspace.decider, *past).when(workspace.SuspendMember(BOB)).then(suspended)
    given(workspace.decider, *past, suspended).when(workspace.SuspendMember(BOB)).then_nothing()
    given(workspace.decider, *past, suspended).when(workspace.ReinstateMember(BOB)).then(back)
    given(workspace.decider, *past, suspended, back).when(workspace.ReinstateMember(BOB)).then_nothing()
    given(workspace.decider, *PAST).when(workspace.SuspendMember(BOB)).then_nothing()


def test_a_role_goes_although_an_invitation_for_it_has_expired() -> None:
    invited = workspace_events.Invited(INVITATION, "auditor", SECRET, IN_A_WEEK)
    remove = workspace.RemoveRole("auditor")
    given(workspace.decider, *PAST, AUDITOR, invited).when(remove).then_rejected("1 members or invitations")
    late = replace(CONTEXT, at=IN_A_WEEK)
    given(workspace.decider, *PAST, AUDITOR, invited).when(remove, late).then(workspace_events.RoleRemoved("auditor"))


def test_no_more_than_a_thousand_invitations_are_open() -> None:
    many = [workspace_events.Invited(UUID(int=n), "user", f"{n:064x}", IN_A_WEEK) for n in range(1_000, 2_000)]
    invite = workspace.Invite(INVITATION, "user", SECRET, IN_A_WEEK)
    given(workspace.decider, *PAST, *many[1:]).when(invite).then(INVITED)
    given(workspace.decider, *PAST, *many).when(invite).then_rejected("1,000 invitations")
    given(workspace.decider, *PAST, *many).when(invite, replace(CONTEXT, at=IN_A_WEEK)).then(INVITED)
