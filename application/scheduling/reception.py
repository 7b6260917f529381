"""Reception: a signed message to a trigger starts a run, and the same message again is the same run."""

from collections.abc import Mapping
from typing import Protocol
from uuid import UUID, uuid5

from application import documents
from application.access import on_behalf_of
from application.errors import Invalid
from application.execute import Executor, Order
from application.orchestration.start import Starter, StartRequest
from application.orchestration.texts import JSON, PLAIN
from application.ports import Clock
from application.scheduling.authors import Authors
from application.scheduling.signatures import message_id
from application.states import Known
from domain.kernel import Record, Rejected
from domain.trigger import FireTrigger, Trigger


class Secrets(Protocol):
    async def valid(self, owner: UUID, /) -> list[str]:
        """Those that sign now; none where there is no such owner."""
        ...


class Received(Record):
    """The run that a message started, and the position to wait for when reading."""

    run_id: UUID
    position: int


class NotAllowedAnyMore(Rejected):
    """Whoever made the trigger may not start runs now."""


class Reception:
    def __init__(self, executor: Executor, starter: Starter, secrets: Secrets, clock: Clock) -> None:
        self._executor = executor
        self._starter = starter
        self._secrets = secrets
        self._clock = clock
        self._authors = Authors(executor.states, clock)

    async def workspace(self, trigger_id: UUID) -> UUID | None:
        """Whose trigger it is, if it is one."""
        known = await self._executor.states.refresh(trigger_id)
        return known.workspace_id if isinstance(known.state, Trigger) else None

    async def receive(self, trigger_id: UUID, headers: Mapping[str, str], body: bytes) -> Received:
        """Start the run, unless the message has done so before. `headers` have names in lower case.

        Raises BadSignature, Rejected and Invalid; a stranger is never told whether there is such a trigger.
        """
        name = message_id(headers, body, await self._secrets.valid(trigger_id), self._clock())
        run_id = run_of(trigger_id, name)
        known = await self._executor.states.refresh_all(trigger_id, run_id)
        if known[run_id].version:
            return Received(run_id, known[run_id].position)
        return await self._started(trigger_id, known[trigger_id], name, _text(headers, body))

    async def _started(self, trigger_id: UUID, known: Known, name: str, text: tuple[str, str]) -> Received:
        """The run of a message that is new. Raises Rejected and Invalid."""
        trigger, workspace_id, run_id = known.state, known.workspace_id, run_of(trigger_id, name)
        if not isinstance(trigger, Trigger) or trigger.author is None or workspace_id is None:
            raise Rejected("there is no such trigger", code="not_found")
        if trigger.status != "active":
            raise Rejected(f"the trigger is {trigger.status}; it takes no messages", code=f"trigger_{trigger.status}")
        author = await self._authors.actor(trigger.author, workspace_id)
        if author is None:
            detail = "whoever made this trigger may not start runs any more; a new secret makes it somebody else's"
            raise NotAllowedAnyMore(detail, code="trigger_not_allowed")
        request = StartRequest(
            trigger.title, text[0], workflow_id=trigger.workflow_id, media_type=text[1], priority=trigger.priority
        )
        start = await self._starter.order(run_id, request, author)
        outcome = await self._executor.execute_together(
            # the run first: where it is there by now, nothing is done
            [start, Order(trigger_id, FireTrigger(name, run_id))],
            on_behalf_of(author),
            correlation_id=run_id,
            causation=f"trigger:{trigger_id}",
        )
        return Received(outcome.stream, outcome.position)


def run_of(trigger_id: UUID, message: str) -> UUID:
    """The run that a message of this name starts."""
    return uuid5(trigger_id, f"message:{message}")


def _text(headers: Mapping[str, str], body: bytes) -> tuple[str, str]:
    """The body and its media type. Raises Invalid."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise Invalid("the message is not text in UTF-8", field="body") from None
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    is_json = kind == "application/json" or kind.endswith("+json")
    return documents.checked(text, "body"), JSON if is_json else PLAIN
