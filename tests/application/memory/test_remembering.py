"""Facts are put down, approved and forgotten: once, by whom it is for to do so, and within bounds."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from application.access import Actor
from application.errors import Invalid, NotAllowed, NotFound
from application.memory.remembering import Wish
from application.ports import IdempotencyKey
from domain.kernel import Rejected, replace
from domain.memory import Owner
from tests.application.memory.place import ADA, ELSEWHERE, EVE, EVERYBODYS, HOME, Place

MACHINE = Actor(UUID(int=2), HOME, "user", agent_id=UUID(int=9), run_id=UUID(int=10))


async def test_what_a_person_remembers_is_on_the_record_with_its_text(place: Place) -> None:
    fact_id = await place.remembers("  We invoice in francs. ", kind="preference")
    (fact,) = await place.facts.some(HOME, (fact_id,))
    assert (fact.text, fact.kind, fact.trust) == ("We invoice in francs.", "preference", "trusted")
    assert (fact.remembered_by, fact.remembered_at) == (ADA.user_id, place.clock())


async def test_the_same_request_under_the_same_key_remembers_once(place: Place) -> None:
    key, fact_id, wish = IdempotencyKey(HOME, "k", b"digest"), uuid4(), Wish(EVERYBODYS, "Once.")
    first = await place.memories.remember(fact_id, wish, ADA, key=key)
    assert await place.memories.remember(fact_id, wish, ADA, key=key) == first
    assert first.stream == fact_id


@pytest.mark.parametrize(("text", "told"), [(" \n ", "is empty"), ("x" * 3_000, "has 3,000 characters; at most 2,000")])
async def test_a_fact_is_neither_empty_nor_long(place: Place, text: str, told: str) -> None:
    with pytest.raises(Invalid, match=told) as refused:
        await place.remembers(text)
    assert refused.value.field == "text"


async def test_2000_characters_of_four_bytes_each_are_remembered_whole(place: Place) -> None:
    text = "\U0001f30a" * 2_000
    (fact,) = await place.facts.some(HOME, (await place.remembers(text),))
    assert fact.text == text


async def test_a_fact_cannot_expire_before_it_is_remembered(place: Place) -> None:
    with pytest.raises(Rejected, match="expired already") as refused:
        await place.remembers("Late.", expires_at=place.clock() - timedelta(seconds=1))
    assert (refused.value.code, refused.value.field) == ("invalid_expiry", "expires_at")


async def test_a_memory_belongs_to_an_agent_or_a_session_of_the_workspace(place: Place) -> None:
    foreign = await place.agent(actor=EVE)
    for owner in (Owner("agent", uuid4()), Owner("agent", foreign), Owner("session", uuid4())):
        with pytest.raises(NotFound, match=f"no such {owner.kind}") as refused:
            await place.remembers("Theirs.", owner)
        assert refused.value.field == f"{owner.kind}_id"
    with pytest.raises(NotFound):
        await place.remembers("Theirs.", Owner("session", await place.agent()))


async def test_a_fact_is_approved_once_and_forgotten_as_often_as_one_likes(place: Place) -> None:
    fact_id = await place.waits("Perhaps.")
    await place.memories.approve(fact_id, ADA)
    with pytest.raises(Rejected, match="trusted already"):
        await place.memories.approve(fact_id, ADA)
    first = await place.memories.forget(fact_id, ADA)
    assert await place.memories.forget(fact_id, ADA) == first
    with pytest.raises(Rejected, match="no such fact"):
        await place.memories.approve(fact_id, ADA)


async def test_a_fact_that_is_nowhere_or_elsewhere_is_none(place: Place) -> None:
    foreign = await place.remembers("Theirs.", Owner("workspace", ELSEWHERE), EVE)
    for fact_id in (uuid4(), foreign):
        with pytest.raises(NotFound, match="no such fact"):
            await place.memories.forget(fact_id, ADA)
        with pytest.raises(NotFound, match="no such fact"):
            await place.memories.approve(fact_id, ADA)
    (kept,) = await place.facts.some(ELSEWHERE, (foreign,))
    assert kept.text == "Theirs."


async def test_an_agents_own_credential_has_its_facts_wait_and_decides_about_none(place: Place) -> None:
    fact_id = await place.remembers("Trust me.", actor=MACHINE)
    (fact,) = await place.facts.some(HOME, (fact_id,))
    assert (fact.trust, fact.source.agent_id, fact.source.tainted_by) == ("quarantined", MACHINE.agent_id, ("token",))
    for decide in (place.memories.approve, place.memories.forget):
        with pytest.raises(NotAllowed, match="people decide"):
            await decide(fact_id, MACHINE)


async def test_who_may_only_read_changes_nothing(place: Place) -> None:
    reader = replace(ADA, role="agent")
    with pytest.raises(NotAllowed, match="memories:write"):
        await place.remembers("No.", actor=reader)
    with pytest.raises(NotAllowed, match="memories:approve"):
        await place.memories.approve(uuid4(), reader)
