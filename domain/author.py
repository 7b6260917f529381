"""Author: whoever said what Z2 is to start by itself; it goes on for as long as they may start it themselves."""

from uuid import UUID

from domain.kernel import Record


class Author(Record):
    """`key_id` and `agent_id` are the API key and the agent by which they said so.

    `departures` is how often they had been removed from the workspace by then.
    """

    user_id: UUID
    key_id: UUID | None = None
    agent_id: UUID | None = None
    departures: int = 0
