"""What of an agent's turns may be told shorter, and in which order; the same facts on the record give the same choice.

What is fresh, what is in doubt and what a person pinned is never chosen.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate

from application.intelligence import conversation
from application.intelligence.conversation import Cut, Said
from application.models.request import Document, Message, ModelRequest
from domain.run_state import Step, ToolUse

FULL = 0.85
"""How full the window is before anything is told shorter."""

WITH_TOOLS = 0.6
"""How much of the window a conversation takes at most before an agent begins with its tools, which need the rest."""

AIM = 0.5
"""How full the window is at most once something is told shorter: so this is rare, and what comes first stays as it is
in many requests in a row, which is what providers keep in their caches."""

SUMMARY = 0.1
"""How much of the window a summary takes at most."""

SHORT = 256
"""Characters of what a tool gave below which nothing is gained by leaving it out."""

ASKED = frozenset({"ask-person", "ask-agent"})
"""Nobody is asked the same again only because there was no room for the answer."""

UNSURE = frozenset({"tool_timed_out", "tool_broken", "tool_output_invalid", "tool_output_too_large"})
"""How a tool may have ended that has done what it was to do."""

MOST_OF_ONE = 8_000
"""Characters of one thing that a summary is made of."""


def droppable(said: Sequence[Said], step: Step, cuts: Sequence[Cut]) -> list[str]:
    """What tools gave that may be left out because they can be asked again, the oldest first."""
    gone = _gone(cuts)
    return [
        conversation.tool(call, index)
        for call, each in enumerate(said[:-1])
        if conversation.turn(call) not in gone
        for index, result in enumerate(each.results)
        if len(result.text) >= SHORT and not result.failed and conversation.tool(call, index) not in gone
        if (used := step.used(call, index)) is not None and used.effect == "read" and used.tool not in ASKED
    ]


def foldable(said: Sequence[Said], step: Step, cuts: Sequence[Cut]) -> list[str]:
    """Turns that a summary may stand for, the oldest first: with nothing in them of which the end is not known."""
    gone, open_ = _gone(cuts), {used.call for used in step.tools if used.status != "ended"}
    names = [conversation.turn(call) for call in range(len(said) - 1) if call not in open_]
    return [name for name in names if name not in gone]


def oversized(said: Sequence[Said], cuts: Sequence[Cut]) -> list[str]:
    """What tools gave in answer to the newest call, the longest first."""
    call, gone = len(said) - 1, _gone(cuts)
    results = said[-1].results if said else ()
    found = [
        (-len(each.text), conversation.tool(call, index))
        for index, each in enumerate(results)
        if len(each.text) >= SHORT and conversation.tool(call, index) not in gone
    ]
    return [name for _, name in sorted(found)]


def enough(names: Sequence[str], tokens: Mapping[str, int], wanted: int) -> tuple[str, ...]:
    """As many of them, from the first on, as come to so many tokens; all where that is not enough."""
    sums = accumulate(tokens[name] for name in names)
    count = next((place for place, total in enumerate(sums, 1) if total >= wanted), len(names))
    return tuple(names[:count])


def alone(first: ModelRequest, said: Sequence[Said], name: str) -> ModelRequest:
    """A request that has nothing but this part, to be counted."""
    kind, _, place = name.partition(":")
    call, _, index = place.partition(".")
    one = said[int(call)]
    if kind == "tool":
        told: tuple[Message, ...] = (Message("user", (one.results[int(index)],)),)
    else:
        told = conversation.messages((one,))
    return ModelRequest(first.model, first.task, "", told)


def told_before(said: Sequence[Said], cuts: Sequence[Cut], names: Sequence[str]) -> tuple[Document, ...]:
    """What a summary of these turns is made of: the summary before it, and what was said and found since."""
    newest = next((cut for cut in reversed(cuts) if cut.of_turns), None)
    before = () if newest is None or not newest.summary else (Document(conversation.SUMMARY, newest.summary),)
    calls = [int(name.partition(":")[2]) for name in names]
    return (*before, *(document for call in calls for document in _documents(call, said[call])))


def _documents(call: int, said: Said) -> Iterator[Document]:
    if said.text.strip():
        yield Document(f"Turn {call + 1}, said", said.text[:MOST_OF_ONE])
    wanted = {each.id: each for each in conversation.calls(said.parts)}
    for result in said.results:
        name = wanted[result.call_id].name if result.call_id in wanted else "a tool"
        if result.text.strip():
            yield Document(f"Turn {call + 1}, {name} gave", result.text[:MOST_OF_ONE])


def done(said: Sequence[Said], step: Step, names: Iterable[str]) -> list[str]:
    """What was done in these turns that must not be done again because it was forgotten."""
    lines = []
    for call in (int(name.partition(":")[2]) for name in names):
        for index, wanted in enumerate(conversation.calls(said[call].parts)):
            used = step.used(call, index)
            if used is not None and used.effect != "read":
                lines.append(f"{used.tool} {_one_line(wanted.arguments)} {_came_of(used)}")
    return lines


def _came_of(used: ToolUse) -> str:
    if not used.problem:
        return "was done"
    return f"may have been done ({used.problem})" if used.problem in UNSURE else f"failed ({used.problem})"


def _one_line(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= SHORT else f"{words[:SHORT]}…"


def _gone(cuts: Sequence[Cut]) -> set[str]:
    return {name for cut in cuts for name in cut.replaced}
