"""The checker finds each kind of fault, and finds nothing where nothing is wrong."""

from uuid import UUID

import msgspec
import pytest

from application.ports import Write
from domain import webhook
from infrastructure.event_store import PostgresEventStore
from tests.support.given import CONTEXT
from tests.support.history import (
    HOOK,
    Answered,
    Asked,
    Entry,
    Finding,
    Refused,
    Stored,
    counts,
    decoded,
    encoded,
    findings,
    read_log,
)

ONE, TWO, NAME = UUID(int=1), UUID(int=2), UUID(int=3)

HISTORY: list[Entry] = [
    Asked("a", "a-1", 1.0, 2),
    Answered("a-1", 2.0, ONE, 2),
    Asked("b", "b-1", 2.5, 1),
    Asked("a", "a-2", 2.6, 1),
    Answered("b-1", 3.0, ONE, 4),
    Answered("a-2", 3.1, ONE, 3),
    Asked("b", "b-2", 4.0, 1),
    Refused("b-2", 5.0, "409"),
    Answered("a-1", 6.0, ONE, 2),
]
LOG = [
    Stored(1, ONE, 1, "a-1"),
    Stored(2, NAME, 1, "a-1"),
    Stored(3, ONE, 2, "a-2"),
    Stored(4, ONE, 3, "b-1"),
    Stored(5, TWO, 1, None),
]


def row(place: int, **changes: object) -> list[Stored]:
    """The log with another row in this place."""
    return [msgspec.structs.replace(each, **changes) if each.position == place else each for each in LOG]


def without(position: int) -> list[Stored]:
    """The log as if this row had never been, so that those behind it moved up."""
    kept = [each for each in LOG if each.position != position]
    return [msgspec.structs.replace(each, position=place) for place, each in enumerate(kept, start=1)]


def faults(found: list[Finding]) -> set[str]:
    return {finding.fault for finding in found}


def test_a_history_that_the_log_agrees_with_has_no_findings() -> None:
    assert findings(HISTORY, LOG) == []


def test_answers_that_nobody_waited_for_need_not_be_in_order() -> None:
    """b-1 and a-2 were under way at the same time: either may come first."""
    assert findings([entry for entry in HISTORY if entry != Answered("a-1", 6.0, ONE, 2)], LOG) == []


@pytest.mark.parametrize(
    ("fault", "log"),
    [
        ("lost", LOG[:3]),
        ("lost", [*without(4), Stored(5, ONE, 3, None)]),
        ("lost", row(4, key=None)),
        ("duplicated", [*LOG, Stored(6, ONE, 4, "b-1")]),
        ("torn", row(2, key=None)),
        ("torn", [*row(2, key=None)[:-1], Stored(5, NAME, 2, "a-1")]),
        ("gap", [*LOG[:-1], Stored(6, TWO, 1, None)]),
        ("gap", [*LOG, Stored(5, TWO, 2, None)]),
        ("gap", LOG[1:]),
        ("version", row(4, version=4)),
        ("version", row(4, version=2)),
        ("version", row(5, version=2)),
        ("refused", [*LOG, Stored(6, ONE, 4, "b-2")]),
        ("refused", [*LOG, Stored(6, ONE, 4, "c-1")]),
    ],
)
def test_a_log_is_found_out(fault: str, log: list[Stored]) -> None:
    assert fault in faults(findings(HISTORY, log))


@pytest.mark.parametrize(
    ("fault", "entry"),
    [
        ("answers", Answered("a-1", 7.0, ONE, 3)),
        ("answers", Answered("a-1", 7.0, TWO, 2)),
        ("lost", Answered("b-2", 4.5, ONE, 6)),
        ("refused", Refused("a-2", 3.0, "409")),
        ("unanswered", Asked("c", "c-1", 8.0, 1)),
    ],
)
def test_a_history_is_found_out(fault: str, entry: Entry) -> None:
    assert fault in faults(findings([*HISTORY, entry], LOG))


def test_a_client_is_found_whose_second_command_stands_before_its_first() -> None:
    history = [entry for entry in HISTORY if "b-2" not in entry.key]
    log = [*LOG, Stored(6, TWO, 2, "a-3"), Stored(7, TWO, 3, "a-4")]
    later: list[Entry] = [Asked("a", "a-4", 7.0, 1), Answered("a-4", 8.0, TWO, 7), Asked("a", "a-3", 9.0, 1)]
    assert faults(findings([*history, *later, Answered("a-3", 10.0, TWO, 6)], log)) == {"order"}


def test_so_is_one_whose_command_stands_before_what_another_had_been_answered() -> None:
    log = [*LOG, Stored(6, TWO, 2, "c-1"), Stored(7, TWO, 3, "d-1")]
    later: list[Entry] = [Asked("d", "d-1", 7.0, 1), Answered("d-1", 8.0, TWO, 7), Asked("c", "c-1", 8.1, 1)]
    assert faults(findings([*HISTORY, *later, Answered("c-1", 9.0, TWO, 6)], log)) == {"order"}


def test_findings_are_counted_by_kind() -> None:
    found = findings(HISTORY, LOG[:3])
    assert {fault: count for fault, count in counts(found).items() if count} == {"lost": 1}


def test_a_history_can_be_kept_in_a_file() -> None:
    assert decoded(encoded(HISTORY)) == HISTORY


async def test_a_rotation_that_no_answer_tells_of_was_asked_by_nobody(store: PostgresEventStore, log_url: str) -> None:
    events = [webhook.Subscribed(f"{HOOK}a-1", ()), webhook.SecretRotated(2), webhook.SecretRotated(3)]
    await store.append([Write(ONE, 0, events, CONTEXT)])
    history: list[Entry] = [
        Asked("a", "a-1", 1.0, 1),
        Answered("a-1", 2.0, ONE, 1),
        Asked("b", "b-1", 3.0, 1),
        Answered("b-1", 4.0, ONE, 3),
    ]
    log = read_log(log_url, history)
    assert [stored.key for stored in log] == ["a-1", "the secret of number 2", "b-1"]
    assert faults(findings(history, log)) == {"refused"}
