"""The owner of a machine needs no password on it: an API key of the first admin lies in a file for them alone."""

import contextlib
import os
from pathlib import Path
from uuid import UUID, uuid4

from application.access import Actor
from application.errors import NotSignedIn
from application.identity import credentials
from domain import api_key
from infrastructure.identity import kept_keys
from infrastructure.identity.tokens import now
from interfaces.composition import Core
from interfaces.processes import owner_key

LABEL = "The command line on this machine"


async def leave_key(parts: Core, admin: UUID) -> None:
    """Leave a key in the file that the environment names, unless there is one that still is good for the admin."""
    place = os.environ.get(owner_key.VARIABLE)
    home = (await parts.executor.states.refresh(admin)).workspace_id
    if not place or home is None or await _is_good(parts, owner_key.read(Path(place)), admin):
        return
    made = credentials.made("z2", uuid4())
    # in this order a start that is killed leaves no key behind that nobody has
    kept_keys.put(Path(place), owner_key.content(made.text))
    command = api_key.IssueKey(admin, LABEL, made.digest)
    await parts.executor.execute(made.id, command, Actor(admin, home, "system"), correlation_id=made.id)


async def _is_good(parts: Core, text: str | None, admin: UUID) -> bool:
    with contextlib.suppress(NotSignedIn):
        presented = credentials.presented("z2", text or "")
        key = (await parts.executor.states.refresh(presented.id)).state
        if isinstance(key, api_key.ApiKey):
            return key.lives(now()) and key.secret == presented.digest and key.user_id == admin
    return False
