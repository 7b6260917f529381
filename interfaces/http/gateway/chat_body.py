"""What a client of Chat Completions sends, as far as it is understood; what else it sends is ignored.

https://developers.openai.com/api/reference/resources/chat/subresources/completions/methods/create
"""

from typing import Annotated, Any, Literal, TypeAlias

from msgspec import Meta

from domain.kernel import Record
from interfaces.http.words import MODEL_NAME_PATTERN

Limit: TypeAlias = Annotated[int, Meta(ge=1, le=10_000_000)]
Model: TypeAlias = Annotated[str, Meta(max_length=200, pattern=MODEL_NAME_PATTERN)]


class ChatImage(Record):
    """A picture: an address on the web, or a `data:` address with the picture in it."""

    url: str


class ChatPart(Record):
    """A part of a message: `text`, `image_url`, or, of the assistant, `refusal`."""

    type: str
    text: str | None = None
    refusal: str | None = None
    image_url: ChatImage | None = None


class ChatFunctionCall(Record):
    """`arguments` is JSON text."""

    name: str
    arguments: str


class ChatToolCall(Record):
    """A tool that the assistant wanted called."""

    id: str
    function: ChatFunctionCall
    type: str = "function"


class ChatMessage(Record):
    """A message. `tool_call_id` is that of the call whose result a `tool` message is."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[ChatPart] | None = None
    refusal: str | None = None
    tool_calls: list[ChatToolCall] | None = None
    tool_call_id: str | None = None


class ChatFunction(Record):
    """A function that the model may ask for; `parameters` is a JSON Schema."""

    name: Annotated[str, Meta(min_length=1, max_length=128)]
    description: str | None = None
    parameters: dict[str, Any] | None = None


class ChatTool(Record):
    """A tool; of `type` there is only `function`."""

    type: str
    function: ChatFunction | None = None


class ChatSchema(Record):
    """The JSON Schema that an answer is to have."""

    name: str
    schema: dict[str, Any] | None = None
    strict: bool | None = None


class ChatFormat(Record):
    """The form of the answer: `text`, `json_object` or `json_schema`."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: ChatSchema | None = None


class ChatStreamOptions(Record):
    """With `include_usage` the last piece of a stream counts the tokens."""

    include_usage: bool | None = None


class ChatCompletionRequest(Record):
    """A conversation that a model is to go on with.

    `model` is `provider/name`, `route/<name>`, `default`, or the bare name of a model. Only one answer is given
    (`n`). Without a limit an answer ends after 4096 tokens.
    """

    model: Model
    messages: Annotated[list[ChatMessage], Meta(min_length=1)]
    max_completion_tokens: Limit | None = None
    max_tokens: Limit | None = None
    temperature: float | None = None
    top_p: float | None = None
    stop: str | list[str] | None = None
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    tools: list[ChatTool] | None = None
    tool_choice: str | dict[str, Any] | None = None
    parallel_tool_calls: bool | None = None
    response_format: ChatFormat | None = None
    reasoning_effort: str | None = None
    stream: bool | None = None
    stream_options: ChatStreamOptions | None = None
    n: int | None = None
    logprobs: bool | None = None
    modalities: list[str] | None = None
    functions: list[Any] | None = None
