"""An answer put together, without anything that another model said before it."""

from collections.abc import AsyncIterable

from application.models.request import ToolCall
from application.models.stream import (
    Delta,
    Finished,
    ReasoningDelta,
    StopReason,
    Superseded,
    TextDelta,
    ToolCallDelta,
    Usage,
)

NOTHING = Usage(0, 0)


class Whole:
    """What is left of an answer that is heard to its end."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._thoughts: list[str] = []
        self._calls: dict[int, ToolCall] = {}
        self.usage = NOTHING
        self.stop_reason: StopReason = "end"

    @property
    def text(self) -> str:
        return "".join(self._words)

    @property
    def reasoning(self) -> str:
        return "".join(self._thoughts)

    @property
    def calls(self) -> list[ToolCall]:
        return [call for _, call in sorted(self._calls.items())]

    async def hear(self, deltas: AsyncIterable[Delta]) -> "Whole":
        async for delta in deltas:
            self.take(delta)
        return self

    def take(self, delta: Delta) -> None:
        match delta:
            case TextDelta(text):
                self._words.append(text)
            case ReasoningDelta(text):
                self._thoughts.append(text)
            case ToolCallDelta(index, call_id, name, arguments):
                call = self._calls.get(index, ToolCall("", "", ""))
                self._calls[index] = ToolCall(call.id or call_id, call.name or name, call.arguments + arguments)
            case Superseded():
                self._words, self._thoughts, self._calls = [], [], {}
            case Finished(stop_reason, usage):
                self.stop_reason, self.usage = stop_reason, usage
            case _:
                pass
