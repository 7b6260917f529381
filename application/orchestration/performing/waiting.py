"""Steps for which people, moments and events are waited for; meanwhile nobody works on them."""

from datetime import UTC, datetime
from typing import Any

from application.kept import Kept
from application.orchestration.outcome import Completed, Outcome, StepError, Suspended
from application.orchestration.texts import JSON, PLAIN, kept, kept_value
from application.orchestration.work import Work
from domain.kernel import PayloadRef
from domain.nodes import Approval, Input, Wait
from domain.run_state import inside
from domain.run_values import ForApproval, ForEvent, ForInput, ForTime

LONGEST = 366 * 24 * 3_600.0
"""Seconds: nobody is waited for longer than a year."""

LONGEST_EVENT = 200


async def approval(node: Approval, work: Work) -> Outcome:
    """What is to be approved is on the record before anybody is asked."""
    subject, question = await _subject(node, work), await _question(node, work)
    if isinstance(subject, PayloadRef):
        return Suspended(ForApproval(subject), node.timeout_seconds, question=question)
    return Suspended(ForApproval(subject.ref), node.timeout_seconds, (subject,), question=question)


async def _question(node: Approval | Input, work: Work) -> Kept | None:
    """What the person is asked, with its expressions filled in; None where it has none and is as the workflow says."""
    return kept(await work.text(node.question), PLAIN) if "{{" in node.question else None


async def _subject(node: Approval, work: Work) -> Kept | PayloadRef:
    if node.show:
        return kept_value(await work.value(node.show)) or kept("null", JSON)
    if not node.needs:
        assert work.run.input is not None, "a run that was started has an input"
        return work.run.input
    output = work.run.steps[inside(work.step.scope, node.needs[0])].output
    return output or kept("null", JSON)


async def answer(node: Input, work: Work) -> Outcome:
    return Suspended(ForInput(), node.timeout_seconds, question=await _question(node, work))


async def wait(node: Wait, work: Work) -> Outcome:
    if node.event:
        return Suspended(ForEvent(await _event(node.event, work)), node.timeout_seconds)
    if node.until:
        return _until(await work.value(node.until), node.until, work.shop.clock())
    return _for(node.seconds or 0.0)


async def _event(name: str, work: Work) -> str:
    found = await work.text(name)
    if not found.strip() or len(found) > LONGEST_EVENT:
        raise StepError("not_an_event", f"an event has a name of at most {LONGEST_EVENT} characters")
    return found


def _until(moment: Any, expression: str, now: datetime) -> Outcome:
    """Seconds from now, or a moment in ISO 8601; without an offset it is in UTC."""
    if isinstance(moment, int | float) and not isinstance(moment, bool):
        return _for(float(moment))
    try:
        due = datetime.fromisoformat(moment)
    except (TypeError, ValueError):
        detail = f"`{expression}` is to be a moment, such as 2027-01-31T09:00:00Z, or a number of seconds"
        raise StepError("not_a_moment", detail) from None
    return _for(((due if due.tzinfo else due.replace(tzinfo=UTC)) - now).total_seconds())


def _for(seconds: float) -> Outcome:
    if seconds > LONGEST:
        raise StepError("not_a_moment", "this is more than a year from now, and nothing waits for so long")
    return Suspended(ForTime(), seconds) if seconds > 0 else Completed()
