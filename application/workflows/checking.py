"""Everything that is wrong with a workflow besides its form, all at once and each with its line."""

from collections.abc import Collection, Iterator, Mapping
from uuid import UUID

from application.models import formats
from application.workflows import graph, rules, speaking
from application.workflows.mistakes import NO_LINES, Lines, Mistake, Path, in_order, meant, shown
from application.workflows.scopes import Visit, visits
from application.workflows.shape import Fault
from domain import nodes as kinds
from domain.definition import Definition
from domain.kernel import Record
from domain.nodes import AnyNode, Schema


class Around(Record):
    """What there is around a workflow; None is unknown, and then nothing is said of it.

    `agents` and `workflows` are the ids of those that the definition names, as it names them, as far as there are
    any; the names are all that there are. `tools` are the schemas of their arguments, and `agent_tools` the names of
    those that agents may be given. `circles` tells for a workflow that is called how it comes back to this one.
    `unknown_models` and `unknown_prompts` say of those that its own agents name why there are none such, and `unready`
    why no run with an agent of the workspace could start, as the definition names it.
    """

    agents: Mapping[str, UUID] | None = None
    agent_names: Collection[str] = ()
    workflows: Mapping[str, UUID] | None = None
    workflow_names: Collection[str] = ()
    circles: Mapping[str, str] = {}
    tools: Mapping[str, Schema | None] | None = None
    agent_tools: Collection[str] | None = None
    roles: Collection[str] | None = None
    unknown_models: Mapping[str, str] = {}
    unknown_prompts: Mapping[str, str] = {}
    unready: Mapping[str, str] = {}


ALONE = Around()


def check(definition: Definition, lines: Lines = NO_LINES, around: Around = ALONE) -> list[Mistake]:
    """All mistakes of a workflow whose form is right, in the order of its text; none where it can be published.

    Of one that is too large that alone is said.
    """
    found: list[Fault] = graph.sizes(definition)
    if found:
        return in_order(lines.mistake(path, detail) for path, detail in found)
    found += graph.faults(definition)
    found += rules.of_definition(definition)
    found += speaking.of_definition(definition)
    found += _schema(definition.input, ("input",))
    found += _of_own_agents(definition, around)
    for visit in visits(definition):
        found += rules.of_node(visit, definition)
        found += speaking.of_node(visit, dict(around.tools or {}))
        found += _schema(visit.node.output, (*visit.path, "output"))
        found += _named(visit, definition, around)
    return in_order(lines.mistake(path, detail) for path, detail in found)


def agents_named(node: AnyNode) -> Iterator[tuple[Path, str]]:
    """The agents that a node names, and where."""
    match node:
        case kinds.Agent(agent=agent):
            yield ("agent",), agent
        case kinds.Debate(agents=agents, judge=judge):
            yield from _each("agents", agents)
            if judge:
                yield ("judge",), judge
        case kinds.Vote(agents=agents) | kinds.Handoff(agents=agents):
            yield from _each("agents", agents)
        case kinds.Plan(agent=agent, team=team):
            yield ("agent",), agent
            yield from _each("team", team)
        case kinds.Supervisor(agent=agent, workers=workers):
            yield ("agent",), agent
            yield from _each("workers", workers)
        case _:
            return


def _each(field: str, agents: tuple[str, ...]) -> Iterator[tuple[Path, str]]:
    for index, agent in enumerate(agents):
        yield (field, index), agent


def _schema(schema: Schema | None, path: Path) -> Iterator[Fault]:
    why = formats.refusal(schema) if schema is not None else None
    if why:
        yield path, f"this is no JSON Schema that can be used: {why}"


def _named(visit: Visit, definition: Definition, around: Around) -> Iterator[Fault]:
    """What a node names that is not in the workspace."""
    node, path = visit.node, visit.path
    if around.agents is not None:
        own = definition.agents
        for place, agent in agents_named(node):
            if agent not in own and agent not in around.agents:
                near = meant(agent, [*own, *around.agent_names])
                yield (*path, *place), f"there is no agent {shown(agent)} in this workspace{near}"
            elif agent not in own and agent in around.unready:
                yield (*path, *place), f"no run with {shown(agent)} would start: {around.unready[agent]}"
    match node:
        case kinds.Tool(tool=tool) if around.tools is not None and tool not in around.tools:
            yield (*path, "tool"), f"there is no tool {shown(tool)}{meant(tool, around.tools)}"
        case kinds.SubWorkflow(workflow=called):
            yield from _called(called, (*path, "workflow"), definition, around)
        case kinds.Approval(approvers=approvers, escalate_to=others):
            yield from _roles(approvers, (*path, "approvers"), around)
            if others is not None:
                yield from _roles(others, (*path, "escalate_to"), around)
        case kinds.Input(asked=asked):
            yield from _roles(asked, (*path, "asked"), around)
        case _:
            return


def _of_own_agents(definition: Definition, around: Around) -> Iterator[Fault]:
    """What the agents that it brings name that is not there, or name twice."""
    own = definition.agents
    for key, agent in own.items():
        if agent.model in around.unknown_models:
            yield ("agents", key, "model"), around.unknown_models[agent.model]
        if agent.prompt in around.unknown_prompts:
            yield ("agents", key, "prompt"), around.unknown_prompts[agent.prompt]
        for index, tool in enumerate(agent.tools):
            if around.agent_tools is not None and tool not in around.agent_tools:
                near = meant(tool, around.agent_tools)
                yield ("agents", key, "tools", index), f"there is no tool {shown(tool)}{near}"
            elif tool in agent.tools[:index]:
                yield ("agents", key, "tools", index), f"{shown(tool)} stands here twice"
        for index, named in enumerate(agent.colleagues):
            if around.agents is not None and named not in own and named not in around.agents:
                near = meant(named, [*own, *around.agent_names])
                yield ("agents", key, "colleagues", index), f"there is no agent {shown(named)} in this workspace{near}"


def _called(called: str, path: Path, definition: Definition, around: Around) -> Iterator[Fault]:
    if called.casefold() == definition.name.casefold():
        yield path, f"{shown(called)} calls itself; use a loop"
    elif called in around.circles:
        yield path, f"{shown(called)} calls this workflow in turn ({around.circles[called]}); use a loop"
    elif around.workflows is not None and called not in around.workflows:
        yield path, f"there is no workflow {shown(called)} in this workspace{meant(called, around.workflow_names)}"


def _roles(people: kinds.Approvers, path: Path, around: Around) -> Iterator[Fault]:
    for index, role in enumerate(people.roles):
        if around.roles is not None and role not in around.roles:
            yield (*path, "roles", index), f"there is no role {shown(role)}{meant(role, around.roles)}"
