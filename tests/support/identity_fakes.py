"""The ports of identity in memory."""

import base64
import hashlib
from datetime import timedelta
from uuid import UUID

from domain.kernel import Sealed


class FakeVault:
    """Boxes that anybody could open, but for those of a subject whose key is destroyed."""

    def __init__(self) -> None:
        self.destroyed: set[UUID] = set()

    async def seal(self, subject: UUID, field: str, text: str) -> Sealed:
        return Sealed(subject, base64.urlsafe_b64encode(f"{field}={text}".encode()).decode())

    async def open(self, field: str, *boxes: Sealed) -> list[str | None]:
        return [self._opened(field, box) for box in boxes]

    async def destroy(self, subject: UUID) -> None:
        self.destroyed.add(subject)

    async def index(self, kind: str, text: str) -> bytes:
        return hashlib.sha256(f"{kind}={text.strip().lower()}".encode()).digest()

    async def keep(self, owner: UUID, kind: str, secret: bytes) -> bytes:
        return owner.bytes + secret

    async def reveal(self, owner: UUID, kind: str, box: bytes) -> bytes:
        assert box.startswith(owner.bytes), "a box opens for its owner"
        return box[16:]

    def _opened(self, field: str, box: Sealed) -> str | None:
        name, _, text = base64.urlsafe_b64decode(box.box).decode().partition("=")
        assert name == field, "a box opens under its own field"
        return None if box.subject in self.destroyed else text


class FakeSignInNames:
    def __init__(self) -> None:
        self.names: dict[tuple[str, str], UUID] = {}

    async def find(self, kind: str, text: str) -> UUID | None:
        return self.names.get((kind, text.lower()))

    async def claim(self, kind: str, text: str, user_id: UUID) -> bool:
        return self.names.setdefault((kind, text.lower()), user_id) == user_id

    async def take_over(self, kind: str, text: str, user_id: UUID, *, holder: UUID, older_than: timedelta) -> bool:
        held = self.names.get((kind, text.lower())) == holder
        if held:
            self.names[kind, text.lower()] = user_id
        return held

    async def release(self, kind: str, text: str, user_id: UUID) -> None:
        if self.names.get((kind, text.lower())) == user_id:
            del self.names[kind, text.lower()]
