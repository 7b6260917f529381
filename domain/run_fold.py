"""How the facts of a run fold to its state."""

from domain import run_charge_events, run_charges
from domain import run_events as fact
from domain import run_wait_events as wait
from domain.kernel import PayloadRef, replace
from domain.nodes import AnyNode, Branch, Loop, Map, Parallel
from domain.run_events import Events
from domain.run_state import COMPENSATE, DONE, FALL_BACK, OVER, Run, Scope, Step, inside, scope_name
from domain.run_step_fold import StepEvents, changed
from domain.run_values import ForEvent, Planned

initial = Run()
MOST_SIGNALS = 100


def evolve(run: Run, event: Events) -> Run:
    match event:
        case fact.Started():
            return _started(event)
        case fact.ScopeBegun(step, key):
            return _scope_begun(run, step, key)
        case wait.Signalled(name, content):
            return replace(run, signals=(*run.signals, (name, content))[-MOST_SIGNALS:])
        case run_charge_events.ChargeHeld() | run_charge_events.ChargeSettled():
            return run_charges.counted(run, event)
        case fact.Paused() | fact.Resumed() | fact.CompensationBegun():
            return _interrupted(run, event)
        case fact.Completed() | fact.Failed() | fact.Cancelled():
            return _over(run, event)
        case _:
            return _of_step(run, event)


def _interrupted(run: Run, event: fact.Paused | fact.Resumed | fact.CompensationBegun) -> Run:
    match event:
        case fact.Paused():
            return replace(run, status="paused", steps=_called_back(run))
        case fact.Resumed():
            return replace(run, status="running")
        case fact.CompensationBegun(step, code, detail):
            stopped = _stopped(run)
            return replace(run, undoing=True, failed_step=step, code=code, detail=detail, steps=stopped)


def _over(run: Run, event: fact.Completed | fact.Failed | fact.Cancelled) -> Run:
    match event:
        case fact.Completed(output):
            return replace(run, status="completed", output=output)
        case fact.Failed(step, code, detail):
            steps = _called_back(run) if step else _stopped(run)
            return replace(run, status="failed", failed_step=step, code=code, detail=detail, steps=steps)
        case fact.Cancelled():
            return replace(run, status="cancelled", steps=_stopped(run))


def _started(event: fact.Started) -> Run:
    run = Run(
        status="running",
        title=event.title,
        workflow_id=event.workflow_id,
        workflow_version=event.workflow_version,
        workflow_name=event.workflow_name,
        nodes=event.nodes,
        team=event.team,
        input=event.input,
        started_by=event.started_by,
        key_id=event.key_id,
        budget=event.budget,
        deadline_at=event.deadline_at,
        priority=event.priority,
        parent=event.parent,
        payers=event.payers,
        within=event.within,
        conversation=event.conversation,
        workflows=event.workflows,
        tainted_by=event.tainted_by,
    )
    return _with_scope(run, Scope("", "", tuple(node.id for node in event.nodes), len(event.nodes)), event.nodes)


def _scope_begun(run: Run, owner: str, key: str) -> Run:
    step = run.steps[owner]
    nodes = body(step, key)
    name = scope_name(owner, key)
    run = _with_scope(run, Scope(owner, key, tuple(inside(name, node.id) for node in nodes), len(nodes)), nodes)
    if key == COMPENSATE:
        return run
    fell_back = step.fell_back or key == FALL_BACK
    opened = replace(run.steps[owner], status="open", begun=step.begun + 1, fell_back=fell_back)
    return replace(run, steps={**run.steps, owner: opened})


def _with_scope(run: Run, scope: Scope, nodes: tuple[AnyNode, ...]) -> Run:
    name = scope_name(scope.owner, scope.key)
    steps = {inside(name, node.id): Step(node, name) for node in nodes}
    return replace(run, steps={**run.steps, **steps}, scopes={**run.scopes, name: scope})


def body(step: Step, key: str) -> tuple[AnyNode, ...]:
    """The nodes of one list inside a step."""
    if key == FALL_BACK:
        return step.node.fall_back
    if key == COMPENSATE:
        return step.node.compensate
    if isinstance(step.opening, Planned):
        return step.opening.nodes
    match step.node:
        case Parallel(nodes=nodes) | Map(nodes=nodes) | Loop(nodes=nodes):
            return nodes
        case Branch(arms=arms, otherwise=otherwise):
            return next((arm.nodes for arm in arms if arm.id == key), otherwise)
        case _:
            return ()


def _called_back(run: Run) -> dict[str, Step]:
    """Steps under way may still end; those that were due wait until the run goes on."""
    return {
        name: replace(step, status="waiting") if step.status == "scheduled" else step
        for name, step in run.steps.items()
    }


def _stopped(run: Run) -> dict[str, Step]:
    return {
        name: step if step.status in OVER else replace(step, status="cancelled") for name, step in run.steps.items()
    }


def _of_step(run: Run, event: StepEvents) -> Run:
    """A step changes, and with it what it is inside of, and what is inside it."""
    name = event.step
    before = run.steps[name]
    after = changed(before, event)
    steps = {**run.steps, name: after}
    match event:
        case fact.StepFailed(final=True) | fact.StepSkipped():
            _stop_inside(steps, name)
        case fact.StepRetried():
            _wake_inside(run, steps, name)
            return replace(run, status="running", failed_step="", code=None, detail=None, steps=steps, deadline_at=None)
        case _:
            pass
    if after.status not in DONE or before.status in DONE:
        return replace(run, steps=steps)
    signals = _consumed(run, before)
    return _ended(replace(run, steps=steps, signals=signals), after, name)


def _consumed(run: Run, step: Step) -> tuple[tuple[str, PayloadRef], ...]:
    """The signals that are left once the step has ended: one that it waited for is used up."""
    if not isinstance(step.waits, ForEvent):
        return run.signals
    at = next((index for index, (name, _) in enumerate(run.signals) if name == step.waits.name), None)
    return run.signals if at is None else run.signals[:at] + run.signals[at + 1 :]


def _ended(run: Run, step: Step, name: str) -> Run:
    """One less is left in the list; with the last one, the list is over."""
    scope = run.scopes[step.scope]
    scopes = {**run.scopes, step.scope: replace(scope, left=scope.left - 1)}
    undone = step.status == "completed" and step.node.compensate and not run.undoing
    undo = (*run.undo, name) if undone else run.undo
    if scope.left > 1 or scope.key == COMPENSATE or not scope.owner:
        return replace(run, scopes=scopes, undo=undo)
    owner = run.steps[scope.owner]
    steps = {**run.steps, scope.owner: replace(owner, ended=owner.ended + 1)}
    return replace(run, scopes=scopes, undo=undo, steps=steps)


def _stop_inside(steps: dict[str, Step], name: str) -> None:
    start = name + "."
    for inner, step in steps.items():
        if inner.startswith(start) and step.status not in OVER:
            steps[inner] = replace(step, status="cancelled")


def _wake_inside(run: Run, steps: dict[str, Step], name: str) -> None:
    start = name + "."
    for inner, step in steps.items():
        if inner.startswith(start) and step.status == "cancelled" and run.counts(step.scope):
            steps[inner] = replace(step, status=step.again, waits=None, due_at=None, lease=None)
