"""Service: what there is to know of a provider of models before it is asked, as data."""

from typing import Literal, TypeAlias

from domain.kernel import Record

Protocol: TypeAlias = Literal["chat", "responses", "messages"]
"""OpenAI's Chat Completions, its Responses, and Anthropic's Messages."""

Refused: TypeAlias = Literal[
    "temperature", "top_p", "stop", "seed", "presence_penalty", "frequency_penalty", "effort", "parallel_tools"
]
ToolChoice: TypeAlias = Literal["none", "required", "named"]


class Service(Record, kw_only=True):
    """One provider on the network. `prefix` begins the names of its environment variables.

    `url` is where its requests go unless the settings say otherwise; without one they have to. `path` is added to an
    address that has none. `docs` is where its vendor describes it; `seen` are the fields below that a page of the
    vendor was seen to say by `as_of`, and the others are what OpenAI does, or hearsay.
    """

    name: str
    title: str
    prefix: str
    docs: str
    seen: frozenset[str] = frozenset()
    as_of: str = "2026-11"
    url: str = ""
    url_setting: str = ""
    path: str = ""
    key: Literal["needed", "optional", "none"] = "needed"
    protocol: Protocol = "chat"
    elsewhere: Protocol | None = None
    """What is spoken at another address than `url`, if not the same."""

    limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    """How Chat Completions name the limit of an answer there."""

    stream_options: bool = True
    """Whether the count of tokens has to be asked for, and may be."""

    refuses: frozenset[Refused] = frozenset()
    """What it answers with an error, or ignores."""

    refuses_thinking: frozenset[Refused] = frozenset()
    """The same, but not for models of which it is known that they do not reason."""

    sampling_if_known: bool = False
    """Whether a temperature and the like are sent to those models only that are known to take them."""

    tool_choices: frozenset[ToolChoice] = frozenset({"none", "required", "named"})
    parallel_said: bool = False
    """Whether several tool calls at once have to be allowed in so many words."""

    structured: Literal["json_schema", "json_object", "words"] = "json_schema"
    reasoning: tuple[str, ...] = ("reasoning_content", "reasoning")
    """The fields of Chat Completions that hold what the model thinks."""

    reasoning_back: str = ""
    """The field in which an earlier thought has to be handed back."""

    summaries: bool = False
    """Whether its Responses can tell in short what the model thinks."""

    efforts: dict[str, str] = {}
    """Its own names for how much to think, where they are others."""

    seed: str = "seed"
    """Its name for the seed."""

    own_names: str = ""
    """What begins the names of its own models there, besides which it has those of others."""

    listing: str = "/models"
    listing_prefix: str = ""
    """What its list of models puts before each name."""

    region: str = ""
    """Where it says that data are kept, where it says so."""

    def called(self, model: str) -> str:
        """What it calls the model `provider/name`."""
        name = model.partition("/")[2]
        return name if "/" in name else f"{self.own_names}{name}"

    @property
    def key_variable(self) -> str:
        """The environment variable of its key; empty where it takes none."""
        return "" if self.key == "none" else f"{self.prefix}_API_KEY"

    @property
    def url_variable(self) -> str:
        """The environment variable of its address."""
        return self.url_setting or f"{self.prefix}_BASE_URL"
