"""The catalogue that ships: whole, sourced, and without an invented figure."""

import datetime as dt
import json
from pathlib import Path

import pytest

from application.models import catalogue
from application.models.port import LongPrompt, ModelCard

PRICES = ("input_price", "cached_input_price", "cache_write_price", "output_price")
CARDS = pytest.mark.parametrize("card", catalogue.cards(), ids=lambda card: card.id)


def test_the_file_has_only_fields_that_a_card_has() -> None:
    raw = json.loads(Path(catalogue.__file__).with_name("catalogue.json").read_text())
    assert {name for card in raw for name in card} <= set(ModelCard.__struct_fields__)
    long = [card["long_prompt"] for card in raw if "long_prompt" in card]
    assert all(set(each) == set(LongPrompt.__struct_fields__) for each in long)


def test_no_model_is_listed_twice() -> None:
    ids = [card.id for card in catalogue.cards()]
    assert len(ids) == len(set(ids))


@CARDS
def test_a_card_belongs_to_its_provider_and_says_what_it_is(card: ModelCard) -> None:
    assert card.id.startswith(f"{card.provider}/")
    assert len(card.description) > 20


@CARDS
def test_a_figure_has_its_source_and_its_day(card: ModelCard) -> None:
    if card.provider == "offline":
        return
    assert card.source is not None
    assert card.source.startswith(("https://developers.openai.com/", "https://platform.claude.com/"))
    assert card.as_of is not None
    assert dt.date.fromisoformat(card.as_of) >= dt.date(2026, 9, 1)


@CARDS
def test_prices_are_known_together_or_not_at_all_and_stand_in_a_sane_order(card: ModelCard) -> None:
    prices = [getattr(card, name) for name in PRICES]
    assert len({price is None for price in prices}) == 1
    if card.input_price:
        cached, plain, written, output = prices[1], prices[0], prices[2], prices[3]
        assert cached < plain < written < output


@CARDS
def test_a_long_prompt_is_dearer(card: ModelCard) -> None:
    if card.long_prompt is not None:
        assert card.long_prompt.above_input_tokens < (card.context_tokens or 0)
        assert all(getattr(card.long_prompt, name) > getattr(card, name) for name in PRICES)


def test_a_model_is_found_by_its_name_and_an_unlisted_one_is_not() -> None:
    card = catalogue.card("anthropic/claude-sonnet-5-5")
    assert card is not None
    assert (card.input_price, card.output_price) == (2_000_000, 10_000_000)
    assert catalogue.card("openai/not-yet-born") is None


def test_the_offline_engine_says_that_it_is_no_chat_model_and_costs_nothing() -> None:
    card = catalogue.card("offline/extractive")
    assert card is not None
    assert "not a chat model" in card.description
    assert [getattr(card, name) for name in PRICES] == [0, 0, 0, 0]
