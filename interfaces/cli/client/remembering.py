"""Memory as the API tells of it, and as a person reads it."""

import re
from uuid import UUID

import click
import msgspec

from domain.kernel import Instant, Record
from interfaces.cli.client import choice, listing, wording
from interfaces.cli.client.connection import Connection, Query
from interfaces.cli.failure import BadInput

SHORTEST_PREFIX = 4
PAGE = 200
NOTHING = "nothing is remembered yet; say something with `z2 memory add TEXT`"


class _Owner(Record):
    kind: str
    id: UUID


class _Source(Record):
    tainted_by: tuple[str, ...]


class _Fact(Record):
    id: UUID
    owner: _Owner
    text: str
    kind: str
    trust: str
    source: _Source | None
    remembered_at: Instant
    expires_at: Instant | None


class _Facts(Record):
    items: tuple[_Fact, ...]
    next: int | None


class _FoundFact(Record):
    fact: _Fact
    score: float


class _FoundFacts(Record):
    items: tuple[_FoundFact, ...]


class _Agent(Record):
    id: UUID
    name: str


class _Agents(Record):
    items: tuple[_Agent, ...]


def owner(api: Connection, agent: str | None, session: str | None) -> dict[str, str]:
    """Whose memory is meant, as the API takes it. Raises BadInput."""
    if agent is not None and session is not None:
        raise BadInput("a fact belongs to an agent or to a session", "give --agent or --session, not both")
    if session is not None:
        if choice.uuid(session) is None:
            raise BadInput(f"{session!r} is no id of a session", "see `z2 sessions`")
        return {"session_id": session}
    return {} if agent is None else {"agent_id": str(_agent(api, agent))}


def _agent(api: Connection, word: str) -> UUID:
    if (whole := choice.uuid(word)) is not None:
        return whole
    for each in api.get("/api/agents", _Agents).items:
        if each.name.casefold() == word.casefold():
            return each.id
    raise BadInput(f"there is no agent {word!r}", "see `z2 agents`")


def named(api: Connection, word: str) -> UUID:
    """The fact whose id begins so. Raises BadInput where there is none, or more than one."""
    if (whole := choice.uuid(word)) is not None:
        return whole
    prefix = word.lower()
    if len(prefix) < SHORTEST_PREFIX or not re.fullmatch(r"[0-9a-f-]+", prefix):
        mend = f"give an id, or at least {SHORTEST_PREFIX} characters of its beginning"
        raise BadInput(f"{word!r} names no fact", mend)
    found, beyond = list[UUID](), None
    while True:
        query: Query = {"limit": PAGE} if beyond is None else {"limit": PAGE, "beyond": beyond}
        page = api.get("/api/memories", _Facts, query)
        found += [each.id for each in page.items if str(each.id).startswith(prefix)]
        if (beyond := page.next) is None:
            break
    if len(found) > 1:
        raise BadInput(f"{word} may be {found[0]} or {found[1]}", "give an id")
    if not found:
        raise BadInput(f"there is no fact {word!r}", "see `z2 memory list`")
    return found[0]


def show(api: Connection, whose: dict[str, str], limit: int, *, waiting: bool, as_json: bool) -> None:
    """Print a page of what is remembered. Raises Failure."""
    query: Query = {"limit": limit, **whose, **({"trust": "quarantined"} if waiting else {})}
    raw = api.raw("/api/memories", query)
    if as_json:
        click.echo(raw)
        return
    facts = msgspec.json.decode(raw, type=_Facts).items
    titles = "Fact", "Memory of", "Kind", "Status", "Since", "What"
    rows = [(str(it.id), _whose(it), it.kind, _status(it), wording.moment(it.remembered_at), it.text) for it in facts]
    listing.draw(titles, rows, none="nothing waits for approval" if waiting else NOTHING)


def search(api: Connection, text: str, most: int, whose: dict[str, str], *, as_json: bool) -> None:
    """Print what fits. Raises Failure."""
    query: Query = {"text": text, "most": most, **whose}
    raw = api.raw("/api/memories/search", query)
    if as_json:
        click.echo(raw)
        return
    found = msgspec.json.decode(raw, type=_FoundFacts).items
    rows = [(str(it.fact.id), f"{it.score:.2f}", it.fact.kind, _whose(it.fact), it.fact.text) for it in found]
    listing.draw(("Fact", "Fits", "Kind", "Memory of", "What"), rows, none="nothing that is remembered fits")


def _whose(fact: _Fact) -> str:
    return "all agents" if fact.owner.kind == "workspace" else f"{fact.owner.kind} {str(fact.owner.id)[:8]}"


def _status(fact: _Fact) -> str:
    """What counts is told with the time until which it does, and what waits with what has tainted it."""
    if fact.trust == "quarantined":
        tainted_by = ", ".join(fact.source.tainted_by) if fact.source else ""
        return f"waits for approval: after {tainted_by}" if tainted_by else "waits for approval"
    return "trusted" if fact.expires_at is None else f"until {wording.moment(fact.expires_at)}"
