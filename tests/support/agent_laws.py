"""What must hold of agents whose workers died: the log, the provider's own count and the effects of tools agree."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias
from uuid import UUID

from application.intelligence.conversation import IN_DOUBT
from application.ports import Recorded
from domain import run_events as run
from domain import run_tool_events as tool
from domain.kernel import Event, Record
from tests.support.counted_tools import TOOLS
from tests.support.obedient_server import call_id, turn

TITLE = re.compile(r"This is \[(.+?)\]")
"""How a task names its run."""

Turn: TypeAlias = tuple[str, int]
"""The title of a run, and a call of its agent."""

Use: TypeAlias = tuple[str, int, int]
"""A call of a tool: which of those that a turn asks for."""

COUNTED = frozenset(each.tool.name for each in TOOLS)
"""The tools that tell what they do; what a colleague does, its own run tells."""

OfTurn: TypeAlias = run.CallBegun | run.CallRecorded | run.CallInDoubt | run.CallRefused


class Findings(Record):
    """`tools_again` counts what was begun again, and `doubts` says of what is in doubt whether it was done."""

    faults: list[str]
    runs: int
    calls: int
    calls_in_doubt: int
    calls_asked: int
    calls_repeated: int
    tools: int
    tools_in_doubt: int
    tools_again: int
    doubts: dict[str, int]


class Evidence(Record):
    """A log in which every run is one agent's, and is over; the requests that the provider got; what tools did."""

    log: Sequence[Recorded]
    calls: Sequence[Any]
    effects: Counter[tuple[str, str]]


class Told(Record):
    """The log of all runs by their titles, and the requests that the provider got."""

    log: list[tuple[str, Event]]
    streams: dict[str, UUID]
    asked: dict[Turn, list[dict[str, Any]]]

    def turns(self, kind: type[OfTurn]) -> Counter[Turn]:
        return Counter((title, event.call) for title, event in self.log if isinstance(event, kind))

    def uses(self, kind: type[tool.ToolBegun | tool.ToolEnded | tool.ToolInDoubt]) -> Counter[Use]:
        return Counter((title, event.call, event.index) for title, event in self.log if isinstance(event, kind))


def findings(evidence: Evidence) -> Findings:
    """Whatever its parts cannot all be true of is a fault."""
    told, effects = _told(evidence.log, evidence.calls), evidence.effects
    found = [*_ended_badly(told), *_miscounted(told), *_misdone(told, effects), *_misinformed(told)]
    begun = told.uses(tool.ToolBegun)
    return Findings(
        faults=found,
        runs=len(told.streams),
        calls=told.turns(run.CallRecorded).total(),
        calls_in_doubt=told.turns(run.CallInDoubt).total(),
        calls_asked=sum(len(bodies) for bodies in told.asked.values()),
        calls_repeated=sum(1 for _ in _repeated(told)),
        tools=begun.total(),
        tools_in_doubt=told.uses(tool.ToolInDoubt).total(),
        tools_again=begun.total() - len(begun),
        doubts=dict(sorted(Counter(_doubts(told, effects)).items())),
    )


def _told(log: Sequence[Recorded], calls: Sequence[Any]) -> Told:
    streams = {each.stream: each.event.title for each in log if isinstance(each.event, run.Started)}
    asked: dict[Turn, list[dict[str, Any]]] = defaultdict(list)
    for body in (call["body"] for call in calls):
        found = TITLE.search(str(body["messages"]))
        asked[found[1] if found else "", turn(body)].append(body)
    events = [(streams[each.stream], each.event) for each in log if each.stream in streams]
    return Told(events, {title: stream for stream, title in streams.items()}, asked)


def _ended_badly(told: Told) -> Iterator[str]:
    ends = Counter(title for title, event in told.log if isinstance(event, run.Completed))
    yield from (f"{title} completed {ends[title]} times" for title in told.streams if ends[title] != 1)
    bad = run.Failed | run.StepFailed | run.Cancelled
    yield from (f"{title}: {event}" for title, event in told.log if isinstance(event, bad))


