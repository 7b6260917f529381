"""Who asked for a new password and has no other way to get one than through an admin."""

from datetime import timedelta
from typing import Any, TypeAlias
from uuid import UUID

import psycopg

from domain.kernel import Instant

ASKED = """
SELECT user_id, max(at) FROM access_audit asked
WHERE kind = 'password_reset_requested' AND reason = 'no_mail' AND workspace_id = %(workspace)s
    AND at > now() - %(within)s::interval AND NOT EXISTS (
        SELECT FROM access_audit since
        WHERE since.user_id = asked.user_id AND since.id > asked.id
            AND since.kind IN ('password_changed', 'link_issued')
    )
GROUP BY user_id ORDER BY max(at) DESC, user_id LIMIT 200
"""

WITHIN = timedelta(days=7)

Connection: TypeAlias = psycopg.AsyncConnection[tuple[Any, ...]]


async def open_wishes(connection: Connection, workspace_id: UUID) -> list[tuple[UUID, Instant]]:
    """The users of the workspace and when they last asked, the latest first."""
    asked = await connection.execute(ASKED, {"workspace": workspace_id, "within": WITHIN})
    return await asked.fetchall()
