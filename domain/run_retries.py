"""Whether a step that has failed is tried again, and when."""

from domain import run_events as fact
from domain.nodes import Retry
from domain.run_flow import Story, fail, stopped

LONGEST_WISH = 3_600
"""Seconds: how long we wait at a provider's wish."""

DECIDED = frozenset({"rejected"})
"""What was decided comes to the same when it is asked again, so it is tried again only where `codes` names it."""


def attempt_failed(
    story: Story, name: str, code: str, detail: str, *, may_pass: bool, retry_after: float | None = None
) -> None:
    """A worker's attempt has come to nothing; it is tried again where that may help and the node allows more tries."""
    step = story.run.steps[name]
    retry, tries = step.node.tries, step.failures + 1
    alive = story.run.status in ("running", "paused")
    if not alive or not may_pass or tries >= retry.attempts or not _meant(retry, code):
        fail(story, name, code, detail)
        return
    story.add(fact.StepFailed(name, step.attempt, code, detail, final=False))
    if story.run.status == "running":
        story.schedule(name, after=_delay(retry, tries, retry_after))


def wait_failed(story: Story, name: str, code: str, detail: str) -> None:
    """What was waited for has failed or did not come in time; only a node that gives `retry` waits again."""
    retry = story.run.steps[name].node.retry
    again = retry is not None and (code not in DECIDED or code in retry.codes)
    if again:
        story.add(*stopped(story.run, name))
    attempt_failed(story, name, code, detail, may_pass=again)


def _meant(retry: Retry, code: str) -> bool:
    return not retry.codes or code in retry.codes


def _delay(retry: Retry, tries: int, retry_after: float | None) -> float:
    """The first delay after the first failure, then twice as long each time, or as long as the provider asks."""
    back_off = min(retry.first_delay_seconds * 2.0 ** min(tries - 1, 60), retry.longest_delay_seconds)
    return max(back_off, min(retry_after or 0, LONGEST_WISH))
