"""What an agent and its model have said to each other: the same facts on the record give the same messages.

Its parts have names: `tool:2.0` is what the first tool gave that call 2 asked for, `turn:2` is that answer with all
that came of it, and `summary:5` is what call 5 was told in place of earlier turns.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from application.models.request import Document, Message, ModelRequest, Part, Reasoning, Text, ToolCall, ToolResult
from domain.kernel import Record, replace
from domain.run_values import Shortening

MOST_TOLD = 100_000
"""Characters of what a tool gave that a model is told at most; the whole of it is on the record."""

IN_DOUBT = (
    "Nobody knows whether this was done: the process that did it was lost. Do not do it again before you have made sure"
    " that it was not, or have asked a person."
)
LEFT_OUT = "[left out: {count:,} characters; it is on the record; call the tool again if you need it]"
KEY_SENTENCES = "[only the key sentences of {count:,} characters; the whole of it is on the record]"
SUMMARISED = "Your first turns at this task are told by their summary from here on; what they were is on the record."
SUMMARY = "Summary of your first turns"


class Said(Record):
    """One answer of the model, and what came of the tools that it asked for."""

    text: str
    parts: tuple[Part, ...] = ()
    results: tuple[ToolResult, ...] = ()


class Cut(Record):
    """Parts that a model is told by a `summary`, or not at all."""

    method: Shortening
    replaced: tuple[str, ...]
    summary: str | None = None

    @property
    def of_turns(self) -> bool:
        return any(name.startswith("turn:") for name in self.replaced)


def tool(call: int, index: int) -> str:
    return f"tool:{call}.{index}"


def turn(call: int) -> str:
    return f"turn:{call}"


def summary(call: int) -> str:
    return f"summary:{call}"


def calls(parts: Sequence[Part]) -> tuple[ToolCall, ...]:
    """The calls of tools that an answer asks for."""
    return tuple(part for part in parts if isinstance(part, ToolCall))


def continued(first: ModelRequest, said: Sequence[Said], cuts: Sequence[Cut] = ()) -> ModelRequest:
    """The first request with the turns since; nobody says two things in a row."""
    before, after = first.messages, messages(said, cuts)
    if before and after and before[-1].role == after[0].role:
        joined = Message(before[-1].role, (*before[-1].parts, *after[0].parts))
        before, after = (*before[:-1], joined), after[1:]
    return replace(first, messages=(*before, *after))


def messages(said: Sequence[Said], cuts: Sequence[Cut] = ()) -> tuple[Message, ...]:
    """The turns as a model is told them, less what the cuts stand for."""
    told = [*_summary(cuts)]
    replaced = {name: cut for cut in cuts for name in cut.replaced}
    for call, each in enumerate(said):
        if turn(call) in replaced:
            continue
        thoughts = [part for part in each.parts if isinstance(part, Reasoning)]
        words = [Text(each.text)] if each.text else []
        told.append(Message("assistant", (*thoughts, *words, *calls(each.parts))))
        if each.results:
            told.append(Message("user", tuple(_results(call, each.results, replaced))))
    return tuple(told)


def _summary(cuts: Sequence[Cut]) -> Iterator[Message]:
    """The newest one has what those before it had. It is material, and never instructions."""
    newest = next((cut for cut in reversed(cuts) if cut.of_turns), None)
    if newest is not None:
        yield Message("user", (Text(SUMMARISED), Document(SUMMARY, newest.summary or "")))


def _results(call: int, results: Iterable[ToolResult], replaced: Mapping[str, Cut]) -> Iterator[ToolResult]:
    for index, result in enumerate(results):
        cut = replaced.get(tool(call, index))
        if cut is None:
            yield result
        elif cut.summary is None:
            yield replace(result, text=LEFT_OUT.format(count=len(result.text)))
        else:
            told = KEY_SENTENCES.format(count=len(result.text))
            yield replace(result, text=f"{told}\n{cut.summary}")


def shortened(text: str) -> str:
    """What a tool gave, as far as a model is told."""
    if len(text) <= MOST_TOLD:
        return text
    return f"{text[:MOST_TOLD]}\n[{len(text) - MOST_TOLD:,} more characters are left out]"
