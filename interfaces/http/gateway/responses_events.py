"""A response as it comes, in the events of the Responses API.

https://developers.openai.com/api/docs/guides/streaming-responses
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from application.models.request import ToolCall
from application.models.stream import Delta, Finished, ReasoningDelta, Superseded, TextDelta, ToolCallDelta
from domain.kernel import replace
from interfaces.http.gateway import responses_answer as answer
from interfaces.http.gateway.responses_answer import (
    ModelResponse,
    Progress,
    ResponseCall,
    ResponseItem,
    ResponseMessage,
    ResponseReasoning,
    ResponseSaid,
    ResponseSummary,
)


class ResponseEvents:
    """Says what happens, each event with its number. Items that are void end as `incomplete` and are left out.

    An open item is known as `message`, `reasoning`, or `call` with the number of the tool call.
    """

    def __init__(self, name: str, response: ModelResponse) -> None:
        self._name = name
        self._response = response
        self._number = 0
        self._places = 0
        self._open: dict[str, int] = {}
        self._texts: dict[str, list[str]] = {}
        self._calls: dict[str, ToolCall] = {}
        self._done: list[ResponseItem] = []

    def begin(self) -> bytes:
        told = {"response": self._response}
        return self._event("response.created", **told) + self._event("response.in_progress", **told)

    def take(self, delta: Delta, model: str) -> Iterator[bytes]:
        match delta:
            case TextDelta(text):
                yield from self._opened("message")
                yield self._of("message", "response.output_text.delta", content_index=0, delta=text, logprobs=[])
                self._texts["message"].append(text)
            case ReasoningDelta(text) if text:
                yield from self._opened("reasoning")
                yield self._of("reasoning", "response.reasoning_summary_text.delta", summary_index=0, delta=text)
                self._texts["reasoning"].append(text)
            case ToolCallDelta():
                yield from self._called(delta)
            case Superseded(model=other):
                yield from self._void(other)
            case Finished(stop_reason, counts):
                yield from self._closed("completed")
                if not self._done:
                    yield from self._opened("message")
                    yield from self._closed("completed")
                whole = answer.ended(self._response, self._done, stop_reason, counts, model)
                yield self._event(f"response.{whole.status}", response=whole)
            case _:
                pass

    def failed(self, code: str, message: str) -> Iterator[bytes]:
        """The stream ends without its end, and says why."""
        yield self._event("response.failed", response=answer.failed(self._response, code, message))

    def _void(self, model: str) -> Iterator[bytes]:
        yield from self._closed("incomplete")
        self._done = []
        self._response = replace(self._response, model=model)

    def _called(self, delta: ToolCallDelta) -> Iterator[bytes]:
        what = f"call {delta.index}"
        before = self._calls.get(what, ToolCall(delta.id, delta.name, ""))
        self._calls[what] = replace(before, arguments=before.arguments + delta.arguments)
        if what not in self._open:
            yield from self._opened(what)
        if delta.arguments:
            yield self._of(what, "response.function_call_arguments.delta", delta=delta.arguments)

    def _opened(self, what: str) -> Iterator[bytes]:
        """Begin the item where it is not begun; words and thoughts end where something else begins."""
        if what in self._open:
            return
        yield from self._closed("completed", [each for each in self._open if not each.startswith("call")])
        self._open[what] = self._places
        self._places += 1
        self._texts[what] = []
        yield self._event("response.output_item.added", output_index=self._open[what], item=self._item(what, None))
        if what == "message":
            yield self._of(what, "response.content_part.added", content_index=0, part=ResponseSaid("", [], []))
        elif what == "reasoning":
            yield self._of(what, "response.reasoning_summary_part.added", summary_index=0, part=ResponseSummary(""))

    def _closed(self, how: Progress, which: list[str] | None = None) -> Iterator[bytes]:
        for what in [*self._open] if which is None else which:
            text = "".join(self._texts[what])
            match what:
                case "message":
                    said = ResponseSaid(text, [], [])
                    yield self._of(what, "response.output_text.done", content_index=0, text=text, logprobs=[])
                    yield self._of(what, "response.content_part.done", content_index=0, part=said)
                case "reasoning":
                    thought = ResponseSummary(text)
                    yield self._of(what, "response.reasoning_summary_text.done", summary_index=0, text=text)
                    yield self._of(what, "response.reasoning_summary_part.done", summary_index=0, part=thought)
                case _:
                    call = self._calls[what]
                    told = {"name": call.name, "arguments": call.arguments}
                    yield self._of(what, "response.function_call_arguments.done", **told)
            item = self._item(what, how)
            self._done.append(item)
            self._calls.pop(what, None)
            yield self._event("response.output_item.done", output_index=self._open.pop(what), item=item)

    def _item(self, what: str, ended: Progress | None) -> ResponseItem:
        """The item as it is now; one that has not ended yet is empty."""
        how: Progress = ended or "in_progress"
        text = "".join(self._texts[what])
        match what:
            case "message":
                said = [ResponseSaid(text, [], [])] if ended else []
                return ResponseMessage(self._id(what), how, "assistant", said)
            case "reasoning":
                return ResponseReasoning(self._id(what), how, [ResponseSummary(text)] if ended else [])
            case _:
                call = self._calls[what]
                return ResponseCall(self._id(what), how, call.id, call.name, call.arguments if ended else "")

    def _id(self, what: str) -> str:
        kind = {"message": "msg", "reasoning": "rs"}.get(what, "fc")
        return f"{kind}_{self._name}_{self._open[what]}"

    def _of(self, what: str, kind: str, **told: Any) -> bytes:
        return self._event(kind, item_id=self._id(what), output_index=self._open[what], **told)

    def _event(self, kind: str, **told: Any) -> bytes:
        data = msgspec.json.encode({"type": kind, "sequence_number": self._number, **told})
        self._number += 1
        return f"event: {kind}\ndata: ".encode() + data + b"\n\n"
