"""The words in which stories about runs are told: facts in the past tense, wishes in the imperative."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from domain import run_commands
from domain import run_events as fact
from domain import run_wait_events as wait
from domain.kernel import PayloadRef
from domain.nodes import Agent, AnyNode, Retry
from domain.run_values import Decision, ForInput, Member, Opening, SkipReason, StopReason, Tokens, Waits
from tests.support.given import AT, CONTEXT

WORKFLOW = UUID(int=10)
LEASE = UUID(int=11)
OTHER_LEASE = UUID(int=12)
TOKENS = Tokens(input=100, output=20)
TEAM = {"reader": Member(UUID(int=20), 1, "Reader", "Researcher", "offline/extract")}


def text(name: str) -> PayloadRef:
    return PayloadRef(sha256=name, size=len(name))


def plan(*lines: str | AnyNode, max_attempts: int = 3) -> tuple[AnyNode, ...]:
    """`plan("a", "b", "c: a b")` is three nodes of agents, the last of which needs the first two; others stay."""
    return tuple(_agent(line, max_attempts) if isinstance(line, str) else line for line in lines)


def _agent(line: str, max_attempts: int) -> Agent:
    name, _, needs = line.partition(":")
    retry = Retry(attempts=max_attempts)
    return Agent(id=name, agent="reader", prompt="Read.", needs=tuple(needs.split()), retry=retry)


def start(*lines: str | AnyNode, max_attempts: int = 3) -> run_commands.StartRun:
    nodes = plan(*lines, max_attempts=max_attempts)
    return run_commands.StartRun("Brief", WORKFLOW, 1, "Research brief", nodes, TEAM, text("input"))


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


def open_step(step: str, opening: Opening, attempt: int = 1) -> run_commands.OpenStep:
    return run_commands.OpenStep(step, attempt, opening)


def pass_step(step: str, attempt: int = 1) -> run_commands.PassStep:
    return run_commands.PassStep(step, attempt)


def suspend(
    step: str, waits: Waits | None = None, attempt: int = 1, seconds: float | None = None
) -> run_commands.SuspendStep:
    return run_commands.SuspendStep(step, attempt, waits or ForInput(), seconds)


def end_child(step: str, run_id: UUID, status: Literal["completed", "failed", "cancelled"]) -> run_commands.EndChild:
    return run_commands.EndChild(step, run_id, status, micro_usd=5, tokens=50)


def decide(
    step: str, decision: Decision = "approve", *, role: str = "admin", output: str = ""
) -> run_commands.DecideApproval:
    return run_commands.DecideApproval(step, decision, role, text(output) if output else None)


def give(step: str, answer: str = "answer", *, role: str = "user") -> run_commands.GiveInput:
    return run_commands.GiveInput(step, text(answer), role)


def signal(name: str, content: str = "content") -> run_commands.SignalRun:
    return run_commands.SignalRun(name, text(content))


def skip(step: str, output: str = "") -> run_commands.SkipStep:
    return run_commands.SkipStep(step, text(output) if output else None)


def started(*lines: str | AnyNode, max_attempts: int = 3) -> fact.Started:
    nodes = plan(*lines, max_attempts=max_attempts)
    return fact.Started("Brief", WORKFLOW, 1, "Research brief", nodes, TEAM, text("input"), CONTEXT.actor_id)


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


def opened(step: str, opening: Opening, attempt: int = 1) -> fact.StepOpened:
    return fact.StepOpened(step, attempt, opening)


def scope(step: str, key: str = "") -> fact.ScopeBegun:
    return fact.ScopeBegun(step, key)


def suspended(
    step: str,
    waits: Waits,
    attempt: int = 1,
    *,
    due_at: datetime | None = None,
    escalates_at: datetime | None = None,
) -> wait.StepSuspended:
    return wait.StepSuspended(step, attempt, waits, due_at, escalates_at)


def skipped(step: str, reason: SkipReason, attempt: int = 1, *, output: str = "") -> fact.StepSkipped:
    return fact.StepSkipped(step, attempt, reason, text(output) if output else None)


def run_completed(output: str = "output") -> fact.Completed:
    return fact.Completed(text(output) if output else None)


def run_failed(step: str) -> fact.Failed:
    return fact.Failed(step, "model_timeout", "no answer")


def cancelled(reason: str = "enough") -> fact.Cancelled:
    return fact.Cancelled(reason)
