"""What Z2 starts by itself, put together: the clock of schedules, the reception of messages, the drafts of both."""

from collections.abc import Sequence
from uuid import UUID

from application.scheduling.clock import ScheduleClock
from application.scheduling.drafting import Drafting
from application.scheduling.reception import Reception
from domain.kernel import Instant
from infrastructure.identity.tokens import now
from infrastructure.webhooks.secrets import WebhookSecrets
from interfaces.composition import Core, starter
from projections import schedules


def drafting(parts: Core) -> Drafting:
    return Drafting(parts.executor, starter(parts), parts.payloads, now)


def reception(parts: Core) -> Reception:
    return Reception(parts.executor, starter(parts), WebhookSecrets(parts.database, parts.vault), now)


def schedule_clock(parts: Core) -> ScheduleClock:
    """What starts the runs of schedules when they are due."""

    async def due(now: Instant) -> Sequence[tuple[UUID, UUID]]:
        async with parts.database.connection() as connection:
            return await schedules.due(connection, now)

    return ScheduleClock(due, parts.executor, starter(parts), parts.payloads, now)
