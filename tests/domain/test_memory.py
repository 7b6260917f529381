"""Stories about what is remembered."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from domain import memory
from domain.kernel import PayloadRef, Rejected, replace
from domain.memory import PERSON, Approved, ApproveFact, ForgetFact, Forgotten, Owner, Remembered, RememberFact, Source
from tests.support.given import AT, CONTEXT, given

HOUR = timedelta(hours=1)
ONE, OTHER, ADA = UUID(int=11), UUID(int=12), UUID(int=13)
HERS, EVERYBODYS = Owner("agent", ADA), Owner("workspace", CONTEXT.workspace_id)
CLEAN = Source(agent_id=ADA, run_id=UUID(int=14), step="write")
TAINTED = replace(CLEAN, tainted_by=("document", "tool:fetch-page"))
TEXT = PayloadRef("0" * 64, 20)

REMEMBER = RememberFact(ONE, HERS, TEXT, source=CLEAN)
REMEMBERED = Remembered(ONE, HERS, TEXT, "fact", CLEAN, "trusted")
WAITING = replace(REMEMBERED, source=TAINTED, trust="quarantined")
APPROVED, FORGOTTEN = Approved(ONE), Forgotten(ONE, TEXT)


def test_what_a_person_or_an_untainted_step_says_is_trusted() -> None:
    given(memory.decider).when(REMEMBER).then(REMEMBERED)
    by_person = RememberFact(ONE, EVERYBODYS, TEXT, "preference", expires_at=AT + HOUR)
    told = Remembered(ONE, EVERYBODYS, TEXT, "preference", PERSON, "trusted", AT + HOUR)
    given(memory.decider).when(by_person).then(told)


def test_what_comes_of_untrusted_words_waits_for_a_person_who_vouches_for_it() -> None:
    given(memory.decider).when(replace(REMEMBER, source=TAINTED)).then(WAITING)
    given(memory.decider, WAITING).when(ApproveFact(ONE)).then(APPROVED)
    approved = memory.decider.fold([WAITING, APPROVED]).facts[ONE]
    assert approved is not None
    assert approved.trust == "trusted"


def test_what_an_agent_tells_all_the_others_waits_however_it_came_by_it() -> None:
    given(memory.decider).when(replace(REMEMBER, owner=EVERYBODYS)).then(
        replace(WAITING, owner=EVERYBODYS, source=CLEAN)
    )


def test_what_was_told_of_memory_was_trusted_and_taints_nothing() -> None:
    reminded = replace(CLEAN, tainted_by=(f"memory:{OTHER}",))
    assert memory.trust_of(HERS, reminded) == "trusted"
    assert memory.trust_of(HERS, replace(reminded, tainted_by=(*reminded.tainted_by, "document"))) == "quarantined"


def test_saying_it_twice_is_saying_it_once_also_after_it_was_approved() -> None:
    given(memory.decider, REMEMBERED).when(REMEMBER).then_nothing()
    given(memory.decider, WAITING, APPROVED).when(replace(REMEMBER, source=TAINTED)).then_nothing()
    other = replace(REMEMBER, content=PayloadRef("1" * 64, 5))
    given(memory.decider, REMEMBERED).when(other).then_rejected("other values")


def test_a_fact_is_approved_once() -> None:
    given(memory.decider, REMEMBERED).when(ApproveFact(ONE)).then_rejected("trusted already", code="fact_trusted")
    story = given(memory.decider, WAITING, APPROVED)
    story.when(ApproveFact(ONE)).then_rejected("trusted already", code="fact_trusted")


def test_a_forgotten_fact_is_none_and_does_not_come_back() -> None:
    given(memory.decider, REMEMBERED).when(ForgetFact(ONE)).then(FORGOTTEN)
    story = given(memory.decider, REMEMBERED, FORGOTTEN)
    story.when(ForgetFact(ONE)).then_nothing()
    story.when(REMEMBER).then_rejected("was forgotten", code="fact_forgotten")
    story.when(ApproveFact(ONE)).then_rejected("no such fact", code="not_found")


@pytest.mark.parametrize("command", [ApproveFact(ONE), ForgetFact(ONE)])
def test_a_fact_that_is_not_there_is_none(command: memory.Commands) -> None:
    given(memory.decider, replace(REMEMBERED, fact_id=OTHER)).when(command).then_rejected(
        "no such fact", code="not_found"
    )


@pytest.mark.parametrize("size", [0, 8_001])
def test_a_fact_is_neither_empty_nor_long(size: int) -> None:
    long = replace(REMEMBER, content=replace(TEXT, size=size))
    given(memory.decider).when(long).then_rejected("2,000 characters", code="invalid_fact", field="text")


def test_a_fact_does_not_expire_before_it_is_remembered_and_counts_until_it_does() -> None:
    over = replace(REMEMBER, expires_at=AT)
    given(memory.decider).when(over).then_rejected("expired already", code="invalid_expiry", field="expires_at")
    story = given(memory.decider, replace(WAITING, expires_at=AT + HOUR))
    story.when(ApproveFact(ONE)).then(APPROVED)
    later = replace(CONTEXT, at=AT + HOUR)
    story.when(ApproveFact(ONE), later).then_rejected("has expired", code="fact_expired")
    story.when(ForgetFact(ONE), later).then(FORGOTTEN)


def full(fact: Remembered, count: int) -> list[memory.Events]:
    return [replace(fact, fact_id=UUID(int=1_000 + number)) for number in range(count)]


def test_a_memory_has_2000_facts_at_most_of_those_that_count() -> None:
    facts = full(REMEMBERED, memory.MOST_FACTS)
    story = given(memory.decider, *facts)
    story.when(REMEMBER).then_rejected("full: it has 2,000 facts", code="memory_full")
    story.when(replace(REMEMBER, source=TAINTED)).then(WAITING)
    given(memory.decider, *facts, WAITING).when(ApproveFact(ONE)).then_rejected("full", code="memory_full")
    given(memory.decider, *facts, Forgotten(UUID(int=1_000), TEXT)).when(REMEMBER).then(REMEMBERED)
    expiring = full(replace(REMEMBERED, expires_at=AT + HOUR), memory.MOST_FACTS)
    given(memory.decider, *expiring).when(REMEMBER, replace(CONTEXT, at=AT + HOUR)).then(REMEMBERED)


def test_untrusted_words_cannot_fill_a_memory() -> None:
    story = given(memory.decider, *full(WAITING, memory.MOST_WAITING))
    story.when(replace(REMEMBER, source=TAINTED)).then_rejected("200 facts wait", code="memory_full")
    story.when(REMEMBER).then(REMEMBERED)


IDS = st.sampled_from([UUID(int=number) for number in range(1, 5)])
OWNERS, SOURCES = st.sampled_from([HERS, EVERYBODYS]), st.sampled_from([PERSON, CLEAN, TAINTED])
COMMANDS = st.one_of(
    st.builds(RememberFact, IDS, OWNERS, st.just(TEXT), source=SOURCES),
    st.builds(ApproveFact, IDS),
    st.builds(ForgetFact, IDS),
)


@drawn(st.lists(COMMANDS, max_size=30))
def test_nothing_untrusted_is_ever_trusted_but_what_was_approved(commands: list[memory.Commands]) -> None:
    past = list[memory.Events]()
    for command in commands:
        try:
            past += memory.decide(command, memory.decider.fold(past), CONTEXT)
        except Rejected:
            continue
    approved = {event.fact_id for event in past if isinstance(event, Approved)}
    one_by_one = memory.initial
    for event in past:
        one_by_one = memory.evolve(one_by_one, event)
    facts = memory.decider.fold(past).facts
    assert facts == one_by_one.facts
    for fact_id, fact in facts.items():
        if fact is not None and fact.trust == "trusted" and fact_id not in approved:
            assert not fact.source.tainted_by
            assert fact.source.agent_id is None or fact.owner.kind != "workspace"
