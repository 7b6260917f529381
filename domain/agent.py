"""Agent: a named role with instructions, a kind of task and a model; every change is a new version."""

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta

from domain.kernel import Command, Context, Decider, Event, Name, Record, Rejected, Text, refusal, replace

TaskKind: TypeAlias = Literal["summarise", "key_phrases", "answer", "compose"]
"""What kind of work a model is asked for; the offline engine does exactly these."""

Instructions: TypeAlias = Annotated[Text, Meta(min_length=1, max_length=20_000)]
ModelChoice: TypeAlias = Annotated[str, Meta(max_length=200, pattern=r"^(default|[a-z0-9_-]+/\S+)$(?!\n)")]
"""`default`, or `provider/model`."""


class Created(Event, tag="agent.created.v1"):
    name: str
    role: str
    instructions: str
    task: TaskKind
    model: str


class Revised(Event, tag="agent.revised.v1"):
    role: str
    instructions: str
    task: TaskKind
    model: str


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


class ReviseAgent(Command):
    role: Name
    instructions: Instructions
    task: TaskKind
    model: ModelChoice = "default"


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
    scopes: tuple[str, ...] = ()


initial = Agent()


def decide(command: Commands, agent: Agent, context: Context) -> list[Events]:
    match command, agent.status:
        case CreateAgent(name, role, instructions, task, model), "absent":
            return [Created(name, role, instructions, task, model)]
        case CreateAgent(name, role, instructions, task, model), "active":
            same = (agent.name, agent.role, agent.instructions, agent.task, agent.model)
            if same == (name, role, instructions, task, model):
                return []
            raise Rejected("this agent exists already with other values; revise it instead")
        case ReviseAgent(role, instructions, task, model), "active":
            if (agent.role, agent.instructions, agent.task, agent.model) == (role, instructions, task, model):
                return []
            return [Revised(role, instructions, task, model)]
        case GrantAgentScopes(scopes), "active":
            granted = tuple(sorted(set(scopes)))
            return [] if granted == agent.scopes else [ScopesGranted(granted)]
        case RetireAgent(), "active":
            return [Retired()]
        case RetireAgent(), "retired":
            return []
        case _:
            raise refusal(type(command), "agent", agent.status)


def evolve(agent: Agent, event: Events) -> Agent:
    match event:
        case Created(name, role, instructions, task, model):
            return Agent("active", 1, name, role, instructions, task, model)
        case Revised(role, instructions, task, model):
            return replace(
                agent, version=agent.version + 1, role=role, instructions=instructions, task=task, model=model
            )
        case ScopesGranted(scopes):
            return replace(agent, scopes=scopes)
        case Retired():
            return replace(agent, status="retired")


decider: Decider[Agent, Commands, Events] = Decider(initial, decide, evolve)
