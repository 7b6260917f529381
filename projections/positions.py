"""How far each read model and policy has come, and at which event one has stopped."""

from application.errors import Unavailable
from domain.kernel import Instant, Record
from projections.table import Connection

ENLIST = "INSERT INTO projection_positions (name) VALUES (%s) ON CONFLICT DO NOTHING"

# What is lost with a server that dies is applied again: where a read model stands is committed with what it says.
LOCK = """
SELECT position, set_config('synchronous_commit', 'off', true) FROM projection_positions WHERE name = %s FOR UPDATE
"""

ADVANCE = """
WITH moved AS (UPDATE projection_positions SET position = %(position)s WHERE name = %(name)s),
     goes_on AS (DELETE FROM projection_stops WHERE name = %(name)s AND position <= %(position)s)
SELECT pg_notify('projections', %(name)s)
"""

GO_ON = """
WITH moved AS (
    UPDATE projection_positions SET position = %(to)s WHERE name = %(name)s AND position = %(since)s RETURNING name
), goes_on AS (DELETE FROM projection_stops WHERE name IN (SELECT name FROM moved) AND position <= %(to)s)
SELECT pg_notify('projections', name), set_config('synchronous_commit', 'off', true) FROM moved
"""

STOP = """
INSERT INTO projection_stops (name, position, event_type, error) VALUES (%(name)s, %(position)s, %(type)s, %(error)s)
ON CONFLICT (name) DO UPDATE SET position = excluded.position, event_type = excluded.event_type,
    error = excluded.error, since = now()
WHERE projection_stops.position <> excluded.position OR projection_stops.error <> excluded.error
"""

LEADERS = 824350
"""The class of the advisory locks that leaders hold; the other half of such a lock is the hash of the name."""

ALL = """
SELECT p.name, p.position, s.position, s.event_type, s.error, s.since, (
    SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
    WHERE l.locktype = 'advisory' AND l.granted AND l.classid = %s AND l.objsubid = 2
      AND l.objid::bigint = hashtext(p.name)::bigint & 4294967295
      AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    LIMIT 1
)
FROM projection_positions p LEFT JOIN projection_stops s USING (name) ORDER BY p.name
"""

HEAD = "SELECT coalesce(max(notification_id), 0) FROM events"


class Stop(Record):
    """The event that a read model cannot take. The error is a kind and a place, and never holds what the event says."""

    position: int
    event_type: str
    error: str
    since: Instant


class Progress(Record):
    """How far a read model or policy has come, how many events it is behind, and which process leads it."""

    name: str
    position: int
    lag: int
    leader: str | None = None
    stopped: Stop | None = None


async def enlist(connection: Connection, name: str) -> None:
    await connection.execute(ENLIST, (name,))


async def locked(connection: Connection, name: str) -> int:
    """The position, which nobody else moves until the transaction ends."""
    row = await (await connection.execute(LOCK, (name,))).fetchone()
    if row is None:
        raise Unavailable(f"nothing is known of the position of {name!r}")
    return int(row[0])


async def advance(connection: Connection, name: str, position: int) -> None:
    """Set the position, tell everybody, and forget a stop that lies behind it."""
    await connection.execute(ADVANCE, {"name": name, "position": position})


async def passed(connection: Connection, name: str, since: int, to: int) -> bool:
    """Go on over what is no concern of it, and tell everybody; False where the position is not the one it was."""
    cursor = await connection.execute(GO_ON, {"name": name, "since": since, "to": to})
    return cursor.rowcount == 1


async def stop(connection: Connection, name: str, position: int, event_type: str, error: str) -> None:
    """Write down which event stopped it."""
    await connection.execute(STOP, {"name": name, "position": position, "type": event_type, "error": error})


async def head(connection: Connection) -> int:
    """The position of the last event."""
    row = await (await connection.execute(HEAD)).fetchone()
    return int(row[0]) if row else 0


async def progress(connection: Connection) -> dict[str, Progress]:
    """All that follow the log under a name."""
    last = await head(connection)
    rows = await (await connection.execute(ALL, (LEADERS,))).fetchall()
    return {
        name: Progress(name, seen, max(0, last - seen), leader, Stop(at, kind, error, since) if at else None)
        for name, seen, at, kind, error, since, leader in rows
    }
