"""Slots in Redis: they lapse with whoever held them, and those of this process are renewed as long as it works."""

import time
from collections.abc import Callable, Collection, Sequence
from uuid import UUID

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from application.errors import Unavailable
from application.orchestration.limits import lane
from application.orchestration.slots import Lane, LaneState
from domain.kernel import Record
from infrastructure.redis import queue_scripts, slot_scripts
from infrastructure.redis.counted_runs import RUN_MILLISECONDS

HELD_SECONDS = 4.0
KNOCK_SECONDS = 5.0
"""So often the first job that waits for a lane is looked at anew, whatever Redis says of the lane."""

WANTED_SECONDS = 1.0
"""A lane that others have waited for so long is not passed on from one step of a run to the next."""

STEPS = 1_000
"""So many steps of a workspace at once, where nothing else is said."""


class Picked(Record):
    """A job that is ours to do. `most` is what Redis knew of its workspace's limit; None where it takes no slot."""

    id: str
    body: bytes
    workspace: str
    most: int | None


class Left(Record):
    """Whose job is next once there is a place: so many of its workspace's steps are under way."""

    workspace: str
    running: int
    waited: float


class RedisSlots:
    """The jobs and slots of one life of a process, under its `token`."""

    def __init__(self, redis: Redis, token: str, *, seconds: float = HELD_SECONDS, most: int = STEPS) -> None:
        self.token = token
        self.most = most
        self.returned: Callable[[], None] = lambda: None
        self._redis = redis
        self._hold = int(seconds * 1000)
        self._held: set[tuple[str, str]] = set()
        self._back: set[tuple[str, str]] = set()
        self.left: Left | None = None
        self.waiting = False
        self._wanted: dict[str, float] = {}
        self._pick = redis.register_script(queue_scripts.PICK)
        self._settle = redis.register_script(queue_scripts.SETTLE)
        self._renew = redis.register_script(queue_scripts.RENEW)
        self._take = redis.register_script(slot_scripts.TAKE)
        self._tidy = redis.register_script(slot_scripts.TIDY)
        self._changed = redis.register_script(slot_scripts.CHANGED)
        self._state = redis.register_script(slot_scripts.STATE)

    async def pick(self, want: int) -> list[Picked]:
        """Take as many jobs as that with the slots they are known to need, and note what is left. Raises RedisError."""
        found, left, lines = await self._pick(args=[want, self.token, self._hold, self.most])
        jobs = [
            Picked(str(name, "utf-8"), body, str(workspace, "utf-8"), None if most < 0 else most)
            for name, body, workspace, most in found
        ]
        self.left = Left(str(left[0], "utf-8"), left[1], left[2] / 1000) if left else None
        self.waiting = lines > 0
        return jobs

    async def settle(self, done: Collection[str], back: Collection[str]) -> None:
        """End these jobs, hand those on to others, and give back what slots are not needed. Raises RedisError."""
        slots = list(self._back)
        if done or back or slots:
            await self._settle(args=[self.token, _json(done), _json(back), _json(slots)])
            self._back.difference_update(slots)

    async def renew(self, jobs: Collection[str]) -> None:
        """What is held here goes on being held, even where Redis has forgotten it. Raises RedisError."""
        slots = [(name, holder, self._hold) for name, holder in self._held]
        if jobs or slots:
            await self._renew(args=[self.token, self._hold, _json(jobs), _json(slots)])

    async def tidy(self) -> None:
        """See to those that wait for what a dead worker held. Raises RedisError."""
        wanted = await self._tidy(args=[int(KNOCK_SECONDS * 1000)])
        now = time.monotonic()
        self._wanted = {str(name, "utf-8"): now - waited / 1000 for name, waited in wanted}

    def wanted(self, name: str) -> bool:
        """Whether others have waited for the lane for a while."""
        since = self._wanted.get(name)
        return since is not None and time.monotonic() - since >= WANTED_SECONDS

    def holds(self, holder: str, name: str) -> bool:
        return (name, holder) in self._held

    async def take(self, places: Sequence[tuple[str, Sequence[Lane]]], *, job: str = "") -> int:
        told = [[self._written(holder, each) for each in lanes] for holder, lanes in places]
        try:
            taken = int(await self._take(args=[_json(told), job]))
        except (RedisError, OSError) as error:
            raise Unavailable("Redis cannot be reached just now") from error
        for holder, lanes in places[:taken]:
            mine = {(each.name, holder) for each in lanes if each.run is None}
            self._held |= mine
            self._back -= mine
        return taken

    def _written(self, holder: str, wish: Lane) -> tuple[str, str, int, int, bool]:
        if wish.run is None:
            return wish.name, holder, wish.most, self._hold, False
        return wish.name, str(wish.run), wish.most, RUN_MILLISECONDS, True

    def adopt(self, holder: str, name: str) -> None:
        self._held.add((name, holder))

    def give_back(self, holder: str, lanes: Sequence[str]) -> None:
        for name in lanes:
            self._held.discard((name, holder))
            self._back.add((name, holder))
        if lanes:
            self.returned()

    async def state(self, lanes: Sequence[str]) -> list[LaneState]:
        try:
            found = await self._state(args=list(lanes)) if lanes else []
        except (RedisError, OSError) as error:
            raise Unavailable("Redis cannot be reached just now") from error
        return [LaneState(used, None if most < 0 else most, waiting) for used, most, waiting in found]

    async def changed(self, workspace_id: UUID, most: int) -> None:
        """The limits of a workspace are others: what waits there is looked at anew. Raises Unavailable."""
        try:
            await self._changed(args=[workspace_id.hex, most])
        except (RedisError, OSError) as error:
            raise Unavailable("Redis cannot be reached just now") from error

    def gives_way(self, workspace_id: UUID) -> bool:
        """Whether another workspace has waited for a while, and has fewer steps under way than this one has here."""
        left = self.left
        if left is None or left.workspace == workspace_id.hex or left.waited < WANTED_SECONDS:
            return False
        own = lane("workspace", workspace_id)
        return left.running < sum(1 for name, _ in self._held if name == own)


def _json(values: Collection[object]) -> bytes:
    return msgspec.json.encode(list(values))
