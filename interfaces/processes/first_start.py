"""The first start: a workspace and its admin are made. No password is ever a default.

Each step may be repeated, so that a start which was killed anywhere is finished by the next one.
"""

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

import structlog

from application.access import Actor
from application.errors import Invalid
from application.identity.accounts import Accounts, Person
from application.ports import Recorded
from domain import user_events, workspace, workspace_events
from domain.kernel import Record
from infrastructure import fail_points
from infrastructure.settings import Settings
from interfaces import identity
from interfaces.composition import Core

SYSTEM_ID = UUID("00000000-0000-4000-8000-000000000001")
"""The actor that the log names where Z2 acts for itself."""

FOUNDING = 100
"""The first workspace has its admin within so many events, however often the first start was interrupted."""

EARLIER = "admin.json"
"""An earlier Z2 left a password there, which opens nothing any more."""

LOCK = "SELECT pg_advisory_xact_lock(8243500162026)"

log = structlog.get_logger()


class Founded(Record):
    """How far the founding has come, as the first events of the log tell."""

    workspace_id: UUID | None = None
    admin: UUID | None = None
    complete: bool = False


async def ensure_admin(parts: Core) -> UUID:
    """Make the first workspace and its admin, once; who the admin is. Raises Invalid where the settings are wrong."""
    check(parts.settings)
    _tell_of_earlier(parts.settings.data)
    async with parts.database.transaction() as connection:
        await connection.execute(LOCK)
        founded = told(await parts.store.read(0, FOUNDING))
        if founded.complete and founded.admin and not parts.settings.admin_name:
            return founded.admin
        return await _found(parts, founded)


def check(settings: Settings) -> None:
    """Raise Invalid where a name comes without a password, or the other way round."""
    if bool(settings.admin_name) != bool(settings.admin_password):
        missing = "Z2_ADMIN_PASSWORD" if settings.admin_name else "Z2_ADMIN_NAME"
        raise Invalid(f"Z2_ADMIN_NAME and Z2_ADMIN_PASSWORD go together; {missing} is not set", field=missing)


def told(first: Sequence[Recorded]) -> Founded:
    """How far the founding of the first workspace has come."""
    place = next((each.stream for each in first if isinstance(each.event, workspace_events.Created)), None)
    for each in first:
        if each.stream == place and isinstance(each.event, workspace_events.MemberAdded):
            return Founded(place, each.event.user_id, complete=True)
    made = (
        each.stream
        for each in first
        if isinstance(each.event, user_events.Registered) and each.context.workspace_id == place
    )
    return Founded(place, next(made, None))


async def _found(parts: Core, founded: Founded) -> UUID:
    actor = Actor(SYSTEM_ID, founded.workspace_id or uuid4(), "system")
    accounts = identity.accounts(parts)
    place = actor.workspace_id
    await parts.executor.execute(place, workspace.CreateWorkspace("Home"), actor, correlation_id=place)
    fail_points.reached("first_start_workspace")
    admin = await _admin(parts, accounts, actor, founded)
    if not founded.complete:
        await parts.executor.execute(place, workspace.AddMember(admin, "admin"), actor, correlation_id=place)
    return admin


async def _admin(parts: Core, accounts: Accounts, actor: Actor, founded: Founded) -> UUID:
    """The first admin, with the name and the password of the settings unless there is a password already."""
    name = parts.settings.admin_name
    wished = founded.admin
    if wished is None and name:
        # nobody else can have it before there is an admin; so it is that of a founding that did not come far
        wished = await identity.names_of(parts).holder("name", name)
    if founded.admin is None:
        wished = await accounts.register(actor, user_id=wished)
        fail_points.reached("first_start_user")
    assert wished is not None, "who was registered has an id"
    person = await accounts.person(wished)
    if name and person.user.verifier is None and person.user.status == "active":
        await _name(parts.settings, accounts, actor, person)
    return wished


async def _name(settings: Settings, accounts: Accounts, actor: Actor, person: Person) -> None:
    try:
        await accounts.rename(person, settings.admin_name, actor)
        fail_points.reached("first_start_name")
        if settings.admin_email:
            await accounts.change_email(person, settings.admin_email, actor)
            await accounts.vouch(await accounts.person(person.user_id), actor)
        await accounts.set_password(await accounts.person(person.user_id), settings.admin_password, actor)
    except Invalid as error:
        setting = f"Z2_ADMIN_{(error.field or 'name').upper()}"
        raise Invalid(f"{setting}: {error}", field=setting) from None
    fail_points.reached("first_start_password")


def _tell_of_earlier(data: Path) -> None:
    if (data / EARLIER).exists():
        mend = "delete it; use the link that `z2 up` prints, or `z2 user create`"
        log.warning("admin.password_of_an_earlier_version", file=EARLIER, mend=mend)
