"""Putting one answer together from what an SDK streams, and refusing it when it is not whole."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from typing import Annotated, TypeAlias

import msgspec

from application.models.failure import ModelError
from application.models.request import ModelRequest
from application.models.stream import Delta, Finished, ReasoningDelta, StopReason, TextDelta, ToolCallDelta, Usage
from infrastructure.models import failures, signatures
from infrastructure.models.failures import Endpoint, bad_answer

Count: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]
"""A number of tokens as a provider says it; whatever is beyond that is none."""

LONGEST = 8_000_000
"""Characters: no model writes so much at once, and what does not end has to be ended."""

INTERRUPTED = frozenset({"error", "abort", "insufficient_system_resource"})
"""Reasons for an end that mean that the provider gave up."""


class Call(msgspec.Struct):
    """A tool call that is coming in."""

    index: int
    id: str
    begun: bool


class Answer:
    """What is known of the answer so far.

    `mark` ends a thought that has no signature of its own and must be handed back to whom it came from.
    """

    def __init__(
        self, endpoint: Endpoint, request: ModelRequest, stops: Mapping[str, StopReason], *, mark: str = ""
    ) -> None:
        self._endpoint = endpoint
        self._stops = stops
        self._offered = {tool.name for tool in request.tools}
        self._calls: dict[Hashable, Call] = {}
        self._called: list[str] = []
        self._mark = mark
        self._thinking = False
        self._length = 0
        self.asked = self.model = request.model.partition("/")[2]
        self.stop: str | None = None
        self.usage: Usage | None = None
        self.begun = False
        self.spoke = False
        self.declined = False

    def said(self, text: str | None) -> list[Delta]:
        self._grow(text)
        self.spoke = self.spoke or bool(text and text.strip())
        return [*self.settled(), TextDelta(text)] if text else []

    def thought(self, text: str | None, signature: str = "") -> list[Delta]:
        self._grow(text)
        self._thinking = self._thinking or bool(text)
        return [ReasoningDelta(text or "", signature)] if text or signature else []

    def settled(self) -> list[Delta]:
        """What ends a thought, once it is over."""
        over, self._thinking = self._thinking, False
        return [ReasoningDelta("", signatures.marked(self._mark, "whole"))] if over and self._mark else []

    def called(self, place: Hashable, identity: str | None, name: str | None, arguments: str | None) -> list[Delta]:
        """A piece of a tool call, the one in that place. Raises ValueError where a call has no name.

        Some services put all calls into the same place, and tell them apart by their ids alone.
        """
        self._grow(name, arguments)
        known = self._calls.get(place)
        if known is not None and (not identity or identity == known.id):
            known.begun = known.begun or bool(arguments)
            return [ToolCallDelta(known.index, arguments=arguments)] if arguments else []
        if not name:
            raise ValueError("a tool call has no name")
        index = len(self._called)
        call = self._calls[place] = Call(index, identity or f"call_{index}", bool(arguments))
        self._called.append(name)
        return [*self.settled(), ToolCallDelta(index, call.id, name, arguments or "")]

    def called_whole(self, place: Hashable, arguments: str | None) -> list[Delta]:
        """What a call is called with, unless it came piece by piece already."""
        known = self._calls.get(place)
        return [] if known is None or known.begun else self.called(place, None, None, arguments)

    def finished(self) -> Finished:
        """The end of a whole answer; raises ModelError when something is missing."""
        if not self.begun:
            what = f"nothing of an answer came; check whether {self._endpoint.url_setting} is the right address"
            raise bad_answer(self._endpoint, what)
        if self.stop is None or self.stop in INTERRUPTED:
            raise failures.broken_off(self._endpoint, self.usage)
        if self.usage is None:
            raise bad_answer(self._endpoint, "the answer came without a count of its tokens", retryable=True)
        if not self._offered.issuperset(self._called):
            raise failures.unknown_tool(self._endpoint, self.usage)
        return Finished(self._reason(), self.usage, self.model)

    def unreadable(self) -> ModelError:
        """The error for an answer that is not of the provider's own form."""
        return bad_answer(self._endpoint, "the answer cannot be read", usage=self.usage)

    def _grow(self, *texts: str | None) -> None:
        self._length += sum(len(text) for text in texts if text)
        if self._length > LONGEST:
            raise bad_answer(self._endpoint, f"the answer is longer than {LONGEST:,} characters", usage=self.usage)

    def _reason(self) -> StopReason:
        reason = "refusal" if self.declined else self._stops.get(self.stop or "")
        if reason is None or (reason == "tool_calls" and not self._called):
            what = "the answer ended for a reason that such a request does not have"
            raise bad_answer(self._endpoint, what, usage=self.usage)
        if reason == "end" and self._called:
            return "tool_calls"
        if not (self.spoke or self._called or reason == "refusal"):
            raise failures.empty(self._endpoint, self._why_empty(reason), self.usage)
        return reason

    def _why_empty(self, reason: StopReason) -> str:
        if reason == "length" and self.usage is not None:
            return f"all {self.usage.output_tokens} output tokens went into something else, such as reasoning"
        return "it has no text"


def joined(deltas: Iterable[Delta]) -> Iterator[Delta]:
    """The same, where words that follow each other are one piece: to pass on each by itself costs more than to read it.

    What was said before an error comes before it.
    """
    words: list[str] = []
    try:
        for delta in deltas:
            if isinstance(delta, TextDelta):
                words.append(delta.text)
                continue
            if words:
                yield TextDelta("".join(words))
                words.clear()
            yield delta
    except Exception:
        if words:
            yield TextDelta("".join(words))
        raise
    if words:
        yield TextDelta("".join(words))
