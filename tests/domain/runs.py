"""The words in which stories about runs are told: facts in the past tense, wishes in the imperative."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from domain import run_commands
from domain import run_events as fact
from domain.kernel import PayloadRef
from domain.run_events import PlannedStep, StopReason, Tokens
from tests.support.given import AT

WORKFLOW = UUID(int=10)
LEASE = UUID(int=11)
OTHER_LEASE = UUID(int=12)
TOKENS = Tokens(input=100, output=20)


def text(name: str) -> PayloadRef:
    return PayloadRef(sha256=name, size=len(name))


def plan(*lines: str, max_attempts: int = 3) -> tuple[PlannedStep, ...]:
    """`plan("a", "b", "c: a b")` is three steps, the last of which needs the first two."""
    parts = [line.partition(":") for line in lines]
    return tuple(
        PlannedStep(
            id=name,
            agent_id=UUID(int=20),
            agent_version=1,
            agent_name="Reader",
            role="Researcher",
            model="offline/extract",
            prompt="Read.",
            needs=tuple(needs.split()),
            max_attempts=max_attempts,
            document=True,
        )
        for name, _, needs in parts
    )


def start(*lines: str, max_attempts: int = 3) -> run_commands.StartRun:
    steps = plan(*lines, max_attempts=max_attempts)
    return run_commands.StartRun("Brief", WORKFLOW, 1, "Research brief", steps, text("input"))


def begin(step: str, attempt: int = 1, lease: UUID = LEASE) -> run_commands.BeginStep:
    return run_commands.BeginStep(step, attempt, lease)


def begin_call(step: str, attempt: int = 1, call: int = 1) -> run_commands.BeginCall:
    return run_commands.BeginCall(step, attempt, call, "offline/extract", text("request"))


def record_call(
    step: str, attempt: int = 1, call: int = 1, *, answer: str = "answer", stop: StopReason = "end"
) -> run_commands.RecordCall:
    return run_commands.RecordCall(step, attempt, call, "offline/extract", text(answer), TOKENS, 7, stop)


def serve_call(step: str, attempt: int = 1, call: int = 1) -> run_commands.ServeCall:
    return run_commands.ServeCall(step, attempt, call, "offline/extract", text("answer"), "end", 7)


def end_call(
    step: str, attempt: int = 1, call: int = 1, *, tried: int = 0, billed: Literal["no", "unknown"] = "no"
) -> run_commands.EndCall:
    return run_commands.EndCall(step, attempt, call, tried, "model_unavailable", billed)


def complete(step: str, attempt: int = 1, output: str = "output") -> run_commands.CompleteStep:
    return run_commands.CompleteStep(step, attempt, text(output))


def fail(
    step: str,
    attempt: int = 1,
    *,
    retryable: bool = True,
    billed: Literal["no", "unknown"] = "unknown",
    retry_after: float | None = None,
) -> run_commands.FailStep:
    return run_commands.FailStep(step, attempt, "model_timeout", "no answer", retryable, billed, retry_after)


def lose(step: str, attempt: int = 1) -> run_commands.LoseStep:
    return run_commands.LoseStep(step, attempt)


def retry(step: str) -> run_commands.RetryStep:
    return run_commands.RetryStep(step)


def cancel(reason: str = "enough") -> run_commands.CancelRun:
    return run_commands.CancelRun(reason)


def started(*lines: str, max_attempts: int = 3) -> fact.Started:
    steps = plan(*lines, max_attempts=max_attempts)
    return fact.Started("Brief", WORKFLOW, 1, "Research brief", steps, text("input"))


def scheduled(step: str, attempt: int = 1, due_at: datetime = AT) -> fact.StepScheduled:
    return fact.StepScheduled(step, attempt, due_at)


def begun(step: str, attempt: int = 1, lease: UUID = LEASE) -> fact.StepBegun:
    return fact.StepBegun(step, attempt, lease)


def call_begun(step: str, attempt: int = 1, call: int = 1) -> fact.CallBegun:
    return fact.CallBegun(step, attempt, call, "offline/extract", text("request"))


def call_recorded(
    step: str, attempt: int = 1, call: int = 1, *, answer: str = "answer", stop: StopReason = "end"
) -> fact.CallRecorded:
    return fact.CallRecorded(step, attempt, call, "offline/extract", text(answer), TOKENS, 7, stop)


def call_refused(step: str, attempt: int = 1, call: int = 1) -> fact.CallRefused:
    return fact.CallRefused(step, attempt, call)


def call_in_doubt(step: str, attempt: int = 1, call: int = 1) -> fact.CallInDoubt:
    return fact.CallInDoubt(step, attempt, call)


def completed(step: str, attempt: int = 1, output: str = "output") -> fact.StepCompleted:
    return fact.StepCompleted(step, attempt, text(output))


def failed(step: str, attempt: int = 1, *, final: bool = False) -> fact.StepFailed:
    return fact.StepFailed(step, attempt, "model_timeout", "no answer", final)


def lost(step: str, attempt: int = 1) -> fact.StepLost:
    return fact.StepLost(step, attempt)


def retried(step: str) -> fact.StepRetried:
    return fact.StepRetried(step)


def run_completed(output: str = "output") -> fact.Completed:
    return fact.Completed(text(output))


def run_failed(step: str) -> fact.Failed:
    return fact.Failed(step, "model_timeout", "no answer")


def cancelled(reason: str = "enough") -> fact.Cancelled:
    return fact.Cancelled(reason)
