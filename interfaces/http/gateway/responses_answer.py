"""A response as OpenAI's clients know it."""

import time
from typing import Any, Literal, TypeAlias

from application.models.stream import StopReason, Usage
from domain.kernel import Record, replace
from interfaces.http.gateway.responses_body import ResponseRequest, ResponseTool
from interfaces.http.gateway.whole import Whole

Progress: TypeAlias = Literal["in_progress", "completed", "incomplete"]
Status: TypeAlias = Literal["in_progress", "completed", "incomplete", "failed"]


class ResponseSaid(Record, tag_field="type", tag="output_text"):
    text: str
    annotations: list[dict[str, Any]]
    logprobs: list[dict[str, Any]]


class ResponseSummary(Record, tag_field="type", tag="summary_text"):
    text: str


class ResponseMessage(Record, tag_field="type", tag="message"):
    """What the model said."""

    id: str
    status: Progress
    role: Literal["assistant"]
    content: list[ResponseSaid]


class ResponseReasoning(Record, tag_field="type", tag="reasoning"):
    """What the model thought, where that is told."""

    id: str
    status: Progress
    summary: list[ResponseSummary]


class ResponseCall(Record, tag_field="type", tag="function_call"):
    """A tool that the model wants called; `arguments` is JSON text."""

    id: str
    status: Progress
    call_id: str
    name: str
    arguments: str


ResponseItem: TypeAlias = ResponseMessage | ResponseReasoning | ResponseCall


class ResponseInputDetails(Record):
    cached_tokens: int


class ResponseOutputDetails(Record):
    reasoning_tokens: int


class ResponseUsage(Record):
    """Tokens as the provider counted them."""

    input_tokens: int
    input_tokens_details: ResponseInputDetails
    output_tokens: int
    output_tokens_details: ResponseOutputDetails
    total_tokens: int


class ResponseFailure(Record):
    code: str
    message: str


class ResponseIncomplete(Record):
    reason: Literal["max_output_tokens", "content_filter"]


class ModelResponse(Record):
    """An answer. `model` is the one that gives it, as `provider/name`. Z2 keeps none for its clients: no `store`."""

    id: str
    object: Literal["response"]
    created_at: int
    status: Status
    background: bool
    error: ResponseFailure | None
    incomplete_details: ResponseIncomplete | None
    instructions: str | None
    max_output_tokens: int | None
    metadata: dict[str, Any]
    model: str
    output: list[ResponseItem]
    parallel_tool_calls: bool
    previous_response_id: str | None
    reasoning: dict[str, Any]
    store: bool
    temperature: float | None
    text: dict[str, Any]
    tool_choice: str | dict[str, Any]
    tools: list[ResponseTool]
    top_p: float | None
    truncation: Literal["disabled"]
    usage: ResponseUsage | None


_INCOMPLETE: dict[StopReason, ResponseIncomplete] = {
    "length": ResponseIncomplete("max_output_tokens"),
    "refusal": ResponseIncomplete("content_filter"),
}


def begun(name: str, model: str, body: ResponseRequest) -> ModelResponse:
    """The response before anything of it is said; `name` is that of the call."""
    wanted = body.text.format if body.text and body.text.format else None
    return ModelResponse(
        id=f"resp_{name}",
        object="response",
        created_at=int(time.time()),
        status="in_progress",
        background=False,
        error=None,
        incomplete_details=None,
        instructions=body.instructions,
        max_output_tokens=body.max_output_tokens,
        metadata={},
        model=model,
        output=[],
        parallel_tool_calls=body.parallel_tool_calls is not False,
        previous_response_id=None,
        reasoning={"effort": body.reasoning.effort if body.reasoning else None, "summary": None},
        store=False,
        temperature=body.temperature,
        text={"format": {"type": "text"} if wanted is None else _told(wanted)},
        tool_choice=body.tool_choice or "auto",
        tools=body.tools or [],
        top_p=body.top_p,
        truncation="disabled",
        usage=None,
    )


def ended(
    response: ModelResponse, output: list[ResponseItem], stop_reason: StopReason, counts: Usage, model: str
) -> ModelResponse:
    """The response with all that was said."""
    incomplete = _INCOMPLETE.get(stop_reason)
    status: Status = "completed" if incomplete is None else "incomplete"
    return _with(
        response, status=status, incomplete_details=incomplete, output=output, usage=usage(counts), model=model
    )


def failed(response: ModelResponse, code: str, message: str) -> ModelResponse:
    return _with(response, status="failed", error=ResponseFailure(code, message))


def items(name: str, whole: Whole) -> list[ResponseItem]:
    """A whole answer in its items."""
    found: list[ResponseItem] = []
    if whole.reasoning:
        found.append(ResponseReasoning(f"rs_{name}_0", "completed", [ResponseSummary(whole.reasoning)]))
    if whole.text or not whole.calls:
        said = ResponseSaid(whole.text, [], [])
        found.append(ResponseMessage(f"msg_{name}_{len(found)}", "completed", "assistant", [said]))
    for call in whole.calls:
        found.append(ResponseCall(f"fc_{name}_{len(found)}", "completed", call.id, call.name, call.arguments))
    return found


def usage(counts: Usage) -> ResponseUsage:
    return ResponseUsage(
        counts.input_tokens,
        ResponseInputDetails(counts.cached_input_tokens),
        counts.output_tokens,
        ResponseOutputDetails(counts.reasoning_tokens),
        counts.input_tokens + counts.output_tokens,
    )


def _told(record: Record) -> dict[str, Any]:
    """What was asked for, without what was left out."""
    told = {name: getattr(record, name) for name in record.__struct_fields__}
    return {name: value for name, value in told.items() if value is not None}


def _with(response: ModelResponse, **changes: Any) -> ModelResponse:
    changed: ModelResponse = replace(response, **changes)
    return changed
