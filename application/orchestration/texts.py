"""The texts that steps read and write, remembered by their hash for as long as there is room."""

import hashlib
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import msgspec

from application.documents import storable
from application.kept import Kept
from application.orchestration.patience import patiently
from application.ports import Payloads
from domain.kernel import PayloadRef, Record

JSON = "application/json"
PLAIN = "text/plain"

SMALL = 16 * 1024
"""Bytes of a text that others who append can wait for; what is larger is stored before the append."""

ROOM = 32 * 1024 * 1024
"""Characters that a process remembers at most; a single text takes at most an eighth of that."""


class _Text(Record):
    text: str
    value: Any = msgspec.UNSET


class Texts:
    """What is asked for waits for a store that is away. Values are shared: nobody may change one."""

    def __init__(self, payloads: Payloads, room: int = ROOM) -> None:
        self._payloads = payloads
        self._room = room
        self._kept: OrderedDict[tuple[UUID, str], _Text] = OrderedDict()
        self._taken = 0

    async def text(self, workspace_id: UUID, ref: PayloadRef) -> str:
        """Raises NotFound."""
        return (await self._found(workspace_id, ref)).text

    async def value(self, workspace_id: UUID, ref: PayloadRef | None) -> Any:
        """JSON as what it says, all else as text, and null for nothing. Raises NotFound."""
        if ref is None:
            return None
        found = await self._found(workspace_id, ref)
        if ref.media_type != JSON:
            return found.text
        if found.value is msgspec.UNSET:
            found = _Text(found.text, msgspec.json.decode(found.text))
            self._keep((workspace_id, ref.sha256), found)
        return found.value

    async def store(self, workspace_id: UUID, texts: Iterable[Kept]) -> Sequence[Kept]:
        """Store those that are too large for an append, and give back the others."""
        small = []
        for kept in texts:
            self._keep((workspace_id, kept.ref.sha256), _Text(kept.text))
            if kept.ref.size <= SMALL:
                small.append(kept)
            else:
                await self._put(workspace_id, kept)
        return small

    async def _put(self, workspace_id: UUID, kept: Kept) -> None:
        await patiently(lambda: self._payloads.put(workspace_id, kept.text, kept.ref.media_type))

    async def _found(self, workspace_id: UUID, ref: PayloadRef) -> _Text:
        key = workspace_id, ref.sha256
        if (found := self._kept.get(key)) is None:
            found = _Text(await patiently(lambda: self._payloads.get(workspace_id, ref)))
            self._keep(key, found)
        else:
            self._kept.move_to_end(key)
        return found

    def _keep(self, key: tuple[UUID, str], found: _Text) -> None:
        if len(found.text) > self._room // 8:
            return
        before = self._kept.pop(key, None)
        self._kept[key] = found
        self._taken += len(found.text) - (0 if before is None else len(before.text))
        while self._taken > self._room:
            _, oldest = self._kept.popitem(last=False)
            self._taken -= len(oldest.text)


def kept(text: str, media_type: str = PLAIN) -> Kept:
    """A text as it is stored, without what no record can keep."""
    plain = storable(text)
    body = plain.encode()
    return Kept(plain, PayloadRef(hashlib.sha256(body).hexdigest(), len(body), media_type))


def kept_value(value: Any) -> Kept | None:
    """A value as it is stored: null as nothing, a text as it is, and all else as JSON."""
    if value is None:
        return None
    if isinstance(value, str):
        return kept(value)
    return kept(msgspec.json.encode(value).decode(), JSON)
