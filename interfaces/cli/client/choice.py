"""What a person means by a word: a stream, a run by the beginning of its id or `last`, a template or a workflow."""

import re
from uuid import UUID

from domain.kernel import Record
from interfaces.cli.client import wire
from interfaces.cli.client.connection import Connection
from interfaces.cli.failure import BadInput

PAGE = 200
SHORTEST_PREFIX = 4


class Work(Record):
    """What to run; exactly one of the two is given."""

    template: str | None = None
    workflow_id: UUID | None = None


def run(api: Connection, word: str) -> UUID:
    """The run that is meant. Raises BadInput where there is none, or more than one."""
    if word == "last":
        newest = api.get("/api/runs", wire.RunPage, {"limit": 1}).items
        if not newest:
            raise BadInput("there is no run yet", "start one with `z2 run`")
        return newest[0].id
    if (whole := uuid(word)) is not None:
        return whole
    prefix = word.lower()
    if len(prefix) < SHORTEST_PREFIX or not re.fullmatch(r"[0-9a-f-]+", prefix):
        mend = f"give an id, at least {SHORTEST_PREFIX} characters of its beginning, or `last`"
        raise BadInput(f"{word!r} names no run", mend)
    return _beginning(api, prefix)


def stream(api: Connection, word: str) -> UUID:
    """The stream that is meant: anything by its id, a run also as `run` takes it. Raises BadInput."""
    return uuid(word) or run(api, word)


def work(api: Connection, word: str) -> Work:
    """The template or workflow of this name or id. Raises BadInput."""
    if (whole := uuid(word)) is not None:
        return Work(workflow_id=whole)
    templates = api.get("/api/templates", wire.Templates).items
    if any(each.name == word for each in templates):
        return Work(template=word)
    wished = word.casefold()
    workflows = api.get("/api/workflows", wire.Workflows).items
    for workflow in workflows:
        if workflow.name.casefold() == wished:
            return Work(workflow_id=workflow.id)
    for template in templates:
        if wished in (template.name.casefold(), template.title.casefold()):
            return Work(template=template.name)
    names = [each.name for each in templates] + [repr(each.name) for each in workflows]
    raise BadInput(f"there is no template or workflow {word!r}", f"there are {', '.join(names)}")


def _beginning(api: Connection, prefix: str) -> UUID:
    found: list[UUID] = []
    before: str | None = None
    while True:
        query: dict[str, str | int] = {"limit": PAGE, **({"before": before} if before else {})}
        page = api.get("/api/runs", wire.RunPage, query)
        found += [each.id for each in page.items if str(each.id).startswith(prefix)]
        before = page.next
        if len(found) > 1:
            raise BadInput(f"{prefix} may be {found[0]} or {found[1]}", "give more of it")
        if before is None:
            break
    if not found:
        raise BadInput(f"no run begins with {prefix}", "see `z2 runs`")
    return found[0]


def uuid(word: str) -> UUID | None:
    """The whole id that the word is, if it is one."""
    try:
        return UUID(word) if len(word) == len(str(UUID(int=0))) else None
    except ValueError:
        return None
