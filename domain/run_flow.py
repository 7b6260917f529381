"""What follows from what has happened in a run: which steps begin, which lists are over, and how failure spreads."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from domain import run_events as fact
from domain import run_tools
from domain import run_wait_events as wait
from domain.kernel import Context
from domain.nodes import Loop, Map, Parallel
from domain.run_events import Events
from domain.run_fold import body, evolve
from domain.run_state import COMPENSATE, DONE, FALL_BACK, Call, Run, Scope, Step, inside, scope_name
from domain.run_values import Fork, ForRun, Spread, Turn

MAX_STEPS = 5_000
"""So many steps a run has at most, those in the turns of a loop and for the items of a map included."""

MAX_TURNS = 1_000

LONGEST_WAIT = 10 * 366 * 86_400
"""Seconds: about ten years, which is longer than anything is waited for."""


def later(at: datetime, seconds: float) -> datetime:
    """So many seconds later, whatever the number is: never earlier, and at most LONGEST_WAIT."""
    return at + timedelta(seconds=max(0.0, min(seconds, LONGEST_WAIT)))


class Story:
    """What is being decided: each fact is at once a part of the state that the next ones follow from."""

    def __init__(self, run: Run, context: Context) -> None:
        self.run = run
        self.context = context
        self.events: list[Events] = []

    def add(self, *events: Events) -> None:
        for event in events:
            self.run = evolve(self.run, event)
            self.events.append(event)

    def schedule(self, name: str, *, after: float = 0) -> None:
        attempt = self.run.steps[name].attempt + 1
        due_at = later(self.context.at, after)
        self.add(fact.StepScheduled(name, attempt, due_at, priority=self.run.priority))


def complete(story: Story, completed: fact.StepCompleted | fact.StepSkipped) -> None:
    """A step is done, and what follows from it begins."""
    story.add(completed)
    advance(story, story.run.steps[completed.step].scope)


def advance(story: Story, name: str) -> None:
    """Something was done in this list: begin what can, or go on with what the list is inside of."""
    if story.run.status != "running":
        return
    scope = story.run.scopes[name]
    if scope.left:
        _begin_ready(story, scope)
    elif scope.key == COMPENSATE:
        undo_next(story)
    elif scope.owner:
        go_on(story, scope.owner)
    else:
        story.add(fact.Completed(story.run.result(), story.run.parent, story.run.conversation))


def _begin_ready(story: Story, scope: Scope) -> None:
    """Begin the steps that wait, and whose needs are all done."""
    steps, name = story.run.steps, scope_name(scope.owner, scope.key)
    ready = [
        each
        for each in scope.steps
        if steps[each].status == "waiting"
        and all(steps[inside(name, need)].status in DONE for need in steps[each].node.needs)
    ]
    for each in ready:
        _begin(story, each)


def _begin(story: Story, name: str) -> None:
    step = story.run.steps[name]
    if isinstance(step.node, Parallel) and not step.node.when and step.opening is None:
        story.add(fact.StepOpened(name, step.attempt, Fork()))
        go_on(story, name)
    else:
        story.schedule(name)


def begin_scope(story: Story, owner: str, key: str) -> None:
    ordinary = key not in (FALL_BACK, COMPENSATE)
    if ordinary and len(story.run.steps) + len(body(story.run.steps[owner], key)) > MAX_STEPS:
        fail(story, owner, "too_many_steps", f"a run has at most {MAX_STEPS:,} steps")
        return
    story.add(fact.ScopeBegun(owner, key))
    advance(story, scope_name(owner, key))


def go_on(story: Story, name: str) -> None:
    """Go on with a step that has others inside it, as far as these have come."""
    step = story.run.steps[name]
    if step.status != "open" or story.run.status != "running":
        return
    if isinstance(step.node, Map) and isinstance(step.opening, Spread) and not step.fell_back:
        _go_on_with_items(story, name, step.node.limit, step.opening.count)
        return
    scope = story.run.scopes.get(scope_name(name, step.key))
    if scope is None:
        begin_scope(story, name, step.key)
    elif scope.left == 0:
        _over(story, name, step.key)


def _over(story: Story, name: str, key: str) -> None:
    """The list inside a step is over."""
    step = story.run.steps[name]
    match step.node:
        case Loop() as loop if not step.fell_back:
            _turn_over(story, name, loop, int(key))
        case Parallel(yields="all") if not step.fell_back:
            story.schedule(name)
        case _:
            _yield_last(story, name, key)


def _yield_last(story: Story, name: str, key: str) -> None:
    """What the list came to is what the step comes to."""
    output = story.run.result(scope_name(name, key))
    complete(story, fact.StepCompleted(name, story.run.steps[name].attempt, output))


def _go_on_with_items(story: Story, name: str, limit: int, count: int) -> None:
    step = story.run.steps[name]
    while step.status == "open" and step.begun < count and step.begun - step.ended < max(1, limit):
        begin_scope(story, name, str(step.begun))
        step = story.run.steps[name]
    if step.ended == count and step.status == "open":
        story.schedule(name)


def _turn_over(story: Story, name: str, loop: Loop, number: int) -> None:
    if loop.until:
        story.schedule(name)
    elif loop.most is not None and number + 1 >= loop.most:
        _yield_last(story, name, str(number))
    elif number + 1 >= MAX_TURNS:
        fail(story, name, "too_many_turns", f"a loop has at most {MAX_TURNS:,} turns, and nothing ended this one")
    else:
        story.add(fact.StepOpened(name, story.run.steps[name].attempt, Turn(number + 1)))
        go_on(story, name)


def fail(story: Story, name: str, code: str, detail: str, *, cause: str = "", undo: bool = False) -> None:
    """A step has failed for good: its own policy decides what becomes of that, or else those around it."""
    story.add(*stopped(story.run, name), fact.StepFailed(name, story.run.steps[name].attempt, code, detail, final=True))
    run, step = story.run, story.run.steps[name]
    if run.status not in ("running", "paused"):
        return
    policy = "fail" if step.fell_back else step.node.on_failure
    cause, undo = cause or name, undo or policy == "compensate"
    scope = run.scopes[step.scope]
    if policy == "skip":
        complete(story, fact.StepSkipped(name, step.attempt, "policy"))
    elif policy == "fall_back" and step.node.fall_back:
        begin_scope(story, name, FALL_BACK)
    elif scope.owner and scope.key != COMPENSATE:
        fail(story, scope.owner, code, detail, cause=cause, undo=undo)
    elif run.undoing:
        _go_on_undoing(story)
    elif undo and run.undo:
        story.add(*stopped(run), fact.CompensationBegun(cause, code, detail))
        undo_next(story)
    else:
        story.add(fact.Failed(cause, code, detail, run.parent, run.conversation))


def undo_next(story: Story) -> None:
    """Undo what was completed last of all that is not undone; after the first of all, the run has failed."""
    run = story.run
    left = [name for name in run.undo if scope_name(name, COMPENSATE) not in run.scopes]
    if left:
        begin_scope(story, left[-1], COMPENSATE)
    elif run.status in ("running", "paused"):
        story.add(fact.Failed(run.failed_step, run.code or "", _why(run), run.parent, run.conversation))


def _why(run: Run) -> str:
    """Why the run has failed, and what of it could not be undone."""
    left = [scope.owner for scope in run.scopes.values() if scope.key == COMPENSATE and _broken(run, scope)]
    detail = run.detail or ""
    return f"{detail}; not undone: {', '.join(left)}" if left else detail


def _broken(run: Run, scope: Scope) -> bool:
    return any(run.steps[name].status == "failed" for name in scope.steps)


def _go_on_undoing(story: Story) -> None:
    """Undo the next one unless one is being undone; what cannot be undone holds up nothing else."""
    run = story.run
    each = (scope for scope in run.scopes.values() if scope.key == COMPENSATE and scope.left)
    if all(_broken(run, scope) for scope in each):
        undo_next(story)


def resume(story: Story) -> None:
    """Begin all that can, wherever it stands."""
    if story.run.undoing:
        _go_on_undoing(story)
    for name, scope in list(story.run.scopes.items()):
        if scope.left or not name:
            advance(story, name)
    for name, step in list(story.run.steps.items()):
        if step.status == "open":
            go_on(story, name)


def stopped(run: Run, name: str = "") -> list[Events]:
    """What is left hanging where the run, or all inside a step, stops: calls in doubt, and runs nobody waits for."""
    start = f"{name}."
    each = [(at, step) for at, step in run.steps.items() if not name or at == name or at.startswith(start)]
    calls: list[Events] = [doubt for at, step in each for doubt in doubts(at, step)]
    tools = [doubt for at, step in each for doubt in run_tools.doubts(at, step, step.waits)]
    return [*calls, *tools, *(wait.ChildAbandoned(at, waits.run_id) for at, waits in _children(each))]


def _children(steps: list[tuple[str, Step]]) -> Iterator[tuple[str, ForRun]]:
    for name, step in steps:
        if step.status == "suspended" and isinstance(step.waits, ForRun):
            yield name, step.waits


def doubts(name: str, step: Step) -> list[fact.CallInDoubt]:
    return [doubt(name, call) for call in step.calls if call.status == "begun"]


def doubt(name: str, call: Call, code: str = "", status: int | None = None) -> fact.CallInDoubt:
    return fact.CallInDoubt(name, call.attempt, call.call, call.tried, call.reservation, code, status)
