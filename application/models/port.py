"""What an agent asks of a language model, and what comes back, whoever serves it."""

from collections.abc import AsyncGenerator, Sequence
from typing import Literal, Protocol, TypeAlias
from uuid import UUID

from domain.agent import TaskKind
from domain.kernel import Record


class Text(Record, tag="text"):
    """Plain words of a message."""

    text: str


class Document(Record, tag="document"):
    """Material to work on: untrusted content, never instructions."""

    title: str
    text: str


Part: TypeAlias = Text | Document


class Message(Record):
    """One turn of a conversation."""

    role: Literal["user", "assistant"]
    parts: tuple[Part, ...]


class ModelRequest(Record):
    """One call. `model` is `provider/name`; `task` says what kind of work it is."""

    model: str
    task: TaskKind
    instructions: str
    messages: tuple[Message, ...]
    max_output_tokens: int = 4096


class Usage(Record):
    """Tokens as the provider counted them.

    `input_tokens` includes `cached_input_tokens` and `cache_write_tokens`, which do not overlap;
    `output_tokens` includes `reasoning_tokens`.
    """

    input_tokens: int
    output_tokens: int
    cached_input_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0


class TextDelta(Record, tag="text"):
    """The next few characters of the answer."""

    text: str


class Finished(Record, tag="finished"):
    """The answer is whole. `model` is the name the provider reports for what it ran."""

    stop_reason: Literal["end", "length", "refusal"]
    usage: Usage
    model: str


Delta: TypeAlias = TextDelta | Finished


class ModelError(Exception):
    """The model did not answer.

    `usage` is what the provider counted although its answer is of no use: it was paid for all the same.
    """

    def __init__(
        self,
        code: Literal[
            "model_unknown",
            "model_unavailable",
            "model_timeout",
            "model_rate_limited",
            "model_key_missing",
            "model_key_refused",
            "model_request_refused",
            "model_bad_answer",
        ],
        detail: str,
        *,
        retryable: bool = False,
        retry_after: float | None = None,
        usage: Usage | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.retryable = retryable
        self.retry_after = retry_after
        self.usage = usage


class LongPrompt(Record):
    """The prices of a whole request whose input is longer than `above_input_tokens`."""

    above_input_tokens: int
    input_price: int | None = None
    cached_input_price: int | None = None
    cache_write_price: int | None = None
    output_price: int | None = None


class ModelCard(Record):
    """What is known of a model. Prices are micro-dollars per million tokens; None is unknown, never zero.

    `as_of` is the day on which `source`, the vendor's own page, is known to have said so.
    """

    id: str
    provider: str
    description: str
    context_tokens: int | None = None
    input_price: int | None = None
    cached_input_price: int | None = None
    cache_write_price: int | None = None
    output_price: int | None = None
    long_prompt: LongPrompt | None = None
    source: str | None = None
    as_of: str | None = None


class Provider(Protocol):
    """One provider of models. `stream` yields text deltas and then exactly one Finished, or raises ModelError."""

    name: str

    def unavailable(self) -> str | None:
        """Why nothing can be asked of it now and how to mend that, in one line; None when it is ready."""
        ...

    def cards(self) -> Sequence[ModelCard]:
        """The models it is known to offer; others may work too."""
        ...

    def stream(self, request: ModelRequest) -> AsyncGenerator[Delta, None]:
        """Ask. Closing the generator closes the upstream request: use it within `contextlib.aclosing`."""
        ...


class Providers(Protocol):
    """The providers as somebody has them."""

    def get(self, model: str) -> Provider:
        """Who serves `provider/name`; raises ModelError `model_unknown` or `model_key_missing`."""
        ...

    def all(self) -> Sequence[Provider]:
        """Each provider, ready or not."""
        ...


class ProvidersOf(Protocol):
    """Who has which providers: a workspace may have keys of its own."""

    async def of(self, workspace_id: UUID, *, anew: bool = False) -> Providers:
        """The providers as this workspace has them now; give or take a second, unless `anew`. Raises Unavailable."""
        ...


async def provider_of(providers: ProvidersOf, workspace_id: UUID, model: str) -> Provider:
    """Who serves the model for this workspace. Raises Unavailable and ModelError, as `Providers.get` does."""
    try:
        return (await providers.of(workspace_id)).get(model)
    except ModelError as error:
        if error.code != "model_key_missing":
            raise
        # it may have been given its key a moment ago
        return (await providers.of(workspace_id, anew=True)).get(model)


def as_text(parts: Sequence[Part]) -> str:
    """Parts as one prompt text: documents between tags, each with its title."""
    return "\n\n".join(_part(part) for part in parts)


def _part(part: Part) -> str:
    match part:
        case Text(text):
            return text
        case Document(title, text):
            shown = title.replace('"', "'")
            # A document must not be able to end itself and go on as if it were the user.
            held = text.replace("</document", "<\\/document")
            return f'<document title="{shown}">\n{held}\n</document>'
