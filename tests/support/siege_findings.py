"""What the log says of a siege: what was done twice or never, and how long the steps of the dead had to wait."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from application.ports import Recorded
from domain import run_events as run
from domain.kernel import Event, Record
from domain.run_values import ForRun
from domain.run_wait_events import StepSuspended
from tests.support import many_kinds
from tests.support.besieged import Kill

Step: TypeAlias = tuple[UUID, str]
Marked: TypeAlias = tuple[str, str]
"""The name of a run and the path of a step, as prompts have them."""


OfStep: TypeAlias = run.StepCompleted | run.CallBegun | run.CallRecorded | run.CallInDoubt | run.CallRefused
Attempt: TypeAlias = tuple[UUID, str, int]


class Findings(Record):
    """`returned` and `taken_over` are the seconds from a kill to each step running again, `queued` those in the queue.

    `lost` counts attempts that were given up though nobody had killed their worker.
    """

    faults: list[str]
    runs: int
    steps: int
    calls: int
    doubts: int
    repeated: int
    returned: list[float]
    taken_over: list[float]
    queued: list[float]
    lost: int


class Begun(Record):
    """When an attempt at a step began, and in which life of a worker."""

    at: datetime
    lease: UUID


def findings(log: Sequence[Recorded], kills: Sequence[Kill], asked: "Counter[Marked]") -> Findings:
    """Of a log that has no other runs in it."""
    keys, begun = dict(_keys(log)), dict(_begun(log))
    lost = [attempt for attempt in _attempts(log, run.StepLost) if attempt in begun]
    killed = {kill.life: kill for kill in kills if kill.life is not None}
    waited = {attempt: _waited(attempt, begun, killed) for attempt in lost if begun[attempt].lease in killed}
    never = [f"{keys[attempt[0]]} {attempt[1]} never ran again" for attempt, s in waited.items() if s is None]

    def seconds(victim: str) -> list[float]:
        of = {attempt: s for attempt, s in waited.items() if killed[begun[attempt].lease].victim == victim}
        return [s for s in of.values() if s is not None]

    return Findings(
        faults=[*_ended_badly(log, keys), *_done_twice(log, keys), *_miscounted(log, keys, asked), *never],
        runs=len(keys),
        steps=_counted(log, run.StepCompleted).total(),
        calls=_counted(log, run.CallRecorded).total(),
        doubts=_counted(log, run.CallInDoubt).total(),
        repeated=_repeated(log),
        returned=seconds("worker"),
        taken_over=seconds("guest"),
        queued=list(_queued(log, begun)),
        lost=len(lost) - len(waited),
    )


def _keys(log: Iterable[Recorded]) -> Iterator[tuple[UUID, str]]:
    """What each run is called; one that another has started comes after that one."""
    titles: dict[UUID, str] = {}
    for each in log:
        if isinstance(each.event, run.Started):
            parent = each.event.parent
            titles[each.stream] = many_kinds.inner_key(titles[parent.run_id]) if parent else each.event.title
            yield each.stream, titles[each.stream]


def _begun(log: Iterable[Recorded]) -> Iterator[tuple[Attempt, Begun]]:
    for each in log:
        if isinstance(each.event, run.StepBegun):
            yield (each.stream, each.event.step, each.event.attempt), Begun(each.context.at, each.event.lease)


def _attempts(log: Iterable[Recorded], kind: type[run.StepBegun | run.StepLost]) -> Iterator[Attempt]:
    for each in log:
        if isinstance(each.event, kind):
            yield each.stream, each.event.step, each.event.attempt


def _counted(log: Iterable[Recorded], kind: type[OfStep]) -> "Counter[Step]":
    return Counter((each.stream, each.event.step) for each in log if isinstance(each.event, kind))


def _ended_badly(log: Sequence[Recorded], keys: dict[UUID, str]) -> Iterator[str]:
    """What did not come to a good end, and runs that were started twice or that nobody waits for."""
    yield from (f"{count} runs are called {key}" for key, count in Counter(keys.values()).items() if count > 1)
    ended = Counter(each.stream for each in log if isinstance(each.event, run.Completed))
    yield from (f"{key} completed {ended[stream]} times" for stream, key in keys.items() if ended[stream] != 1)
    bad = run.Failed | run.Cancelled | run.StepFailed | run.StepSkipped
    yield from (f"{keys[each.stream]}: {each.event}" for each in log if isinstance(each.event, bad))
    inner = {each.stream for each in log if isinstance(each.event, run.Started) and each.event.parent}
    awaited = {found.run_id for each in log if (found := _awaited(each.event)) is not None}
    yield from (f"nobody waits for {keys.get(stream, stream)}, or it never began" for stream in inner ^ awaited)


def _awaited(event: Event) -> ForRun | None:
    return event.waits if isinstance(event, StepSuspended) and isinstance(event.waits, ForRun) else None


def _done_twice(log: Sequence[Recorded], keys: dict[UUID, str]) -> Iterator[str]:
    done = _counted(log, run.StepCompleted)
    yield from (f"{keys[stream]} {step}: done {count} times" for (stream, step), count in done.items() if count > 1)
    begun = Counter(_attempts(log, run.StepBegun))
    yield from (
        f"{keys[of]} {step}: try {n} begun {count} times" for (of, step, n), count in begun.items() if count > 1
    )


def _miscounted(log: Sequence[Recorded], keys: dict[UUID, str], asked: "Counter[Marked]") -> Iterator[str]:
    """Calls that the record and the provider's own count do not agree on.

    A worker can die between saying that it will call and calling, never the other way round.
    """
    begun, recorded, doubtful, refused = (
        Counter({(keys[stream], step): count for (stream, step), count in _counted(log, kind).items()})
        for kind in (run.CallBegun, run.CallRecorded, run.CallInDoubt, run.CallRefused)
    )
    for marked in begun | asked:
        ended = recorded[marked] + doubtful[marked] + refused[marked]
        if recorded[marked] != 1 or begun[marked] != ended or not 1 <= asked[marked] <= ended:
            told = f"{begun[marked]} begun, {recorded[marked]} recorded, {doubtful[marked]} in doubt"
            yield f"{marked}: asked {asked[marked]} times, {told}, {refused[marked]} refused"


def _repeated(log: Iterable[Recorded]) -> int:
    """How many calls were made of which the answer was on record already."""
    there: set[Attempt] = set()
    repeated = 0
    for each in log:
        match each.event:
            case run.CallRecorded(step=step, call=call, problem=""):
                repeated += (each.stream, step, call) in there
                there.add((each.stream, step, call))
            case run.CallBegun(step=step, call=call):
                repeated += (each.stream, step, call) in there
            case _:
                pass
    return repeated


def _waited(attempt: Attempt, begun: dict[Attempt, Begun], killed: dict[UUID, Kill]) -> float | None:
    """From the death of its worker until the step ran again."""
    stream, step, number = attempt
    again = begun.get((stream, step, number + 1))
    return None if again is None else (again.at - killed[begun[attempt].lease].at).total_seconds()


def _queued(log: Iterable[Recorded], begun: dict[Attempt, Begun]) -> Iterator[float]:
    """From when each step was ready until it ran."""
    for each in log:
        if isinstance(each.event, run.StepScheduled) and not each.event.taken:
            ran = begun.get((each.stream, each.event.step, each.event.attempt))
            if ran is not None:
                yield (ran.at - max(each.context.at, each.event.due_at)).total_seconds()
