"""Agent: a named role with instructions, a kind of task and a model; every change is a new version."""

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

from domain.kernel import Command, Context, Decider, Event, Name, Record, Rejected, Slug, Text, refusal, replace

TaskKind: TypeAlias = Literal["summarise", "key_phrases", "answer", "compose"]
"""What kind of work a model is asked for; the offline engine does exactly these."""

Instructions: TypeAlias = Annotated[Text, Meta(min_length=1, max_length=20_000)]
ModelChoice: TypeAlias = Annotated[
    str, Meta(max_length=200, pattern=r"^(default|[a-z0-9_-]+/[^\s\x00-\x1f\x7f]+)$(?!\n)")
]
"""`default`, or `provider/model`, or `route/name`."""

CacheSeconds: TypeAlias = Annotated[int, Meta(ge=0, le=30 * 24 * 3600)]
"""How old an answer to the same request may be; 0 for a new one each time."""

HedgeAfter: TypeAlias = Annotated[int, Meta(ge=0, le=600_000)]
"""Milliseconds of silence after which the next model is asked too, where there is one; 0 for never."""

LEAST_SIMILARITY = 0.9

CacheSimilarity: TypeAlias = Annotated[float, Meta(ge=LEAST_SIMILARITY, le=1.0)]
"""How alike a question that is not quite the same has to be to get an earlier one's answer, as a cosine."""


Recall: TypeAlias = Literal["off", "read", "write"]
"""Whether an agent is told what is remembered, and may have more remembered."""

PromptChoice: TypeAlias = Annotated[
    str, Meta(max_length=121, pattern=r"^([a-z][a-z0-9-]{0,39}(@[a-z0-9-]{1,40})?)?$(?!\n)")
]
"""A prompt template by its name, at a label or a version: `support`, `support@production`, `support@3`."""


ToolNames: TypeAlias = Annotated[tuple[Slug, ...], Meta(max_length=64)]
"""The tools that an agent may call, by their names."""

Colleagues: TypeAlias = Annotated[tuple[Name, ...], Meta(max_length=64)]
"""The agents that an agent may ask, by their names."""

ContextTokens: TypeAlias = Annotated[int, Meta(ge=1_000, le=10_000_000)]
"""How many tokens a call is given at most, where that is less than its model takes."""


SummaryModel: TypeAlias = Annotated[str, Meta(max_length=200, pattern=r"^([a-z0-9_-]+/[^\s\x00-\x1f\x7f]+)?$(?!\n)")]
"""The model that shortens what becomes too long for the agent's own; without one, the key sentences are kept."""


class Limits(Record, omit_defaults=True):
    """The most that an agent does in one step; money in micro-dollars, time in seconds of one attempt.

    `turns` are calls of models, and `fan_out` calls of tools side by side. `depth` agents at most stand above one that
    another has asked. They are read without bounds, so that a tighter rule makes no old agent unreadable.
    """

    turns: int = 20
    tool_calls: int = 100
    fan_out: int = 8
    depth: int = 3
    tokens: int | None = None
    micro_usd: int | None = None
    seconds: float | None = None


class Created(Event, tag="agent.created.v1"):
    name: str
    role: str
    instructions: str
    task: TaskKind
    model: str
    cache_seconds: int = 0
    hedge_after_ms: int = 0
    cache_similarity: float | None = None
    tools: tuple[str, ...] = ()
    limits: Limits = Limits()
    memory: Recall = "off"
    prompt: str = ""
    context_tokens: int | None = None
    colleagues: tuple[str, ...] = ()
    summary_model: str = ""


class Revised(Event, tag="agent.revised.v1"):
    role: str
    instructions: str
    task: TaskKind
    model: str
    cache_seconds: int = 0
    hedge_after_ms: int = 0
    cache_similarity: float | None = None
    tools: tuple[str, ...] = ()
    limits: Limits = Limits()
    memory: Recall = "off"
    prompt: str = ""
    context_tokens: int | None = None
    colleagues: tuple[str, ...] = ()
    summary_model: str = ""


class Retired(Event, tag="agent.retired.v1"):
    pass


class ScopesGranted(Event, tag="agent.scopes_granted.v1"):
    """What it may do in Z2 itself, besides reading, as far as whoever it works for may."""

    scopes: tuple[str, ...]


Events: TypeAlias = Created | Revised | Retired | ScopesGranted


