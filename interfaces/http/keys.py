"""API keys: services do what their owner may, or less, until somebody revokes the key."""

from typing import Annotated
from uuid import UUID, uuid4

from litestar import Controller, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from application.access import Actor, Scope, on_behalf_of
from application.errors import NotAllowed, NotFound
from application.identity import credentials
from domain import api_key
from domain.kernel import Instant, Name, Record
from infrastructure.identity.uses import PostgresUses
from interfaces.composition import Core
from interfaces.http.commands import Accepted, After, Signed, caught_up, sent
from interfaces.http.reading import reading
from projections import api_keys
from projections.api_keys import ApiKeyRow

Everybodys = Annotated[
    bool, QueryParameter(name="all", description="The keys of all members; that takes the scope `members:manage`.")
]


class IssueKey(Record, forbid_unknown_fields=True):
    """`scopes` is what the key may at most; without it, whatever its owner may. Without `expires_at` it never ends."""

    label: Name
    scopes: tuple[Scope, ...] | None = None
    expires_at: Instant | None = None


class IssuedKey(Record):
    """`key` is shown here and never again."""

    id: UUID
    position: int
    key: str


class ApiKey(Record):
    """A key without what it is proved by. `last_used_at` is precise to a minute."""

    id: UUID
    user_id: UUID
    label: str
    scopes: tuple[str, ...] | None
    issued_at: Instant
    expires_at: Instant | None
    last_used_at: Instant | None
    revoked: bool


class ApiKeyList(Record):
    """The keys, the oldest first."""

    items: list[ApiKey]


class KeyController(Controller):
    path = "/keys"
    tags = ("keys",)

    @post(operation_id="issueKey", summary="Issue an API key")
    async def issue(
        self, data: JSONBody[IssueKey], request: Signed, core: NamedDependency[Core]
    ) -> Response[IssuedKey]:
        """It belongs to whoever issues it, and can never do more than they can at that moment."""
        actor = request.user
        made = credentials.made("z2", uuid4())
        scopes = _scopes(data.scopes, actor)
        command = api_key.IssueKey(actor.user_id, data.label, made.digest, scopes, data.expires_at)
        accepted = await sent(core, made.id, command, on_behalf_of(actor), key=None)
        body = IssuedKey(accepted.id, accepted.position, made.text)
        return Response(body, headers={"Location": f"{request.url.path}/{accepted.id}"})

    @get(operation_id="listKeys", summary="List the API keys")
    async def all(
        self, request: Signed, core: NamedDependency[Core], after: After = None, *, everybodys: Everybodys = False
    ) -> ApiKeyList:
        await caught_up(core.tail, api_keys.projection.name, after)
        if everybodys:
            _manages(request.user)
        owner = None if everybodys else request.user.user_id
        async with reading(core, request.user) as connection:
            rows = await api_keys.listed(connection, request.user.workspace_id, owner)
        used = await PostgresUses(core.database, core.vault).last(*(row.id for row in rows))
        return ApiKeyList([_shown(row, used.get(row.id)) for row in rows])

    @delete("/{key_id:uuid}", operation_id="revokeKey", summary="Revoke an API key", status_code=200)
    async def revoke(self, key_id: FromPath[UUID], request: Signed, core: NamedDependency[Core]) -> Accepted:
        """One's own; the keys of others take the scope `members:manage`. No replica takes it a second later."""
        known = await core.executor.state(key_id, request.user.workspace_id)
        if not isinstance(known, api_key.ApiKey):
            raise NotFound
        if known.user_id != request.user.user_id:
            _manages(request.user)
        return await sent(core, key_id, api_key.RevokeKey(), on_behalf_of(request.user), key=None)


def _scopes(wished: tuple[Scope, ...] | None, actor: Actor) -> tuple[str, ...] | None:
    """What a key may; one that is issued with a lesser credential gets no more than that has."""
    lacking = [scope for scope in wished or () if scope not in actor.rights]
    if lacking:
        raise NotAllowed(f"you lack the scope {lacking[0]} yourself, so you cannot give it to a key", field="scopes")
    if wished is None and (actor.narrowed or actor.key_id is not None):
        return tuple(sorted(actor.rights))
    return wished


def _manages(actor: Actor) -> None:
    if "members:manage" not in actor.rights:
        raise NotAllowed("the keys of others take the scope members:manage, which you lack")


def _shown(row: ApiKeyRow, used: Instant | None) -> ApiKey:
    return ApiKey(row.id, row.user_id, row.label, row.scopes, row.issued_at, row.expires_at, used, row.revoked)
