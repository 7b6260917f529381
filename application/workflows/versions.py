"""The versions of a workflow, as its log has them."""

from collections.abc import Sequence
from uuid import UUID

from application.errors import NotFound
from application.ports import Recorded
from domain import workflow
from domain.definition import Definition
from domain.kernel import Instant, Record


class Version(Record):
    """One publication. `agents` are the ids of those that the definition names."""

    number: int
    definition: Definition
    agents: dict[str, UUID]
    published_at: Instant
    published_by: UUID


def versions(past: Sequence[Recorded]) -> list[Version]:
    """All versions, the first one first. Raises NotFound where these are the events of something else."""
    found: list[Version] = []
    for recorded in past:
        match recorded.event:
            case workflow.Published(definition, agents):
                context = recorded.context
                found.append(Version(len(found) + 1, definition, agents, context.at, context.actor_id))
            case workflow.Archived():
                continue
            case _:
                raise NotFound("there is no such workflow in this workspace")
    return found


def version(past: Sequence[Recorded], number: int) -> Version:
    """Raises NotFound, naming the versions that there are."""
    found = versions(past)
    if not 0 < number <= len(found):
        raise NotFound(f"the workflow has no version {number}; its newest is {len(found)}", field="version")
    return found[number - 1]