class CreateAgent(Command):
    name: Name
    role: Name
    instructions: Instructions
    task: TaskKind
    model: ModelChoice = "default"
    cache_seconds: CacheSeconds = 0
    hedge_after_ms: HedgeAfter = 0
    cache_similarity: CacheSimilarity | None = None
    tools: ToolNames = ()
    limits: Limits = Limits()
    memory: Recall = "off"
    prompt: PromptChoice = ""
    context_tokens: ContextTokens | None = None
    colleagues: Colleagues = ()
    summary_model: SummaryModel = ""


class ReviseAgent(Command):
    role: Name
    instructions: Instructions
    task: TaskKind
    model: ModelChoice = "default"
    cache_seconds: CacheSeconds = 0
    hedge_after_ms: HedgeAfter = 0
    cache_similarity: CacheSimilarity | None = None
    tools: ToolNames = ()
    limits: Limits = Limits()
    memory: Recall = "off"
    prompt: PromptChoice = ""
    context_tokens: ContextTokens | None = None
    colleagues: Colleagues = ()
    summary_model: SummaryModel = ""


class RetireAgent(Command):
    pass


class GrantAgentScopes(Command):
    scopes: tuple[str, ...]


Commands: TypeAlias = CreateAgent | ReviseAgent | RetireAgent | GrantAgentScopes


class Agent(Record):
    status: Literal["absent", "active", "retired"] = "absent"
    version: int = 0
    name: str = ""
    role: str = ""
    instructions: str = ""
    task: TaskKind = "summarise"
    model: str = "default"
    cache_seconds: int = 0
    hedge_after_ms: int = 0
    cache_similarity: float | None = None
    tools: tuple[str, ...] = ()
    limits: Limits = Limits()
    memory: Recall = "off"
    prompt: str = ""
    context_tokens: int | None = None
    colleagues: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    summary_model: str = ""


initial = Agent()


def decide(command: Commands, agent: Agent, context: Context) -> list[Events]:
    match command, agent.status:
        case CreateAgent(), "absent":
            return [Created(command.name, *_made_of(command))]
        case CreateAgent(), "active":
            if (agent.name, *_made_of(agent)) == (command.name, *_made_of(command)):
                return []
            raise Rejected("this agent exists already with other values; revise it instead")
        case ReviseAgent(), "active":
            return [] if _made_of(agent) == _made_of(command) else [Revised(*_made_of(command))]
        case GrantAgentScopes(scopes), "active":
            granted = tuple(sorted(set(scopes)))
            return [] if granted == agent.scopes else [ScopesGranted(granted)]
        case RetireAgent(), "active":
            return [Retired()]
        case RetireAgent(), "retired":
            return []
        case _:
            raise refusal(type(command), "agent", agent.status)


_Made: TypeAlias = tuple[
    *tuple[str, str, TaskKind, str, int, int, float | None],
    tuple[str, ...],
    Limits,
    Recall,
    str,
    int | None,
    tuple[str, ...],
    str,
]


def _made_of(agent: CreateAgent | ReviseAgent | Created | Revised | Agent) -> _Made:
    """All that a revision can change, in the order in which the events have it."""
    reuse = agent.cache_seconds, agent.hedge_after_ms, agent.cache_similarity
    acting = agent.tools, _plain(agent.limits), agent.memory, agent.prompt, agent.context_tokens, agent.colleagues
    return agent.role, agent.instructions, agent.task, agent.model, *reuse, *acting, agent.summary_model


def _plain(limits: Limits) -> Limits:
    """The same whoever says it: a wish has bounds, and what is on the record has none."""
    return limits if type(limits) is Limits else Limits(**msgspec.structs.asdict(limits))


def evolve(agent: Agent, event: Events) -> Agent:
    match event:
        case Created(name):
            return _made(Agent("active", 1, name), event)
        case Revised():
            return _made(replace(agent, status="active", version=agent.version + 1), event)
        case ScopesGranted(scopes):
            return replace(agent, scopes=scopes)
        case Retired():
            return replace(agent, status="retired")


def _made(agent: Agent, event: Created | Revised) -> Agent:
    own = {each: getattr(event, each) for each in Revised.__struct_fields__}
    return replace(agent, **own)


decider: Decider[Agent, Commands, Events] = Decider(initial, decide, evolve)
