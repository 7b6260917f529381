"""The catalogue that ships: whole, sourced, and without an invented figure."""

import datetime as dt
import json
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest

from application.models import catalogue
from application.models.card import Later, ModelCard
from domain import model
from domain.prices import LongPrices, Prices
from infrastructure.models.registry import Providers, ProviderSettings

FILE = Path(catalogue.__file__).with_name("catalogue.json")
KINDS = ("input", "cached_input", "cache_write", "output")
CARDS = [card for card in catalogue.cards() if card.provider != "offline"]
EACH = pytest.mark.parametrize("card", CARDS, ids=lambda card: card.id)
PRICED = pytest.mark.parametrize("card", [card for card in CARDS if card.prices], ids=lambda card: card.id)

PAGES = {
    "openai": ("developers.openai.com",),
    "anthropic": ("platform.claude.com",),
    "google": ("ai.google.dev",),
    "groq": ("console.groq.com",),
    "mistral": ("docs.mistral.ai", "mistral.ai"),
    "xai": ("api.x.ai", "docs.x.ai"),
    "deepseek": ("api-docs.deepseek.com",),
    "moonshot": ("platform.kimi.ai", "platform.moonshot.ai"),
    "qwen": ("www.alibabacloud.com", "docs.modelstudio.console.alibabacloud.com"),
    "together": ("api.together.ai", "www.together.ai", "docs.together.ai"),
    "perplexity": ("docs.perplexity.ai",),
}
"""Where each vendor says what its models are and cost."""

FAMILIES = {
    "",
    "gpt",
    "gpt-4o-mini",
    "gpt-oss",
    "claude",
    "gemini",
    "mistral",
    "grok",
    "deepseek",
    "kimi",
    "qwen",
    "glm",
}


def test_there_are_enough_models_of_enough_providers() -> None:
    by_provider = Counter(card.provider for card in CARDS)
    assert by_provider.total() >= 60
    assert len(by_provider) >= 10
    assert sum(card.prices is not None for card in CARDS) >= 60


def test_the_file_has_only_fields_that_a_card_has() -> None:
    raw = json.loads(FILE.read_text(encoding="utf-8"))
    assert {name for card in raw for name in card} <= set(ModelCard.__struct_fields__)


def test_no_model_is_listed_twice() -> None:
    ids = [card.id for card in catalogue.cards()]
    assert len(ids) == len(set(ids))


def test_every_provider_is_one_that_can_be_asked() -> None:
    known = {provider.name for provider in Providers.configured(ProviderSettings()).all()}
    assert {card.provider for card in catalogue.cards()} <= known


@EACH
def test_a_card_belongs_to_its_provider_and_says_what_it_is(card: ModelCard) -> None:
    assert card.id == f"{card.provider}/{card.name}"
    assert msgspec.convert({"model": card.id}, model.ForgetModel).model == card.id
    assert len(card.description) > 20
    assert card.family in FAMILIES


@EACH
def test_a_figure_has_the_page_of_its_vendor_and_its_day(card: ModelCard) -> None:
    assert card.source is not None
    parts = urlsplit(card.source)
    assert (parts.scheme, parts.hostname in PAGES[card.provider]) == ("https", True)
    assert card.as_of is not None
    assert dt.date(2026, 9, 1) <= card.as_of <= dt.date(2026, 11, 22)


@EACH
def test_limits_are_of_a_sane_size(card: ModelCard) -> None:
    assert card.context_tokens is not None
    assert 8_000 <= card.context_tokens <= 10_000_000
    assert card.output_tokens is None or 1_000 <= card.output_tokens < card.context_tokens


@EACH
def test_abilities_are_told_once_and_agree_with_what_goes_in_and_out(card: ModelCard) -> None:
    told = (*card.can, *card.cannot)
    assert len(told) == len(set(told))
    assert ("vision" in card.can) == ("image" in card.inputs)
    assert "parallel_tools" not in card.can or "tools" in card.can
    assert "text" in card.inputs
    assert "text" in card.outputs


@PRICED
def test_prices_stand_in_a_sane_order(card: ModelCard) -> None:
    prices = card.prices
    assert prices is not None
    assert prices.input is not None
    assert prices.output is not None
    assert 10_000 <= prices.input <= prices.output <= 1_000_000_000
    assert (prices.cached_input or 0) < prices.input <= (prices.cache_write or prices.input)
    assert (prices.batch_input is None) == (prices.batch_output is None)
    if prices.batch_input is not None and prices.batch_output is not None:
        assert prices.batch_input < prices.input
        assert prices.batch_output < prices.output


@PRICED
def test_a_long_prompt_is_dearer(card: ModelCard) -> None:
    assert card.prices is not None
    if (long := card.prices.long) is None:
        return
    assert long.above_input_tokens < (card.context_tokens or 0)
    both = [(_of(long, kind), _of(card.prices, kind)) for kind in KINDS]
    assert all((dear is None) == (plain is None) for dear, plain in both)
    assert all(dear > plain for dear, plain in both if dear is not None and plain is not None)


@EACH
def test_announced_prices_are_in_the_order_of_their_days_and_whole(card: ModelCard) -> None:
    days = [later.from_day for later in card.later]
    assert days == sorted(set(days))
    assert all(later.prices.input and later.prices.output for later in card.later)
    assert card.as_of is not None
    assert all(day > card.as_of for day in days)


@EACH
def test_a_model_that_ships_was_not_retired_when_it_was_looked_up(card: ModelCard) -> None:
    assert card.retires is None or card.retires > dt.date(2026, 11, 22)


def test_some_retirements_and_announced_prices_are_known() -> None:
    assert sum(card.retires is not None for card in CARDS) >= 5
    assert sum(bool(card.later) for card in CARDS) >= 3


def test_a_card_has_the_prices_of_the_day() -> None:
    first, second, third = (Prices(number, output=number) for number in (1, 2, 3))
    days = dt.date(2027, 1, 1), dt.date(2027, 2, 1)
    later = tuple(map(Later, days, (second, third)))
    card = ModelCard(id="a/b", provider="a", description="A.", prices=first, later=later)
    found = [card.on(days[0] + dt.timedelta(days=number)) for number in (-1, 0, 30, 31, 400)]
    assert [each.prices for each in found] == [first, second, second, third, third]
    assert [len(each.later) for each in found] == [2, 1, 1, 0, 0]


def test_a_model_is_found_by_its_name_and_an_unlisted_one_is_not() -> None:
    card = catalogue.card("anthropic/claude-sonnet-5-5")
    assert card is not None
    assert card.prices is not None
    assert (card.prices.input, card.prices.output) == (2_000_000, 10_000_000)
    assert catalogue.card("openai/not-yet-born") is None


def test_the_offline_engine_says_that_it_is_no_chat_model_and_costs_nothing() -> None:
    card = catalogue.card("offline/extractive")
    assert card is not None
    assert "not a chat model" in card.description
    assert [getattr(card.prices, kind) for kind in KINDS] == [0, 0, 0, 0]


def _of(prices: Prices | LongPrices, kind: str) -> int | None:
    price: int | None = getattr(prices, kind)
    return price
