"""Picture: how some models stand as one process knows it, and its exchange with all others through a hash in Redis.

A standing is worked out by the same function everywhere and replaces the one that it was worked out from, or is worked
out anew on what somebody else put there meanwhile.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from functools import reduce

import msgspec
from redis.asyncio import Redis

from application.models.choice import Measured
from application.models.health import FAULTS, Outcome, Standing, after, measured

SHOWN_SECONDS = 1.0
"""A process shows what it noted once a second, and at once where a breaker opened or closed."""

TELLING = frozenset({None, "model_key_refused", *FAULTS})
"""Outcomes for which a model is remembered: who asks for what nobody serves leaves no trace."""

MOST_LANES = 2_000
MOST_PENDING = 1_000
"""So many models, and so many outcomes of each that Redis was not told yet; the oldest are given up first."""

LIFETIME_SECONDS = 60 * 24 * 3600
ATTEMPTS = 5

# KEYS: the hash. ARGV: the version known here, lifetime, then lane, standing before, standing after.
# Replies with the version, the lanes that somebody else has changed meanwhile, and all of the hash where it is newer.
EXCHANGE = """
local refused = {}
local changed = 0
for i = 3, #ARGV, 3 do
  local there = redis.call('HGET', KEYS[1], ARGV[i]) or ''
  if there == ARGV[i + 1] then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 2])
    changed = 1
  else
    refused[#refused + 1] = ARGV[i]
  end
end
if changed == 1 then
  redis.call('HINCRBY', KEYS[1], ':version', 1)
  redis.call('EXPIRE', KEYS[1], ARGV[2])
end
local version = redis.call('HGET', KEYS[1], ':version') or '0'
if version == ARGV[1] then return {version, refused, {}} end
return {version, refused, redis.call('HGETALL', KEYS[1])}
"""

_decoder = msgspec.json.Decoder(Standing)


class Picture:
    """Lanes by name: a model at the place where it is asked."""

    def __init__(self, redis: Redis, name: str) -> None:
        self.name = name
        self._key = f"z2:health:{name}"
        self._script = redis.register_script(EXCHANGE)
        self._version = b""
        self._theirs: dict[str, bytes] = {}
        self._standings: dict[str, Standing] = {}
        self._pending: dict[str, deque[tuple[Outcome, float]]] = {}
        self._shown: Mapping[str, Measured] = {}
        self._shown_at = 0.0
        self._stale = False

    @property
    def pending(self) -> bool:
        return bool(self._pending)

    def note(self, lane: str, outcome: Outcome, now: float) -> None:
        """It counts here at once, and everywhere after the next exchange."""
        before = self._standings.get(lane)
        if before is None and (len(self._standings) >= MOST_LANES or outcome.code not in TELLING):
            return
        standing = self._standings[lane] = after(before or Standing(), outcome, now)
        self._pending.setdefault(lane, deque(maxlen=MOST_PENDING)).append((outcome, now))
        self._stale = True
        if before is None or before.open_until != standing.open_until:
            self._shown_at = 0.0

    def open_until(self, lane: str) -> float:
        """Before when the model is not to be asked, in seconds since 1970; 0 where its breaker is closed."""
        standing = self._standings.get(lane)
        return 0.0 if standing is None else standing.open_until

    def standing(self, lane: str) -> Standing | None:
        return self._standings.get(lane)

    def shown(self, now: float) -> Mapping[str, Measured]:
        """All lanes as a choice takes them: the same object for a second, or until a breaker opens or closes."""
        if self._stale and not 0 <= now - self._shown_at < SHOWN_SECONDS:
            self._shown = {lane: measured(standing) for lane, standing in self._standings.items()}
            self._shown_at, self._stale = now, False
        return self._shown

    async def exchange(self) -> None:
        """Raises RedisError and OSError; what was not told is told the next time."""
        for _ in range(ATTEMPTS):
            telling = {lane: tuple(outcomes) for lane, outcomes in self._pending.items()}
            arguments: list[bytes | str | int] = [self._version, LIFETIME_SECONDS]
            for lane, outcomes in telling.items():
                arguments += [lane, self._theirs.get(lane, b""), self._told(lane, outcomes)]
            version, refused, every = await self._script(keys=[self._key], args=arguments)
            again = {lane.decode() for lane in refused}
            for lane, outcomes in telling.items():
                if lane not in again:
                    self._forget(lane, len(outcomes))
            if every or version != self._version:
                self._learn(version, every)
            if not again:
                return

    def _told(self, lane: str, outcomes: Iterable[tuple[Outcome, float]]) -> bytes:
        return msgspec.json.encode(_all(self._known(lane), outcomes))

    def _known(self, lane: str) -> Standing:
        theirs = self._theirs.get(lane)
        try:
            return Standing() if theirs is None else _decoder.decode(theirs)
        except msgspec.MsgspecError:
            # nobody can read it, so it begins anew
            return Standing()

    def _forget(self, lane: str, told: int) -> None:
        outcomes = self._pending[lane]
        for _ in range(min(told, len(outcomes))):
            outcomes.popleft()
        if not outcomes:
            del self._pending[lane]

    def _learn(self, version: bytes, every: list[bytes]) -> None:
        """Take what all have noted together, and on top of it what was noted here meanwhile."""
        found = {lane.decode(): standing for lane, standing in zip(every[::2], every[1::2], strict=True)}
        found.pop(":version", None)
        before = self._standings
        self._version, self._theirs = version, found
        lanes = found.keys() | self._pending.keys()
        self._standings = {lane: _all(self._known(lane), self._pending.get(lane, ())) for lane in lanes}
        self._stale = True
        if any(self.open_until(lane) != standing.open_until for lane, standing in before.items()):
            self._shown_at = 0.0


def _all(standing: Standing, outcomes: Iterable[tuple[Outcome, float]]) -> Standing:
    return reduce(lambda known, each: after(known, *each), outcomes, standing)
