"""Health in Redis: what each process notes of the models, put together so that all replicas know the same.

Each process has a picture of its own. It counts at once in there, and goes to Redis in a batch, at most once a second
or as soon as something failed; each batch brings back what others noted. Nobody who asks waits for Redis, and without
it each process goes by what it noted itself.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from uuid import UUID, uuid4

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from application.models.choice import Measured
from application.models.health import FAULTS, Account, Outcome
from domain.kernel import replace
from infrastructure.redis.picture import Picture

FLUSH_SECONDS = 1.0
SOON_SECONDS = 0.02
"""How long a process gathers what it notes before it tells the others: usually, and when something failed."""

ANSWER_SECONDS = 1.0
PROBE_SECONDS = 60
"""So long others wait for the one that tries a model after an outage, where nothing is heard of it."""

USED_SECONDS = 60.0
KEPT = 500
"""Workspaces whose own models a process follows: those used within a minute, and no more than so many."""

EVERYBODYS = "shared"

log = structlog.get_logger()


class RedisHealth:
    """`run` it for as long as it is used."""

    def __init__(self, redis: Redis, *, clock: Callable[[], float] = time.time) -> None:
        self._redis = redis
        self._clock = clock
        self._process = uuid4().hex
        self._shared = Picture(redis, EVERYBODYS)
        self._own: OrderedDict[UUID, tuple[float, Picture]] = OrderedDict()
        self._joined: OrderedDict[Account, tuple[object, object, Mapping[str, Measured]]] = OrderedDict()
        self._soon = asyncio.Event()
        self._away = False

    def measured(self, account: Account) -> Mapping[str, Measured]:
        """How the models do, by their names; the same object for as long as nothing has changed."""
        now = self._clock()
        shared, own = self._shared.shown(now), self._picture(account.workspace_id).shown(now)
        before = self._joined.get(account)
        if before is not None and before[0] is shared and before[1] is own:
            return before[2]
        joined = _joined(account, shared, own)
        self._joined[account] = (shared, own, joined)
        self._joined.move_to_end(account)
        if len(self._joined) > KEPT:
            self._joined.popitem(last=False)
        return joined

    def noted(self, account: Account, model: str, outcome: Outcome) -> None:
        """A try at the model is over, or its answer was judged.

        How good answers are is a workspace's own business, as is all about providers that it has a key of its own for.
        """
        now, judged = self._clock(), outcome.task is not None and outcome.passed is not None
        own = self._picture(account.workspace_id)
        if judged:
            own.note(_lane(account, model), Outcome(task=outcome.task, passed=outcome.passed), now)
        if judged and outcome.code is None and outcome.first_token_seconds is None:
            return
        there = own if _is_own(account, model) else self._shared
        told = Outcome(outcome.code, outcome.first_token_seconds, outcome.speaking_seconds, outcome.output_tokens)
        there.note(_lane(account, model), told, now)
        if outcome.code in FAULTS:
            self._soon.set()

    async def admitted(self, account: Account, model: str) -> bool:
        """Whether it may be asked now. After an outage one asks, and all others are told no until it is known how."""
        picture = self._picture(account.workspace_id) if _is_own(account, model) else self._shared
        lane, now = _lane(account, model), self._clock()
        until = picture.open_until(lane)
        if not until:
            return True
        if until > now:
            return False
        key = f"z2:health:{picture.name}:probe:{lane}:{int(until * 1000)}"
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return bool(await self._redis.set(key, self._process, nx=True, ex=PROBE_SECONDS))
        except (RedisError, OSError):
            return True

    async def run(self) -> None:
        """Exchange with the others until cancelled."""
        while True:
            try:
                async with asyncio.timeout(FLUSH_SECONDS):
                    await self._soon.wait()
                await asyncio.sleep(SOON_SECONDS)
            except TimeoutError:
                pass
            self._soon.clear()
            await self.exchange()

    async def exchange(self) -> None:
        """Tell what was noted here, and learn what others noted. Where Redis is away, that waits for the next time."""
        now = self._clock()
        for workspace_id, (used, picture) in list(self._own.items()):
            if now - used > USED_SECONDS and not picture.pending:
                del self._own[workspace_id]
        pictures = [self._shared, *(picture for _, picture in self._own.values())]
        try:
            async with asyncio.timeout(ANSWER_SECONDS * 5):
                for picture in pictures:
                    await picture.exchange()
        except (RedisError, OSError) as error:
            if not self._away:
                log.warning("health.unshared", error=type(error).__name__)
            self._away = True
        else:
            self._away = False

    def _picture(self, workspace_id: UUID) -> Picture:
        now = self._clock()
        _, picture = self._own.get(workspace_id) or (0.0, Picture(self._redis, workspace_id.hex))
        self._own[workspace_id] = (now, picture)
        self._own.move_to_end(workspace_id)
        if len(self._own) > KEPT:
            self._own.popitem(last=False)
        return picture


def _is_own(account: Account, model: str) -> bool:
    return model.partition("/")[0] in account.own


def _lane(account: Account, model: str) -> str:
    """A model at the place where it is asked."""
    region = account.region(model.partition("/")[0])
    return f"{model} {region}" if region else model


def _joined(account: Account, shared: Mapping[str, Measured], own: Mapping[str, Measured]) -> Mapping[str, Measured]:
    """By model, what concerns this account: how those do that it asks, and how good it found their answers."""
    joined = {}
    for lane in shared.keys() | own.keys():
        model, _, _ = lane.partition(" ")
        if lane != _lane(account, model):
            continue
        mine = own.get(lane, Measured())
        there = mine if _is_own(account, model) else shared.get(lane, Measured())
        joined[model] = replace(there, outcomes=mine.outcomes)
    return joined
