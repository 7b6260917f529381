"""Authors: whoever has something started by Z2 itself must be allowed to start it whenever that happens."""

from uuid import UUID

from application.access import SCOPES, Actor, narrowed, scopes_of
from application.ports import Clock
from application.states import Known, States
from domain.agent import Agent
from domain.api_key import ApiKey
from domain.author import Author
from domain.user import User
from domain.workspace import Workspace

NEEDED = "runs:start"


class Authors:
    """Asks the log, each time anew."""

    def __init__(self, states: States, clock: Clock) -> None:
        self._states = states
        self._clock = clock

    async def of(self, actor: Actor) -> Author:
        """The author that somebody who is signed in becomes."""
        place = (await self._states.refresh(actor.workspace_id)).state
        departures = place.departures.get(actor.user_id, 0) if isinstance(place, Workspace) else 0
        return Author(actor.user_id, actor.key_id, actor.agent_id, departures)

    async def actor(self, author: Author, workspace_id: UUID) -> Actor | None:
        """The author as somebody who starts runs now; None where they may not do so any more.

        They must be a member without having left since, and their key and their agent must still be good for it.
        """
        asked = [name for name in (author.user_id, author.key_id, author.agent_id, workspace_id) if name is not None]
        known = await self._states.refresh_all(*asked)
        user, place = known[author.user_id].state, known[workspace_id].state
        if not isinstance(user, User) or user.status != "active" or not isinstance(place, Workspace):
            return None
        role = place.members.get(author.user_id)
        if role is None or place.departures.get(author.user_id, 0) != author.departures:
            return None
        scopes = scopes_of(role, place.roles)
        for name in (author.key_id, author.agent_id):
            if name is not None:
                scopes = narrowed(scopes, self._allowing(known[name], workspace_id))
        if NEEDED not in scopes:
            return None
        return Actor(author.user_id, workspace_id, role, scopes, key_id=author.key_id, agent_id=author.agent_id)

    def _allowing(self, known: Known, workspace_id: UUID) -> tuple[str, ...] | None:
        """What a key or an agent allows, as `narrowed` takes it."""
        match known.state:
            case _ if known.workspace_id != workspace_id:
                return ()
            case ApiKey() as key if key.lives(self._clock()):
                return key.scopes
            case Agent(status="active", scopes=scopes):
                return (*SCOPES["agent"], *scopes)
            case _:
                return ()
