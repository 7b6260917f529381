"""Whether the Postgres and the Redis that someone else runs for us answer."""

import contextlib
import os


def problem() -> str | None:
    """What is wrong with a server that the environment names; None where all is well or none is named."""
    if (url := os.environ.get("DATABASE_URL")) and (why := database_problem(url)):
        return f"DATABASE_URL is set, and that Postgres cannot be used: {why}"
    if (url := os.environ.get("REDIS_URL")) and (why := redis_problem(url)):
        return f"REDIS_URL is set, and that Redis does not answer: {why}"
    return None


def database_problem(url: str, *, seconds: int = 5) -> str | None:
    """Why the database cannot be used, in one line without its password; None when it can."""
    import psycopg  # noqa: PLC0415  only who has a server of their own pays for the import

    try:
        return _role_problem(url, seconds)
    except psycopg.Error as problem:
        return " ".join(str(problem).split())


def role_problem(url: str, *, seconds: int = 5) -> str | None:
    """Why the rows of workspaces cannot be guarded; None when they can, and when the database does not answer."""
    import psycopg  # noqa: PLC0415  as above

    with contextlib.suppress(psycopg.Error):
        return _role_problem(url, seconds)
    return None


def _role_problem(url: str, seconds: int) -> str | None:
    import psycopg  # noqa: PLC0415  as above

    from infrastructure import row_security  # noqa: PLC0415  as above

    with psycopg.connect(url, connect_timeout=seconds) as connection:
        return row_security.look(connection).problem


def redis_problem(url: str, *, seconds: float = 5) -> str | None:
    """Why the Redis cannot be used, in one line without its password; None when it can."""
    import redis  # noqa: PLC0415  as above

    try:
        with redis.Redis.from_url(url, socket_connect_timeout=seconds, socket_timeout=seconds) as client:
            client.ping()
            return None
    except (redis.RedisError, ValueError) as problem:
        return " ".join(str(problem).split())
