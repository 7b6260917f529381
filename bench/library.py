"""The reference: the eventsourcing library as it ships, on the same Postgres."""

from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from psycopg.conninfo import conninfo_to_dict


class Doc(Aggregate):
    """An aggregate with one kind of event of about a kilobyte."""

    @event("Started")
    def __init__(self) -> None:
        self.text = ""

    @event("Revised")
    def revise(self, text: str) -> None:
        self.text = text


def application(url: str, threads: int) -> Application[UUID]:
    """An application of the library with a connection for each thread, aggregates cached."""
    parts = conninfo_to_dict(url)
    return Application[UUID](
        {
            "PERSISTENCE_MODULE": "eventsourcing.postgres",
            "POSTGRES_DBNAME": str(parts["dbname"]),
            "POSTGRES_HOST": str(parts["host"]),
            "POSTGRES_PORT": str(parts.get("port") or 5432),
            "POSTGRES_USER": str(parts.get("user") or "postgres"),
            "POSTGRES_PASSWORD": "unused",
            "POSTGRES_POOL_SIZE": str(threads),
            "POSTGRES_MAX_OVERFLOW": "2",
        }
    )
