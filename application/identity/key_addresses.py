"""Where API keys are used from: an address that is new to a key goes on the record."""

import asyncio
import time
from uuid import UUID, uuid4

import structlog

from application.access import Actor, on_behalf_of
from application.errors import Z2Error
from application.execute import Executor
from application.identity.recent import Recent
from application.ports import Uses, Vault
from domain.api_key import NoteNewAddress

PAUSE_SECONDS = 60.0
"""At most one new address of a key goes on the record in so long; the others wait."""

ROUND_SECONDS = 1.0
WAITING = 20
"""So many addresses of a key wait at the most."""

log = structlog.get_logger()


class KeyAddresses:
    """Notes them beside the requests, which never wait for it."""

    def __init__(self, executor: Executor, vault: Vault, uses: Uses, *, pause_seconds: float = PAUSE_SECONDS) -> None:
        self._executor = executor
        self._vault = vault
        self._uses = uses
        self._pause_seconds = pause_seconds
        self._seen = Recent[tuple[UUID, str], None]()
        self._waiting: dict[UUID, dict[str, Actor]] = {}
        self._recorded: dict[UUID, float] = {}
        self._some = asyncio.Event()

    def seen(self, actor: Actor, address: str) -> None:
        """A request was made with the key of the actor, if it has one."""
        if actor.key_id is None or not address or (actor.key_id, address) in self._seen:
            return
        waiting = self._waiting.setdefault(actor.key_id, {})
        if len(waiting) >= WAITING:
            return
        waiting[address] = actor
        self._seen[actor.key_id, address] = None
        self._some.set()

    async def record(self) -> None:
        """Record them, for ever."""
        while True:
            await self._some.wait()
            await self.round()
            await asyncio.sleep(ROUND_SECONDS)

    async def round(self) -> None:
        """Look at what waits of the keys whose turn it is; what cannot be recorded now waits for the next round."""
        began = time.monotonic()
        for key_id, at in list(self._recorded.items()):
            if began - at >= self._pause_seconds:
                del self._recorded[key_id]
        for key_id in [each for each in self._waiting if each not in self._recorded]:
            try:
                await self._look_at(key_id)
            except (Z2Error, OSError) as error:
                log.warning("key_addresses.unrecorded", error=type(error).__name__)
        if not self._waiting:
            self._some.clear()

    async def _look_at(self, key_id: UUID) -> None:
        """Record the first address that is new to the key."""
        waiting = self._waiting[key_id]
        for address, actor in list(waiting.items()):
            sealed = await self._vault.seal(actor.user_id, "address", address)
            is_new = await self._uses.is_new(key_id, address)
            del waiting[address]
            if is_new:
                self._recorded[key_id] = time.monotonic()
                command = NoteNewAddress(sealed)
                await self._executor.execute(key_id, command, on_behalf_of(actor), correlation_id=uuid4())
                break
        if not waiting:
            del self._waiting[key_id]
