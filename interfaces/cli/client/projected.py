"""What the API answers about read models and policies."""

from uuid import UUID

from domain.kernel import Record


class Stop(Record):
    """The event that a read model cannot take."""

    position: int
    event_type: str
    error: str


class Projection(Record):
    """What follows the log under a name, and how far it is."""

    name: str
    kind: str
    position: int
    lag: int
    leader: str | None
    stopped: Stop | None


class Projections(Record):
    items: tuple[Projection, ...]


class Difference(Record):
    id: UUID
    kind: str
    fields: tuple[str, ...]


class Verified(Record):
    """How many rows differ from what the log tells, and the first of them."""

    rows: int
    position: int
    differing: int
    differences: tuple[Difference, ...]