def _miscounted(told: Told) -> Iterator[str]:
    """A worker can die between saying that it will call and calling, never the other way round."""
    begun, recorded = told.turns(run.CallBegun), told.turns(run.CallRecorded)
    doubtful, refused = told.turns(run.CallInDoubt), told.turns(run.CallRefused)
    asked = Counter({of: len(bodies) for of, bodies in told.asked.items()})
    for of in begun | asked:
        ended = recorded[of] + doubtful[of] + refused[of]
        if recorded[of] != 1 or begun[of] != ended or not 1 <= asked[of] <= ended:
            yield f"{of}: asked {asked[of]} times, {begun[of]} begun, {recorded[of]} recorded, {doubtful[of]} in doubt"
    yield from (f"{of} was asked for again after its answer was on the record" for of in _repeated(told))


def _repeated(told: Told) -> Iterator[Turn]:
    there: set[Turn] = set()
    for title, event in told.log:
        if isinstance(event, run.CallRecorded):
            there.add((title, event.call))
        elif isinstance(event, run.CallBegun) and (title, event.call) in there:
            yield title, event.call


def _misdone(told: Told, effects: Counter[tuple[str, str]]) -> Iterator[str]:
    """What is not repeatable is done once or in doubt; all else has ended, each time under the same key."""
    begun, doubtful = told.uses(tool.ToolBegun), told.uses(tool.ToolInDoubt)
    first = {(title, event.call, event.index): event for title, event in told.log if isinstance(event, tool.ToolBegun)}
    ended = {(title, event.call, event.index): event for title, event in told.log if isinstance(event, tool.ToolEnded)}
    known = Counter(effects)
    for use, event in first.items():
        title, call, index = use
        times = known.pop((event.tool, f"{told.streams[title]}:{event.step}:{call}.{index}"), 0)
        once = event.repeatable or (begun[use] == 1 and times <= 1)
        counted = event.tool in COUNTED
        if not once or (counted and use in ended and ended[use].problem == "" and not times):
            yield f"{event.tool} {use}: begun {begun[use]} times and done {times} times"
        if use not in ended and (event.repeatable or not doubtful[use]):
            yield f"{event.tool} {use}: begun, and what came of it is not on the record"
    yield from (f"{name} {key}: done {times} times, and not on the record" for (name, key), times in known.items())


def _misinformed(told: Told) -> Iterator[str]:
    """A model is told what came of each call, or that nobody knows; and the same again where it is asked again."""
    ended = told.uses(tool.ToolEnded)
    begun = told.uses(tool.ToolBegun)
    for (title, call), bodies in told.asked.items():
        if any(json.dumps(body) != json.dumps(bodies[0]) for body in bodies):
            yield f"{title} {call}: asked again with other words"
        heard = _heard(bodies[0])
        for use in (use for use in begun if use[0] == title and use[1] < call):
            words = heard.pop(call_id(*use[1:]), [])
            if len(words) != 1 or (IN_DOUBT in words[0]) == bool(ended[use]):
                yield f"{use}: ended {ended[use]} times, and the model was told {words}"
        yield from (f"{title} {call}: told of {each}, which was never begun" for each in heard)


def _heard(body: dict[str, Any]) -> dict[str, list[str]]:
    """What a request tells of each call of a tool."""
    found: dict[str, list[str]] = defaultdict(list)
    for message in body["messages"]:
        if message["role"] == "tool":
            found[message["tool_call_id"]].append(str(message["content"]))
    return found


def _doubts(told: Told, effects: Counter[tuple[str, str]]) -> Iterator[str]:
    """What is in doubt, by whether it was done after all."""
    asked = Counter({of: len(bodies) for of, bodies in told.asked.items()})
    recorded = told.turns(run.CallRecorded)
    for of, times in told.turns(run.CallInDoubt).items():
        heard = asked[of] - recorded[of]
        yield from ["call of a model that was asked"] * heard
        yield from ["call of a model that was never asked"] * (times - heard)
    for title, event in told.log:
        if isinstance(event, tool.ToolInDoubt):
            key = f"{told.streams[title]}:{event.step}:{event.call}.{event.index}"
            done = any(key == of for _, of in effects)
            yield f"call of a tool that was {'' if done else 'not '}done"
