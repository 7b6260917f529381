"""A worker as a process has it: with what the steps of runs are done, and after whom it comes."""

from uuid import UUID

import structlog

from application.errors import Unavailable
from application.gateway.presence import lease_name
from application.ledger.treasury import Treasury
from application.orchestration.patience import patiently
from application.orchestration.texts import Texts
from application.orchestration.tools import ToolBox
from application.orchestration.workshop import Workshop
from infrastructure.identity.tokens import now
from infrastructure.redis.leases import RedisRoster
from infrastructure.tools.shipped import shipped
from interfaces.calling import engine
from interfaces.composition import Core, starter

log = structlog.get_logger()


def workshop(parts: Core, lease: UUID) -> Workshop:
    """What the steps of a worker are done with; `lease` is the life of the process."""
    treasury = Treasury(parts.executor, now)
    return Workshop(
        parts.executor,
        parts.payloads,
        Texts(parts.payloads),
        engine(parts, treasury, waiting=patiently),
        treasury,
        parts.live,
        starter(parts),
        ToolBox(shipped(now)),
        now,
        lease,
    )


async def succeeded(parts: Core, name: str, life: UUID) -> set[UUID]:
    """The life that this worker comes after, whose lease it gives back: nobody need wait for that to lapse."""
    try:
        before = await RedisRoster(parts.redis).succeed(name, life)
        if before is None:
            return set()
        await parts.leases.give_back(lease_name(before), str(before))
    except Unavailable as error:
        log.warning("worker.predecessor_unknown", name=name, reason=str(error))
        return set()
    return {before}
