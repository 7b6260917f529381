"""Answers that may be given again: for whom, and where they are kept."""

import hashlib
from datetime import timedelta
from typing import Protocol
from uuid import UUID

import msgspec

from application.models.journal import Hit
from application.models.request import Image, ModelRequest
from domain.kernel import Instant, Record
from domain.route import Policy


class Same(Record):
    """Whoever asks for the same in the same workspace may be given the same answer."""

    workspace_id: UUID
    digest: str


class Reuse(Record):
    """What an earlier answer will do for: it is at most so many seconds old.

    With a `similarity`, the question that it answers may be another one that is at least so much alike.
    """

    same: Same
    request: ModelRequest
    policy: Policy | None
    seconds: int
    similarity: float | None = None

    def takes(self, hit: Hit, now: Instant) -> bool:
        """Whether the answer will do."""
        if now - hit.at > timedelta(seconds=self.seconds):
            return False
        return hit.similarity is None or (self.similarity is not None and hit.similarity >= self.similarity)


class Answers(Protocol):
    """Answers that are kept for a while. None of it raises: what cannot be reached is not there."""

    async def find(self, same: Same) -> Hit | None:
        """The one that was kept last, however old it is."""
        ...

    async def keep(self, same: Same, hit: Hit, seconds: int) -> None: ...


def same_as(workspace_id: UUID, request: ModelRequest, policy: Policy | None = None) -> Same:
    """All of the request shapes its answer, and so does the policy of the route that it names: both are digested."""
    return Same(workspace_id, digest(request, policy))


def digest(*of: object) -> str:
    """The SHA-256 of these values in their one canonical form."""
    return hashlib.sha256(msgspec.json.encode(of, order="deterministic")).hexdigest()


def reusable(request: ModelRequest) -> bool:
    """Whether an answer says all: none with tools does, which act, and a picture elsewhere may change."""
    parts = [part for message in request.messages for part in message.parts]
    return not request.tools and not any(isinstance(part, Image) and part.url for part in parts)
