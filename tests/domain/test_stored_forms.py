"""The forms in which events are stored are approved: a change that nobody meant is seen before it is stored.

Events are for ever. Add optional fields with a default, or a new event under a new tag and an upcast from the old one
(application/upcasting.py); never rename, remove or retype what stands in `tests/approved/events.json`. A form that was
approved once stays there. Approve a change that is meant, and read the diff, with

    APPROVE_EVENTS=1 python -m pytest tests/domain/test_stored_forms.py tests/infrastructure/test_stored_rows.py
"""

import difflib
import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from application import upcasting
from tests.domain.events import EVENTS
from tests.support.forms import least, stored_form

APPROVED = Path(__file__).parents[1] / "approved" / "events.json"
BEFORE: dict[str, Any] = json.loads(APPROVED.read_text(encoding="utf-8"))
HOW = "if this is meant, run the test again with APPROVE_EVENTS=1 and commit the file"


def readable(forms: Any) -> str:
    return json.dumps(forms, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def test_the_stored_forms_are_the_approved_ones() -> None:
    written = {tag: stored_form(kind) for tag, kind in EVENTS.items()}
    read_only = {tag: form for tag, form in BEFORE.items() if tag not in EVENTS}
    current = readable({**read_only, **written})
    if os.environ.get("APPROVE_EVENTS"):
        APPROVED.write_text(current, encoding="utf-8")
    approved = APPROVED.read_text(encoding="utf-8")
    if current != approved:
        lines = (approved.splitlines(), current.splitlines())
        diff = "\n".join(difflib.unified_diff(*lines, "approved", "now", lineterm="", n=4))
        pytest.fail(f"the stored form of an event has changed; {HOW}\n{diff}", pytrace=False)


def test_every_retired_tag_has_been_approved_once() -> None:
    assert upcasting.RETIRED.keys() - BEFORE.keys() == set()


@pytest.mark.parametrize("approved", BEFORE)
def test_the_least_that_was_approved_can_still_be_read(approved: str) -> None:
    """Also in the run that approves a change, so that one which would orphan stored events fails there."""
    assert upcasting.known(approved), f"{approved} was approved once: an upcast must say what it has become"
    tag, data = upcasting.current(approved, {**least(BEFORE[approved]), "type": approved})
    event = msgspec.convert({**data, "type": tag}, EVENTS[tag], strict=False)
    assert event.__struct_config__.tag == tag
