"""How workflows are taken and shown over HTTP."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from application.errors import Invalid
from application.workflows.checking import agents_named
from application.workflows.differing import Change
from application.workflows.reading import MAX_TEXT
from application.workflows.versions import Version
from domain import workflow
from domain.definition import Definition
from domain.kernel import Instant, Record
from domain.nodes import AnyNode
from interfaces.http.problems import FieldError
from projections.workflows import WorkflowRow


class PublishWorkflow(Record, forbid_unknown_fields=True):
    """Either the `source`, a text of YAML or JSON, or the `definition`, an object as /api/workflows/schema has it."""

    source: Annotated[str, Meta(max_length=MAX_TEXT)] | None = None
    definition: dict[str, Any] | None = None

    def wanted(self) -> Any:
        """Raises Invalid unless it is one of them."""
        if (self.source is None) == (self.definition is None):
            raise Invalid("give either source or definition, and not both", field="source")
        return self.definition if self.source is None else self.source


class ValidateWorkflow(PublishWorkflow):
    """The same, and optionally the workflow whose next version it would be."""

    workflow_id: UUID | None = None


class Validation(Record):
    """Whether it could be published now, and what keeps it from that."""

    valid: bool
    errors: list[FieldError]


class WorkflowNode(Record):
    """A node of the outermost list, and the agents in it as the workflow names them."""

    id: str
    kind: str
    title: str
    needs: tuple[str, ...]
    agents: list[str]


class WorkflowAgent(Record):
    """`named` is what the workflow calls the agent; `name` is what the workspace does."""

    named: str
    agent_id: UUID
    name: str


class WorkflowSummary(Record):
    """A workflow in its newest version."""

    id: UUID
    name: str
    description: str
    version: int
    status: str
    nodes: list[WorkflowNode]
    created_at: Instant
    published_at: Instant


class WorkflowList(Record):
    """The workflows by name."""

    items: list[WorkflowSummary]


class Workflow(Record):
    """A workflow in one of its versions. `definition` is as it was published; `newest` is the newest version."""

    id: UUID
    name: str
    description: str
    version: int
    newest: int
    status: str
    nodes: list[WorkflowNode]
    agents: list[WorkflowAgent]
    definition: dict[str, Any]
    created_at: Instant
    published_at: Instant
    published_by: UUID


class WorkflowSchema(Record):
    """A JSON Schema of the draft 2020-12."""

    dialect: str = msgspec.field(name="$schema")
    title: str
    description: str
    type: str
    properties: dict[str, Any]
    required: list[str]
    additional: bool = msgspec.field(name="additionalProperties")
    parts: dict[str, Any] = msgspec.field(name="$defs")


class WorkflowVersion(Record):
    """A publication."""

    version: int
    name: str
    description: str
    published_at: Instant
    published_by: UUID


class WorkflowVersions(Record):
    """The versions, the newest first."""

    items: list[WorkflowVersion]


class WorkflowDiff(Record):
    """What changed between two versions; `lines` are for people."""

    before: int
    after: int
    changes: list[Change]
    lines: list[str]


class Drawing(Record):
    """A flowchart in the language of Mermaid."""

    version: int
    mermaid: str


def summary(row: WorkflowRow) -> WorkflowSummary:
    description = row.definition.description if row.definition else ""
    return WorkflowSummary(
        row.id,
        row.name,
        description,
        row.version,
        row.status,
        _nodes(row.definition),
        row.created_at,
        row.published_at,
    )


def whole(row: WorkflowRow, version: Version, names: Mapping[UUID, str]) -> Workflow:
    """One version of a workflow with the names that its agents have now."""
    agents = [WorkflowAgent(named, found, names.get(found, "")) for named, found in sorted(version.agents.items())]
    definition = version.definition
    return Workflow(
        id=row.id,
        name=definition.name or row.name,
        description=definition.description,
        version=version.number,
        newest=row.version,
        status=row.status,
        nodes=_nodes(definition),
        agents=agents,
        definition=msgspec.to_builtins(definition),
        created_at=row.created_at,
        published_at=version.published_at,
        published_by=version.published_by,
    )


def listed(version: Version) -> WorkflowVersion:
    definition = version.definition
    return WorkflowVersion(
        version.number, definition.name, definition.description, version.published_at, version.published_by
    )


def _nodes(definition: Definition | None) -> list[WorkflowNode]:
    return [_node(node) for node in definition.nodes] if definition else []


def _node(node: AnyNode) -> WorkflowNode:
    inside = dict.fromkeys(name for each in workflow.walk([node]) for _, name in agents_named(each))
    return WorkflowNode(node.id, str(node.__struct_config__.tag), node.title, node.needs, [*inside])
