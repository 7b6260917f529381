"""People as those who read of them may see them."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from functools import partial
from uuid import UUID

from application.access import Actor
from application.errors import Unavailable
from application.orchestration.approvals import Approvals
from domain.user import User
from domain.workspace import Workspace
from interfaces.composition import Core


async def names_for(core: Core, actor: Actor, people: Collection[UUID]) -> Mapping[UUID, str]:
    """What members are called, as far as the actor may know: themselves, and with `members:manage` everybody.

    Whoever is no member any more, or was erased, has no name here; nor has anybody while the keys are away.
    """
    every = "members:manage" in actor.rights
    wanted = {user_id for user_id in people if every or user_id == actor.user_id}
    if not wanted:
        return {}
    with suppress(Unavailable):
        place: Workspace = await core.executor.state(actor.workspace_id, actor.workspace_id)
        found = await core.executor.states.refresh_all(*(wanted & place.members.keys()))
        users = {key: each.state for key, each in found.items() if isinstance(each.state, User)}
        boxes = {key: user.name for key, user in users.items() if user.name}
        names = zip(boxes, await core.vault.open("name", *boxes.values()) if boxes else (), strict=True)
        return {key: name for key, name in names if name}
    return {}


def approvals(core: Core) -> Approvals:
    """What sends people's decisions, and names whoever was faster."""
    return Approvals(core.executor, core.payloads, partial(names_for, core))
