"""Rows that any Z2 has ever stored are read by this one, and fold.

When an event gets a new form, add rows of it to `tests/approved/rows/`, behind those that are there, with

    APPROVE_EVENTS=1 python -m pytest tests/domain/test_stored_forms.py tests/infrastructure/test_stored_rows.py
"""

import os
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid5

import msgspec
import pytest

from application.ports import Recorded
from application.registry import AGGREGATES, Aggregate, tag_of
from infrastructure import mapper
from interfaces.read_models import PROJECTIONS
from tests.domain.test_stored_forms import BEFORE, HOW
from tests.support import rows
from tests.support.forms import digest, full, sparse, stored_form
from tests.support.given import CONTEXT
from tests.support.rows import ChangedError, Kept

BY_NOUN = {aggregate.noun: aggregate for aggregate in AGGREGATES}
NOUNS = sorted({*BY_NOUN, *(path.stem for path in rows.FOLDER.glob("*.jsonl"))})


def lives(aggregate: Aggregate) -> list[Kept]:
    """Two streams with every event of a noun in its form of today: one with all fields, one with those it must have."""
    kinds = [(tag_of(event), event, stored_form(event)) for event in aggregate.events]
    story = digest([form for _, _, form in kinds])
    lines = []
    for name, sample in (("full", full), ("sparse", sparse)):
        stream = uuid5(CONTEXT.workspace_id, f"{aggregate.noun}:{story}:{name}")
        for version, (tag, kind, form) in enumerate(kinds, start=1):
            event = msgspec.convert({**sample(form), "type": tag}, kind, strict=False)
            topic, state = mapper.encode(event, CONTEXT)
            lines.append(Kept(stream, version, topic, state.decode(), digest(form)))
    return lines


def loaded(noun: str) -> dict[UUID, list[Recorded]]:
    """The kept rows of a noun by stream, as the mapper reads them."""
    streams: dict[UUID, list[Recorded]] = defaultdict(list)
    for position, row in enumerate(rows.kept(noun), start=1):
        recorded = mapper.decode(row.stream, row.version, row.topic, row.state.encode(), position)
        streams[row.stream].append(recorded)
    return streams


@pytest.mark.parametrize("noun", BY_NOUN)
def test_every_form_that_is_stored_today_has_rows(noun: str) -> None:
    today = {(tag_of(event), digest(stored_form(event))) for event in BY_NOUN[noun].events}
    if os.environ.get("APPROVE_EVENTS") and today - forms_of(noun):
        rows.keep(noun, lives(BY_NOUN[noun]))
    missing = sorted(tag for tag, _ in today - forms_of(noun))
    assert not missing, f"no row of today's form is kept of {missing}; {HOW}"


def forms_of(noun: str) -> set[tuple[str, str]]:
    return {(row.topic, row.form) for row in rows.kept(noun)}


def test_every_tag_that_was_ever_approved_has_rows() -> None:
    assert {row.topic for noun in NOUNS for row in rows.kept(noun)} >= BEFORE.keys()


@pytest.mark.parametrize("noun", NOUNS)
def test_every_row_is_read_and_folds(noun: str) -> None:
    aggregate = BY_NOUN[noun]
    streams = loaded(noun)
    assert streams
    for events in streams.values():
        assert {type(each.event) for each in events} <= {*aggregate.events}
        aggregate.decider.fold(each.event for each in events)
        assert aggregate.decider.fold([events[0].event]) != aggregate.decider.initial


@pytest.mark.parametrize("noun", NOUNS)
def test_every_read_model_folds_them_and_can_be_read_back(noun: str) -> None:
    events = [recorded for past in loaded(noun).values() for recorded in past]
    for projection in PROJECTIONS.values():
        for row in projection.fold(events, {}).values():
            assert projection.parse(msgspec.json.encode(row).decode()) == row


@pytest.mark.parametrize("noun", NOUNS)
def test_what_was_stored_is_what_would_be_stored(noun: str) -> None:
    """Where the tag and its form are those of today; a field with a new default may only come on top."""
    for row in rows.kept(noun):
        if (row.topic, row.form) in {(tag_of(event), digest(stored_form(event))) for event in BY_NOUN[noun].events}:
            recorded = mapper.decode(row.stream, row.version, row.topic, row.state.encode(), 1)
            assert mapper.encode(recorded.event, recorded.context) == (row.topic, row.state.encode())


ROW = Kept(UUID(int=1), 1, "agent.retired.v1", "{}", "form")


def test_rows_are_added_behind_those_that_are_there(tmp_path: Path) -> None:
    rows.keep("agent", [ROW, ROW], tmp_path)
    before = (tmp_path / "agent.jsonl").read_bytes()
    rows.keep("agent", [ROW], tmp_path)
    after = (tmp_path / "agent.jsonl").read_bytes()
    assert after.startswith(before)
    assert len(rows.kept("agent", tmp_path)) == 3


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines[1:],
        lambda lines: [lines[1], lines[0]],
        lambda lines: [lines[0].replace(b"retired", b"revised"), lines[1]],
    ],
    ids=["dropped", "moved", "changed"],
)
def test_nothing_is_added_to_rows_that_somebody_has_touched(
    change: Callable[[list[bytes]], list[bytes]], tmp_path: Path
) -> None:
    rows.keep("agent", [ROW, ROW], tmp_path)
    path = tmp_path / "agent.jsonl"
    path.write_bytes(b"\n".join(change(path.read_bytes().splitlines())) + b"\n")
    touched = path.read_bytes()
    with pytest.raises(ChangedError, match=r"agent\.jsonl, line 1: what was stored once does not change"):
        rows.keep("agent", [ROW], tmp_path)
    assert path.read_bytes() == touched
