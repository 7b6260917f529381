"""The workflows that a run may start: found and pinned with their agents as it starts, however deep they are called."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from application import registry
from application.errors import Invalid, NotFound
from application.execute import Executor
from application.orchestration.pinning import Pinning, Published, compiled
from application.workflows.mistakes import written
from application.workflows.scopes import visits
from domain import name
from domain.definition import Definition
from domain.kernel import replace
from domain.nodes import AnyNode, Arm, Branch, Loop, Map, Parallel, SubWorkflow
from domain.run_values import Called, PinnedWorkflow
from domain.workflow import walk

MOST = 100
"""So many workflows at most are reached by one: each is kept in the first event of the run."""


class Reach:
    """Finds what nodes that start other runs stand for, as the workspace has it now."""

    def __init__(self, executor: Executor, pinning: Pinning) -> None:
        self._executor = executor
        self._pinning = pinning

    async def pinned(
        self, definition: Definition, workspace_id: UUID, known: Sequence[PinnedWorkflow] = ()
    ) -> tuple[PinnedWorkflow, ...]:
        """All that can be reached; what is `known` stays as it is. Raises Invalid, which names the field to blame."""
        given = {Called(each.named, each.asked): each for each in known}
        found: dict[Called, PinnedWorkflow] = {}
        for each in calls(definition):
            _keep(each, given, found)
        await self._follow(definition, workspace_id, found, "")
        return tuple(found.values())

    async def _follow(
        self, definition: Definition, workspace_id: UUID, found: dict[Called, PinnedWorkflow], field: str
    ) -> None:
        """`field` is the node that leads here, where it is one of the workflow that is asked about."""
        if all(each in found for each in calls(definition)):
            return
        for visit in visits(definition):
            node = visit.node
            if not isinstance(node, SubWorkflow) or Called(node.workflow, node.version) in found:
                continue
            if len(found) == MOST:
                raise Invalid(f"more than {MOST} other workflows are started from here", field=field or "nodes")
            at = field or written(visit.path)
            pin, published = await self._pin(node, workspace_id, at)
            found[Called(node.workflow, node.version)] = pin
            await self._follow(published.definition, workspace_id, found, at)

    async def _pin(self, node: SubWorkflow, workspace_id: UUID, at: str) -> tuple[PinnedWorkflow, Published]:
        try:
            workflow_id = await self.called(node.workflow, workspace_id)
            published = await self._pinning.published(workflow_id, node.version, workspace_id)
            team = await self._pinning.team(compiled(published.definition), published, None, workspace_id)
        except (Invalid, NotFound) as error:
            wrong = "version" if error.field == "version" else "workflow"
            raise Invalid(f"the workflow {node.workflow!r} cannot start: {error}", field=f"{at}.{wrong}") from None
        inner = calls(published.definition)
        pin = PinnedWorkflow(node.workflow, workflow_id, published.version, node.version, team, inner)
        return pin, published

    async def called(self, named: str, workspace_id: UUID) -> UUID:
        """The workflow by its id, or by its name as it is now. Raises NotFound."""
        try:
            return UUID(named)
        except ValueError:
            pass
        try:
            holder = await self._executor.state(registry.name_stream(workspace_id, "workflow", named), workspace_id)
        except NotFound:
            holder = name.initial
        if holder.owner_id is None:
            raise NotFound(f"there is no workflow {named!r} in this workspace")
        return UUID(str(holder.owner_id))


def calls(definition: Definition) -> tuple[Called, ...]:
    """What its own nodes start, each once."""
    every = (node for node in walk(definition.nodes) if isinstance(node, SubWorkflow))
    return tuple(dict.fromkeys(Called(node.workflow, node.version) for node in every))


def _keep(asked: Called, given: Mapping[Called, PinnedWorkflow], found: dict[Called, PinnedWorkflow]) -> None:
    """Take over a workflow that is pinned, with all that can be reached from it."""
    if asked in given and asked not in found:
        found[asked] = given[asked]
        for each in given[asked].calls:
            _keep(each, given, found)


def with_versions(nodes: Sequence[AnyNode], pinned: Sequence[PinnedWorkflow]) -> tuple[AnyNode, ...]:
    """The nodes, each that starts another run with the version that it starts."""
    versions = {Called(each.named, each.asked): each.version for each in pinned}
    return _with_versions(nodes, versions) if versions else tuple(nodes)


def _with_versions(nodes: Sequence[AnyNode], versions: Mapping[Called, int]) -> tuple[AnyNode, ...]:
    return tuple(_with_version(node, versions) for node in nodes)


def _with_version(node: AnyNode, versions: Mapping[Called, int]) -> AnyNode:
    node = replace(
        node,
        fall_back=_with_versions(node.fall_back, versions),
        compensate=_with_versions(node.compensate, versions),
    )
    match node:
        case SubWorkflow(workflow=named, version=version):
            return replace(node, version=versions.get(Called(named, version), version))
        case Parallel(nodes=nodes) | Map(nodes=nodes) | Loop(nodes=nodes):
            return replace(node, nodes=_with_versions(nodes, versions))
        case Branch(arms=arms, otherwise=otherwise):
            ways = tuple(Arm(arm.id, arm.when, _with_versions(arm.nodes, versions)) for arm in arms)
            return replace(node, arms=ways, otherwise=_with_versions(otherwise, versions))
        case _:
            return node
