"""What a client of the Responses API sends, as far as it is understood; what else it sends is ignored.

https://developers.openai.com/api/reference/resources/responses/methods/create
"""

from typing import Any

from domain.kernel import Record
from interfaces.http.gateway.chat_body import Limit, Model


class ResponsePart(Record):
    """A part of an item: `input_text`, `output_text`, `summary_text`, `refusal` or `input_image`."""

    type: str
    text: str | None = None
    refusal: str | None = None
    image_url: str | None = None


class ResponseInput(Record):
    """An item of the conversation: a `message`, a `function_call`, its `function_call_output`, or `reasoning`."""

    type: str = "message"
    role: str | None = None
    content: str | list[ResponsePart] | None = None
    call_id: str | None = None
    name: str | None = None
    arguments: str | None = None
    output: str | list[ResponsePart] | None = None


class ResponseTool(Record):
    """A tool; of `type` there is only `function`."""

    type: str
    name: str | None = None
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None


class ResponseFormat(Record):
    """The form of the answer: `text`, `json_object` or `json_schema`."""

    type: str
    name: str | None = None
    schema: dict[str, Any] | None = None
    strict: bool | None = None


class ResponseText(Record):
    format: ResponseFormat | None = None


class ResponseEffort(Record):
    """How much is thought before the answer."""

    effort: str | None = None


class ResponseRequest(Record):
    """A conversation that a model is to go on with.

    `model` is `provider/name`, `route/<name>`, `default`, or the bare name of a model. Z2 keeps no conversation for
    its clients: each request brings all of it. Without a limit an answer ends after 4096 tokens.
    """

    model: Model
    input: str | list[ResponseInput]
    instructions: str | None = None
    max_output_tokens: Limit | None = None
    temperature: float | None = None
    top_p: float | None = None
    tools: list[ResponseTool] | None = None
    tool_choice: str | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    text: ResponseText | None = None
    reasoning: ResponseEffort | None = None
    stream: bool | None = None
    previous_response_id: str | None = None
    conversation: str | dict[str, Any] | None = None
    prompt: dict[str, Any] | None = None
    background: bool | None = None
