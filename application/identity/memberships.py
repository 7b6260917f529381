"""Memberships: whoever was removed from a workspace and came back has to sign in anew, and to make new keys."""

from uuid import UUID

from application.errors import NotSignedIn
from application.identity.recent import Recent
from application.states import Known, States
from domain.workspace import Workspace
from domain.workspace_events import MemberAdded, MemberRemoved


class Memberships:
    """Since when people belong to where they belong, in positions of the log: no clock and no read model is asked."""

    def __init__(self, states: States) -> None:
        self._states = states
        self._since = Recent[tuple[UUID, UUID, int], int]()

    async def check(self, credential: Known, user_id: UUID, workspace_id: UUID, place: Workspace) -> None:
        """Raise NotSignedIn for a login or a key that is older than its owner's membership."""
        departures = place.departures.get(user_id)
        if departures and credential.first < await self._began(user_id, workspace_id, departures):
            raise NotSignedIn

    async def _began(self, user_id: UUID, workspace_id: UUID, departures: int) -> int:
        """The position at which somebody came back who had left so often; the log is read once for each return."""
        since = self._since.get((workspace_id, user_id, departures))
        if since is None:
            since = await self._found(user_id, workspace_id, departures)
            self._since[workspace_id, user_id, departures] = since
        return since

    async def _found(self, user_id: UUID, workspace_id: UUID, departures: int) -> int:
        left = 0
        for recorded in await self._states.past(workspace_id):
            match recorded.event:
                case MemberRemoved(who) if who == user_id:
                    left += 1
                case MemberAdded(who) if who == user_id and left == departures:
                    return recorded.position
                case _:
                    pass
        raise NotSignedIn
