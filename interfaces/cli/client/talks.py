"""Sessions as the API tells of them, and as a person reads them."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

import click
import msgspec
from rich.text import Text

from domain.kernel import Instant, Record
from interfaces.cli.client import choice, document, listing, screen, wire, wording
from interfaces.cli.client.connection import Connection, connect
from interfaces.cli.client.wording import one_line, printable
from interfaces.cli.failure import BadInput

PAGE = 200
SHOWN = 20
"""Messages of a session that are read to show its end."""

SHORTEST_PREFIX = 4
MOST_NAMED = 10


class FoundMessage(Record):
    """The words around what was looked for."""

    text: str


class Session(Record):
    id: UUID
    title: str
    status: str
    agent_id: UUID | None
    workflow_id: UUID | None
    updated_at: Instant
    messages: int
    last: UUID | None
    under_way: tuple[UUID, ...]
    found: FoundMessage | None = None


class Sessions(Record):
    items: tuple[Session, ...]
    next: int | None


class Message(Record):
    id: UUID
    kind: str
    after: UUID | None
    at: Instant
    text: str | None
    status: str
    run_id: UUID | None
    code: str
    detail: str


class Messages(Record):
    session: Session
    items: tuple[Message, ...]
    next: int | None

    def branch(self) -> list[Message]:
        """What was said last, from as far back as is known up to the newest message."""
        known: Mapping[UUID, Message] = {message.id: message for message in self.items}
        found: list[Message] = []
        message = None if self.session.last is None else known.get(self.session.last)
        while message is not None:
            found.append(message)
            message = None if message.after is None else known.get(message.after)
        return found[::-1]


class Asked(Record):
    """The session, and what was asked in it with the answer that is under way in this run."""

    id: UUID
    position: int
    message_id: UUID | None
    answer_id: UUID | None
    run_id: UUID | None


class _Agent(Record):
    id: UUID
    name: str
    status: str


class _Agents(Record):
    items: tuple[_Agent, ...]


def agent(api: Connection, word: str, *, retired: bool = False) -> UUID:
    """The agent of this name or id; one that is retired is none where it would begin something. Raises BadInput."""
    if (whole := choice.uuid(word)) is not None:
        return whole
    agents = api.get("/api/agents", _Agents).items
    found = next((each for each in agents if each.name.casefold() == word.casefold()), None)
    active = [repr(each.name) for each in agents if each.status == "active"]
    if found is not None and (retired or found.status == "active"):
        return found.id
    there = f"there are {', '.join(active[:MOST_NAMED])}; see `z2 agents`"
    problem = f"the agent {found.name!r} is retired" if found else f"there is no agent {word!r}"
    raise BadInput(problem, there if active else "make one with `z2 agents create FILE`")


def find(api: Connection, word: str, agent_id: UUID | None = None) -> UUID:
    """The session that is meant. Raises BadInput where there is none, or more than one."""
    if (whole := choice.uuid(word)) is not None:
        return whole
    query: dict[str, str | int] = {"limit": PAGE, **({"agent_id": str(agent_id)} if agent_id else {})}
    items = api.get("/api/sessions", Sessions, query).items
    if word == "last":
        if not items:
            raise BadInput("there is no session yet", "start one with `z2 chat`")
        return items[0].id
    if len(word) < SHORTEST_PREFIX:
        raise BadInput(f"{word!r} names no session", f"give at least {SHORTEST_PREFIX} characters of its id, or `last`")
    found = [each.id for each in items if str(each.id).startswith(word.lower())]
    if len(found) != 1:
        problem = f"{word} may be {found[0]} or {found[1]}" if found else f"no session begins with {word}"
        raise BadInput(problem, "see `z2 sessions`")
    return found[0]


def read(api: Connection, session_id: UUID, after: int = 0) -> Messages:
    """Its newest messages. Raises Failure."""
    query: dict[str, str | int] = {"limit": SHOWN, **({"after": after} if after else {})}
    return api.get(f"/api/sessions/{session_id}", Messages, query)


def show_all(words: str | None, limit: int, *, archived: bool, as_json: bool) -> None:
    """Print the sessions. Raises Failure."""
    query: dict[str, str | int] = {"limit": limit, "status": "archived" if archived else "open"}
    if words:
        query["words"] = words
    with connect() as api:
        raw = api.raw("/api/sessions", query)
        if as_json:
            click.echo(raw)
            return
        names = {each.id: each.name for each in api.get("/api/agents", _Agents).items}
    items = msgspec.json.decode(raw, type=Sessions).items
    titles = ("Session", "Title", "With", "Messages", "Last", *(("Said",) if words else ()))
    rows = _rows(items, names, searched=bool(words))
    listing.draw(titles, rows, none=_none(words, archived=archived))


def _none(words: str | None, *, archived: bool) -> str:
    """What to do where no session is found."""
    if words:
        return "no session has these words; look for others, or among the others with or without --archived"
    return "no session is archived" if archived else "there are no sessions yet; start one with `z2 chat AGENT`"


def _rows(items: Sequence[Session], names: Mapping[UUID, str], *, searched: bool) -> Iterable[listing.Cells]:
    for each in items:
        partner = names.get(each.agent_id, str(each.agent_id)) if each.agent_id else "a team"
        state = " (answering)" if each.under_way else ""
        said = (each.found.text if each.found else "",) if searched else ()
        messages, last = f"{each.messages:,}{state}", wording.moment(each.updated_at)
        yield (str(each.id), each.title, partner, messages, last, *said)


def show(word: str, *, as_json: bool) -> None:
    """Print the end of a session. Raises Failure."""
    with connect() as api:
        session_id = find(api, word)
        if as_json:
            click.echo(api.raw(f"/api/sessions/{session_id}", {"limit": PAGE}))
            return
        tell(read(api, session_id))


def tell(found: Messages) -> None:
    """Who said what, as far back as is known."""
    console = screen.console()
    console.print(Text(one_line(found.session.title), style="bold"), soft_wrap=True)
    branch = found.branch()
    if branch and branch[0].after is not None:
        console.print(Text("…", style="dim"))
    for message in branch:
        who, style = ("you", "bold") if message.kind == "question" else ("answer", "bold cyan")
        console.print(Text(f"\n{who}", style=style))
        console.print(Text(_words(message)), soft_wrap=True)


def _words(message: Message) -> str:
    said = printable(message.text or "").rstrip()
    match message.status:
        case "under_way":
            return "(is being made)"
        case "stopped":
            return f"{said}\n(stopped)".strip()
        case "failed":
            return f"(failed: {one_line(f'{message.code}: {message.detail}')})"
        case _:
            return said or "(nothing)"


def retitle(word: str, title: str) -> None:
    """Raises BadInput and Failure."""
    if not title.strip():
        raise BadInput("the title has no words", "give some")
    with connect() as api:
        session_id = find(api, word)
        api.put(f"/api/sessions/{session_id}", {"title": document.title(title)}, wire.Accepted)
    click.echo(f"session {session_id} is called {document.title(title)}")


def turn(word: str, verb: str, done: str) -> None:
    """Raises Failure."""
    with connect() as api:
        session_id = find(api, word)
        api.post(f"/api/sessions/{session_id}/{verb}", {}, wire.Accepted)
    click.echo(f"session {session_id} {done}")
