"""Gathering: one answer put together from its pieces, and refused where it is not whole."""

from collections.abc import Callable

from application.documents import storable
from application.models.cost import cost_micro_usd
from application.models.failure import ModelError
from application.models.journal import Answered
from application.models.request import ModelRequest, Part, Reasoning, ToolCall
from application.models.stream import Delta, Finished, ReasoningDelta, TextDelta, ToolCallDelta, Usage, Warned
from domain.kernel import replace
from domain.prices import Prices


def speaks(delta: Delta) -> bool:
    """Whether it is a part of the answer itself."""
    return isinstance(delta, TextDelta | ReasoningDelta | ToolCallDelta)


class Gathering:
    """What one try at a model has said so far."""

    def __init__(self, request: ModelRequest, now: Callable[[], float], warnings: tuple[str, ...] = ()) -> None:
        self._request = request
        self._now = now
        self._begun = now()
        self._warnings = [*warnings]
        self._words: list[str] = []
        self._thoughts: list[Reasoning] = []
        self._thinking: list[str] = []
        self._calls: dict[int, ToolCall] = {}
        self._finished: Finished | None = None
        self.first_token_ms: int | None = None

    @property
    def text(self) -> str:
        return "".join(self._words)

    @property
    def duration_ms(self) -> int:
        return round((self._now() - self._begun) * 1_000)

    def take(self, raw: Delta) -> Delta:
        """Add a piece; what comes back is that piece as the record can keep it."""
        delta = _storable(raw)
        if self.first_token_ms is None and speaks(delta):
            self.first_token_ms = self.duration_ms
        match delta:
            case TextDelta(text):
                self._words.append(text)
            case ReasoningDelta(text, signature):
                self._think(text, signature)
            case ToolCallDelta(index):
                self._calls[index] = _longer(self._calls.get(index, ToolCall("", "", "")), delta)
            case Warned(code, detail):
                self._warnings.append(f"{code}: {detail}")
            case Finished():
                self._finished = delta
            case _:
                pass
        return delta

    def whole(self) -> Finished:
        """How it ended. Raises ModelError where it is not whole, or wants a tool called that there is not."""
        finished = self._finished
        if finished is None:
            raise ModelError("model_bad_answer", "the answer ended without saying that it was whole", retryable=True)
        known = {tool.name for tool in self._request.tools}
        for call in self._calls.values():
            if call.name not in known:
                # The name is the model's own words, and those are not for the record.
                detail = "the model wants a tool called that it was not given"
                raise ModelError("model_tool_unknown", detail, retryable=True, usage=finished.usage)
        return finished

    def ended(self, usage: Usage) -> Finished:
        """How it ended as far as the record goes, where the provider counted it although it is of no use."""
        return self._finished or Finished("end", usage, self._request.model.partition("/")[2])

    def answered(self, finished: Finished, prices: Prices | None, problem: str = "") -> Answered:
        return Answered(
            self.text,
            self._parts(),
            finished,
            prices,
            cost_micro_usd(prices, finished.usage),
            tuple(self._warnings),
            self.first_token_ms,
            self.duration_ms,
            problem,
        )

    def _think(self, text: str, signature: str) -> None:
        self._thinking.append(text)
        if signature:
            self._thoughts.append(Reasoning("".join(self._thinking), signature))
            self._thinking.clear()

    def _parts(self) -> tuple[Part, ...]:
        unsigned = [Reasoning("".join(self._thinking))] if any(self._thinking) else []
        return (*self._thoughts, *unsigned, *(call for _, call in sorted(self._calls.items())))


def _longer(call: ToolCall, more: ToolCallDelta) -> ToolCall:
    return ToolCall(call.id or more.id, call.name or more.name, call.arguments + more.arguments)


def _storable(delta: Delta) -> Delta:
    match delta:
        case TextDelta(text) | ReasoningDelta(text) if (kept := storable(text)) != text:
            return replace(delta, text=kept)
        case ToolCallDelta(_, number, name, arguments):
            return ToolCallDelta(delta.index, storable(number), storable(name), storable(arguments))
        case _:
            return delta
