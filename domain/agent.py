"""Agent: a named role with instructions, a kind of task and a model; every change is a new version."""

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from domain.kernel import Command, Context, Decider, Event, Name, Record, Rejected, Text, refusal, replace

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


class Created(Event, tag="agent.created.v1"):
    name: str
    role: str
    instructions: str
    task: TaskKind
    model: str
    cache_seconds: int = 0
    hedge_after_ms: int = 0
    cache_similarity: float | None = None


class Revised(Event, tag="agent.revised.v1"):
    role: str
    instructions: str
    task: TaskKind
    model: str
    cache_seconds: int = 0
    hedge_after_ms: int = 0
    cache_similarity: float | None = None


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


class ReviseAgent(Command):
    role: Name
    instructions: Instructions
    task: TaskKind
    model: ModelChoice = "default"
    cache_seconds: CacheSeconds = 0
    hedge_after_ms: HedgeAfter = 0
    cache_similarity: CacheSimilarity | None = None


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
    scopes: tuple[str, ...] = ()


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


_Made: TypeAlias = tuple[str, str, TaskKind, str, int, int, float | None]


def _made_of(agent: CreateAgent | ReviseAgent | Created | Revised | Agent) -> _Made:
    """All that a revision can change, in the order in which the events have it."""
    limits = agent.cache_seconds, agent.hedge_after_ms, agent.cache_similarity
    return agent.role, agent.instructions, agent.task, agent.model, *limits


def evolve(agent: Agent, event: Events) -> Agent:
    match event:
        case Created(name):
            return Agent("active", 1, name, *_made_of(event))
        case Revised():
            return Agent("active", agent.version + 1, agent.name, *_made_of(event), agent.scopes)
        case ScopesGranted(scopes):
            return replace(agent, scopes=scopes)
        case Retired():
            return replace(agent, status="retired")


decider: Decider[Agent, Commands, Events] = Decider(initial, decide, evolve)
