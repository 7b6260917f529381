"""What clients asked and were answered, held against the log: whatever the two cannot both be true of is found."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal, TypeAlias
from uuid import UUID

import msgspec
import psycopg

from domain import agent, name, webhook
from domain.kernel import Record
from infrastructure import mapper

Fault: TypeAlias = Literal[
    "lost",  # acknowledged, and not in the log at the position that was told
    "duplicated",  # done more than once under one key
    "torn",  # half of a command's events, or events of others between them
    "gap",  # positions that are not 1, 2, 3 and so on
    "version",  # versions of a stream that are not 1, 2, 3 and so on, in the order of the log
    "order",  # a command that was answered before another one was asked stands behind it
    "answers",  # two different answers under one key
    "refused",  # refused for good, or never asked, and done all the same
    "unanswered",  # a client gave up
]


class Asked(Record, tag=True):
    """A client asks for the first time under this key; `events` is how many the command comes to."""

    client: str
    key: str
    at: float
    events: int


class Answered(Record, tag=True):
    """An answer under the key, first or later."""

    key: str
    at: float
    stream: UUID
    position: int


class Refused(Record, tag=True):
    """An answer that says that it will not be done."""

    key: str
    at: float
    why: str


Entry: TypeAlias = Asked | Answered | Refused
History: TypeAlias = Sequence[Entry]


class Stored(Record):
    """A row of the log, and the key of the command that it comes from, if a client of the history sent it."""

    position: int
    stream: UUID
    version: int
    key: str | None


class Finding(Record):
    fault: Fault
    what: str


def findings(history: History, log: Sequence[Stored]) -> list[Finding]:
    """All that is wrong; empty where the store has kept every promise. `log` is in the order of its positions."""
    asked = {entry.key: entry for entry in history if isinstance(entry, Asked)}
    answers: dict[str, list[Answered]] = defaultdict(list)
    for entry in history:
        if isinstance(entry, Answered):
            answers[entry.key].append(entry)
    refused = {entry.key: entry for entry in history if isinstance(entry, Refused)}
    done: dict[str, list[Stored]] = defaultdict(list)
    for stored in log:
        if stored.key is not None:
            done[stored.key].append(stored)
    return [
        *_gaps(log),
        *_versions(log),
        *_answers(answers),
        *_losses(answers, log),
        *_effects(asked, done),
        *_refusals(asked, refused, answers, done),
        *_order(asked, answers, done),
    ]


def _gaps(log: Sequence[Stored]) -> Iterable[Finding]:
    for place, stored in enumerate(log, start=1):
        if stored.position != place:
            yield Finding("gap", f"position {stored.position} stands in place {place}")
            return  # all that follow are shifted by it


def _versions(log: Sequence[Stored]) -> Iterable[Finding]:
    last: dict[UUID, int] = defaultdict(int)
    for stored in log:
        if stored.version != last[stored.stream] + 1:
            before = last[stored.stream]
            yield Finding("version", f"position {stored.position}: version {stored.version} behind {before}")
        last[stored.stream] = stored.version


def _answers(answers: dict[str, list[Answered]]) -> Iterable[Finding]:
    for key, given in answers.items():
        different = {(answer.stream, answer.position) for answer in given}
        if len(different) > 1:
            yield Finding("answers", f"{key}: {sorted(position for _, position in different)}")


def _losses(answers: dict[str, list[Answered]], log: Sequence[Stored]) -> Iterable[Finding]:
    at = {stored.position: stored for stored in log}
    for key, given in answers.items():
        for position in sorted({answer.position for answer in given}):
            found = at.get(position)
            if found is None or found.key != key:
                yield Finding("lost", f"{key} was acknowledged at {position}, where the log has {found}")


def _effects(asked: dict[str, Asked], done: dict[str, list[Stored]]) -> Iterable[Finding]:
    for key, rows in done.items():
        if key not in asked:
            yield Finding("refused", f"{key} was never asked")
        elif len(rows) > asked[key].events:
            yield Finding("duplicated", f"{key}: {[row.position for row in rows]}")
        elif len(rows) < asked[key].events or rows[-1].position - rows[0].position != len(rows) - 1:
            yield Finding("torn", f"{key}: {[row.position for row in rows]} of {asked[key].events}")


def _refusals(
    asked: dict[str, Asked],
    refused: dict[str, Refused],
    answers: dict[str, list[Answered]],
    done: dict[str, list[Stored]],
) -> Iterable[Finding]:
    for key, refusal in refused.items():
        if key in done or key in answers:
            yield Finding("refused", f"{key} was refused: {refusal.why}")
    for key in asked.keys() - refused.keys() - answers.keys():
        yield Finding("unanswered", key)


def _order(
    asked: dict[str, Asked], answers: dict[str, list[Answered]], done: dict[str, list[Stored]]
) -> Iterable[Finding]:
    """What was answered before another command was first asked stands before it, for one client or for two."""
    ends = sorted((min(answer.at for answer in given), given[0].position, key) for key, given in answers.items())
    latest, latest_key, passed = 0, "", 0
    for entry in sorted(asked.values(), key=lambda entry: entry.at):
        while passed < len(ends) and ends[passed][0] < entry.at:
            if ends[passed][1] > latest:
                _, latest, latest_key = ends[passed]
            passed += 1
        rows = done.get(entry.key)
        if rows and rows[0].position < latest and entry.key != latest_key:
            yield Finding("order", f"{entry.key} stands at {rows[0].position}, before {latest_key} at {latest}")


LOG = """
SELECT originator_id, originator_version, topic, state, notification_id FROM events ORDER BY notification_id
"""

HOOK = "https://example.com/"
"""Behind it, the address of a webhook has the key of the command that made it."""


def read_log(database_url: str, history: History) -> list[Stored]:
    """The log, and which command each row comes from: what a command makes is named after its key.

    A rotation names nothing, so it is the command's whose answer told its position; where no answer tells it, nobody
    asked for it.
    """
    with psycopg.connect(database_url) as connection:
        log = [mapper.decode(*row) for row in connection.execute(LOG).fetchall()]
    creating = {row.stream: row.event.instructions for row in log if isinstance(row.event, agent.Created)}
    told = {(entry.stream, entry.position): entry.key for entry in history if isinstance(entry, Answered)}
    return [
        Stored(row.position, row.stream, row.version, _key(row.event, creating, told.get((row.stream, row.position))))
        for row in log
    ]


def _key(event: object, creating: dict[UUID, str], told: str | None) -> str | None:
    match event:
        case agent.Created(instructions=key):
            return key
        case name.Claimed(owner_id):
            return creating.get(owner_id)
        case webhook.Subscribed(url):
            return url.removeprefix(HOOK)
        case webhook.SecretRotated(number):
            return told or f"the secret of number {number}"
        case _:
            return None


def counts(found: Iterable[Finding]) -> dict[str, int]:
    """How many findings of each kind there are, those without any included."""
    kinds = [finding.fault for finding in found]
    return {fault: kinds.count(fault) for fault in Fault.__args__}  # type: ignore[attr-defined]


def encoded(history: History) -> bytes:
    return msgspec.json.encode(history)


def decoded(text: bytes) -> list[Entry]:
    return msgspec.json.decode(text, type=list[Entry])
