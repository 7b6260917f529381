"""Stories about workspaces."""

from uuid import UUID

import pytest

from domain import workspace
from tests.support.given import given

ADA, BOB = UUID(int=21), UUID(int=22)
CREATED = workspace.Created("Home")
ADA_ADMIN = workspace.MemberAdded(ADA, "admin")
BOB_USER = workspace.MemberAdded(BOB, "user")
BOB_ADMIN = workspace.MemberAdded(BOB, "admin")
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
    given(workspace.decider, *past).when(workspace.RemoveMember(BOB)).then(workspace.MemberRemoved(BOB))


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
    given(workspace.decider, *past).when(workspace.RemoveMember(ADA)).then(workspace.MemberRemoved(ADA))
    lesser = workspace.AddMember(ADA, "agent")
    given(workspace.decider, *past).when(lesser).then(workspace.MemberAdded(ADA, "agent"))


def test_a_removed_member_is_gone() -> None:
    state = workspace.decider.fold([CREATED, ADA_ADMIN, BOB_USER, workspace.MemberRemoved(BOB)])
    assert state == workspace.Workspace("Home", {ADA: "admin"})
