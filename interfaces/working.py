"""A worker as a process has it: with what the steps of runs are done, and after whom it comes."""

from collections.abc import Callable
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
from infrastructure.models.offline.extracting import extracted
from infrastructure.redis.leases import RedisRoster
from interfaces.calling import engine, windows
from interfaces.composition import Core, agent_starter, starter
from interfaces.memory import recalling
from interfaces.tooling import toolbox

log = structlog.get_logger()


def workshop(parts: Core, lease: UUID, tools: Callable[[Core], ToolBox] = toolbox) -> Workshop:
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
        agent_starter(parts),
        tools(parts),
        now,
        lease,
        windows(parts),
        extracted,
        recalling(parts),
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
