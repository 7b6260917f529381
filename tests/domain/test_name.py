"""Stories about names."""

from uuid import UUID

from domain import name
from tests.support.given import given

MINE, YOURS = UUID(int=21), UUID(int=22)
CLAIMED = name.Claimed(MINE)
RELEASED = name.Released(MINE)


def test_a_free_name_is_claimed() -> None:
    given(name.decider).when(name.ClaimName(MINE, "Ada")).then(CLAIMED)


def test_claiming_a_name_that_one_holds_changes_nothing() -> None:
    given(name.decider, CLAIMED).when(name.ClaimName(MINE, "Ada")).then_nothing()


def test_a_name_that_another_holds_is_taken() -> None:
    refused = given(name.decider, CLAIMED).when(name.ClaimName(YOURS, "Ada"))
    refused.then_rejected("the name 'Ada' is already taken", code="name_taken", field="name")


def test_a_holder_releases_its_name() -> None:
    given(name.decider, CLAIMED).when(name.ReleaseName(MINE)).then(RELEASED)


def test_a_released_name_is_free_for_another() -> None:
    given(name.decider, CLAIMED, RELEASED).when(name.ClaimName(YOURS, "Ada")).then(name.Claimed(YOURS))


def test_nobody_releases_a_name_that_is_not_theirs() -> None:
    given(name.decider).when(name.ReleaseName(MINE)).then_nothing()
    given(name.decider, CLAIMED).when(name.ReleaseName(YOURS)).then_nothing()
    given(name.decider, CLAIMED, RELEASED).when(name.ReleaseName(MINE)).then_nothing()
