"""Every retired tag leads to a current one, form by form."""

import re

import pytest

from application import upcasting
from application.registry import EVENT_TYPES
from application.upcasting import RETIRED, Upcast


def test_no_tag_is_both_written_and_retired() -> None:
    assert RETIRED.keys() & EVENT_TYPES.keys() == set()


def test_every_chain_of_forms_ends_in_one_that_is_written() -> None:
    for tag in RETIRED:
        seen = [tag]
        while seen[-1] in RETIRED:
            seen.append(RETIRED[seen[-1]].tag)
            assert len(seen) == len(set(seen)), f"the forms go round in circles: {seen}"
        assert seen[-1] in EVENT_TYPES


def test_a_form_is_followed_by_a_later_one_of_the_same_noun() -> None:
    for tag, step in RETIRED.items():
        assert re.fullmatch(r"[a-z_]+\.[a-z_]+\.v\d+", tag)
        assert tag.partition(".")[0] == step.tag.partition(".")[0]


def test_forms_are_chained_and_what_was_stored_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RETIRED, "agent.named.v1", Upcast("agent.named.v2", lambda old: {**old, "two": old["one"] + 1}))
    monkeypatch.setitem(RETIRED, "agent.named.v2", Upcast("agent.created.v1", lambda old: {**old, "three": 3}))
    stored = {"one": 1}
    assert upcasting.current("agent.named.v1", stored) == ("agent.created.v1", {"one": 1, "two": 2, "three": 3})
    assert upcasting.current("agent.named.v2", stored) == ("agent.created.v1", {"one": 1, "three": 3})
    assert stored == {"one": 1}
    assert upcasting.known("agent.named.v1")


def test_a_fact_in_todays_form_is_left_alone() -> None:
    data = {"anything": object()}
    assert upcasting.current("agent.created.v1", data) == ("agent.created.v1", data)


def test_a_tag_that_never_was_is_not_known() -> None:
    assert not upcasting.known("agent.never.v1")
    with pytest.raises(KeyError):
        upcasting.current("agent.never.v1", {})
