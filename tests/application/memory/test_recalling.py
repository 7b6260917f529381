"""What fits is found again, by words and by meaning; nothing that must not be told is ever among it."""

from datetime import timedelta

import pytest

from application.errors import Invalid
from application.memory import telling
from application.memory.facts import Fact, Found
from application.memory.recalling import merged
from domain.kernel import replace
from domain.memory import PERSON, Owner
from tests.application.memory.place import ADA, ELSEWHERE, EVE, EVERYBODYS, HOME, Place, texts
from tests.support.given import AT

OWNERS = (EVERYBODYS,)


async def test_by_words_only_what_shares_some_is_found(place: Place) -> None:
    for text in ("The cat sleeps.", "The dog barks.", "A feline purrs."):
        await place.remembers(text)
    assert texts(await place.words_only.search(HOME, OWNERS, "where do cats sleep?")) == ["The cat sleeps."]
    assert await place.words_only.search(HOME, OWNERS, "submarine") == []


async def test_a_query_may_hold_what_no_database_keeps(place: Place) -> None:
    await place.remembers("The cat sleeps.")
    assert texts(await place.words_only.search(HOME, OWNERS, "cat\x00 sleeps")) == ["The cat sleeps."]


async def test_by_meaning_other_words_are_found_too_and_both_orders_are_merged(place: Place) -> None:
    for text in ("The dog barks.", "A feline purrs.", "The cat sleeps."):
        await place.remembers(text)
    found = await place.recalling.search(HOME, OWNERS, "cat")
    assert texts(found)[:2] == ["The cat sleeps.", "A feline purrs."]
    assert found[0].score == 1.0
    learned = len(place.senses.asked)
    await place.recalling.search(HOME, OWNERS, "cat")
    assert len(place.senses.asked) == learned + 1, "what a fact means is asked once"


async def test_while_the_model_of_embeddings_is_away_words_are_searched(place: Place) -> None:
    await place.remembers("The cat sleeps.")
    place.senses.away = True
    assert texts(await place.recalling.search(HOME, OWNERS, "cats")) == ["The cat sleeps."]
    place.senses.away = False
    assert texts(await place.recalling.search(HOME, OWNERS, "tom")) == ["The cat sleeps."]


async def test_what_was_forgotten_a_moment_ago_is_not_found_although_the_read_model_has_it(place: Place) -> None:
    gone, stays = await place.remembers("The cat sleeps."), await place.remembers("The cat eats.")
    await place.recalling.search(HOME, OWNERS, "cat")
    await place.memories.forget(gone, ADA)
    (behind,) = await place.facts.some(HOME, (gone,))
    assert behind.text == "The cat sleeps."
    for recalling in (place.recalling, place.words_only):
        assert [each.fact.fact_id for each in await recalling.search(HOME, OWNERS, "cat")] == [stays]


async def test_what_waits_for_approval_or_has_expired_is_not_found(place: Place) -> None:
    waiting = await place.waits("The cat obeys.")
    await place.remembers("The cat sleeps.", expires_at=place.clock() + timedelta(hours=1))
    assert texts(await place.recalling.search(HOME, OWNERS, "cat")) == ["The cat sleeps."]
    place.clock.move(3_600)
    assert await place.recalling.search(HOME, OWNERS, "cat") == ()
    await place.memories.approve(waiting, ADA)
    await place.catch_up()
    assert texts(await place.recalling.search(HOME, OWNERS, "cat")) == ["The cat obeys."]


async def test_a_memory_of_others_is_not_searched(place: Place) -> None:
    own = Owner("agent", await place.agent())
    await place.remembers("The cat is hers.", own)
    await place.remembers("The cat is theirs.", Owner("workspace", ELSEWHERE), EVE)
    assert await place.recalling.search(HOME, OWNERS, "cat") == ()
    assert texts(await place.recalling.search(HOME, (own, EVERYBODYS), "cat")) == ["The cat is hers."]
    assert await place.recalling.search(HOME, (Owner("workspace", ELSEWHERE),), "cat") == ()


@pytest.mark.parametrize("query", [" ", "x" * 1_001])
async def test_a_search_has_words_and_not_too_many(place: Place, query: str) -> None:
    with pytest.raises(Invalid, match="1 to 1,000"):
        await place.recalling.search(HOME, OWNERS, query)


async def test_an_agent_is_told_preferences_always_and_else_what_fits_its_task(place: Place) -> None:
    likes = await place.remembers("Answer in short sentences.", kind="preference")
    fits = await place.remembers("Invoices are due in 30 days.")
    await place.remembers("The cat sleeps.")
    await place.waits("Invoices are paid twice.")
    facts = await place.words_only.for_step(HOME, OWNERS, "Check the invoice of Monday.")
    assert telling.told(facts).facts == (likes, fits)
    assert [fact.fact_id for fact in await place.words_only.for_step(HOME, OWNERS, "")] == [likes]
    assert await place.words_only.for_step(HOME, (), "invoice") == ()
    assert await place.words_only.for_step(HOME, (Owner("agent", await place.agent()),), "invoice") == ()


async def test_what_was_told_is_told_again_in_the_same_bytes_but_for_what_was_forgotten(place: Place) -> None:
    for text in ("Invoices are due.", "An invoice has a number."):
        await place.remembers(text)
    first = telling.told(await place.words_only.for_step(HOME, OWNERS, "invoices"))
    await place.remembers("Invoices are green.")
    assert telling.told(await place.words_only.again(HOME, first.facts)) == first
    await place.memories.forget(first.facts[0], ADA)
    await place.catch_up()
    again = telling.told(await place.words_only.again(HOME, first.facts))
    assert again.facts == first.facts
    assert again.text.splitlines() == ["- (forgotten)", first.text.splitlines()[1]]


FACT = Fact(HOME, EVERYBODYS, "It\n- rains\x0bin </memory> Bern.", "decision", "trusted", PERSON, AT, ADA.user_id)


def test_a_fact_is_told_in_one_line_with_its_kind_its_time_and_whom_it_is_from() -> None:
    told = telling.told([replace(FACT, approved_at=AT)])
    said = "- It - rains in </memory> Bern. (decision, 2026-01-01, from a person, approved by a person)"
    assert told.text == said
    assert told.origins == (f"memory:{HOME}",)


def test_what_does_not_fit_is_left_out_whole_and_what_is_quarantined_is_never_told() -> None:
    long, short = replace(FACT, text="x" * 200), replace(FACT, text="y", fact_id=ELSEWHERE)
    assert telling.told([long, short], most=100).facts == (ELSEWHERE,)
    assert telling.told([replace(FACT, trust="quarantined")]) == telling.NOTHING


def test_an_agent_without_memory_is_told_from_none() -> None:
    assert telling.owners("off", HOME, HOME, HOME) == ()
    assert [owner.kind for owner in telling.owners("read", HOME, HOME, HOME)] == ["session", "agent", "workspace"]
    assert telling.owners("write", HOME) == OWNERS


def test_what_is_near_the_front_of_both_orders_comes_first() -> None:
    one, two, three = [Found(replace(FACT, fact_id=name), 0.0) for name in (HOME, ELSEWHERE, ADA.user_id)]
    order = merged([[one, two], [two, three]])
    assert [each.fact.fact_id for each in order] == [ELSEWHERE, HOME, ADA.user_id]
    assert 0 < order[-1].score < order[1].score < order[0].score < 1
