"""The sign-ins of a workspace: who is signed in where, since when and how."""

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from application.ports import Recorded
from domain import login
from domain.kernel import Instant, Sealed, replace
from projections.table import Connection, Database, Projection, Row

SCHEMA = """
CREATE TABLE IF NOT EXISTS logins (
    id uuid PRIMARY KEY,
    workspace_id uuid NOT NULL,
    position bigint NOT NULL,
    body jsonb NOT NULL,
    user_id uuid GENERATED ALWAYS AS ((body ->> 'user_id')::uuid) STORED,
    ended boolean GENERATED ALWAYS AS (body ->> 'ended' IS NOT NULL) STORED
);
CREATE INDEX IF NOT EXISTS logins_user_idx ON logins (workspace_id, user_id) WHERE NOT ended;
"""

ACTIVE = """
SELECT body::text FROM logins WHERE workspace_id = ANY(%s) AND user_id = %s AND NOT ended
ORDER BY body ->> 'started_at' DESC, id LIMIT 1000
"""

CREDENTIALS = """
SELECT id, user_id FROM (
    SELECT id, user_id, ended, body ->> 'expires_at' AS ends,
        row_number() OVER (PARTITION BY user_id ORDER BY position DESC) AS latest
    FROM logins WHERE workspace_id = %(workspace)s AND user_id = ANY(%(users)s)
) l WHERE latest <= 3 OR (NOT ended AND ends::timestamptz > now())
UNION ALL
SELECT id, user_id FROM api_keys WHERE workspace_id = %(workspace)s AND user_id = ANY(%(users)s)
"""


class LoginRow(Row, kw_only=True):
    """`generation` is that of the user's sign-ins: one of an earlier generation than the user's is over."""

    user_id: UUID
    kind: login.Kind = "client"
    method: str = ""
    generation: int = 0
    started_at: Instant
    expires_at: Instant
    device: Sealed | None = None
    ended: login.EndReason | Literal["moved"] | None = None


def evolve(row: LoginRow | None, recorded: Recorded) -> LoginRow:
    if row is None:
        context = recorded.context
        row = LoginRow(
            id=recorded.stream,
            workspace_id=context.workspace_id,
            position=0,
            user_id=context.actor_id,
            started_at=context.at,
            expires_at=context.at,
        )
    row = replace(row, position=recorded.position)
    match recorded.event:
        case login.Started() as started:
            return replace(
                row,
                user_id=started.user_id,
                kind=started.kind,
                method=started.method,
                generation=started.generation,
                expires_at=started.expires_at,
                device=started.device,
            )
        case login.Ended(reason):
            return replace(row, ended=reason)
        case login.Moved():
            return replace(row, ended="moved")
        case _:
            return row


projection = Projection("logins", "login", SCHEMA, LoginRow, evolve)


async def of_person(database: Database, user_id: UUID, places: Sequence[UUID]) -> list[LoginRow]:
    """Those of one user that nobody has ended, the latest first; some may be past their time.

    They are asked of several workspaces at once: those that the log says the user belongs to.
    """
    async with database.connection() as connection:
        rows = await (await connection.execute(ACTIVE, (list(places), user_id))).fetchall()
    return [projection.parse(body) for (body,) in rows]


async def credentials_of(connection: Connection, workspace_id: UUID, users: Sequence[UUID]) -> dict[UUID, UUID]:
    """Whose the credentials are of which one may be what each user used last."""
    rows = await connection.execute(CREDENTIALS, {"workspace": workspace_id, "users": list(users)})
    return dict(await rows.fetchall())
