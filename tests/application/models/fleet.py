"""Models to choose among, and how they did lately."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from application.models.card import Capability, ModelCard
from application.models.choice import Facts, Measured, Needs, Tally
from domain.prices import LongPrices, Prices

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
SMALL, LARGE, LOCAL = "alpha/small", "beta/large", "gamma/local"


def card(model: str, price: int | None = 1_000_000, *can: Capability, quality: int | None = None) -> ModelCard:
    """A model whose input costs `price` a million tokens, and whose output four times as much."""
    prices = None if price is None else Prices(input=price, output=4 * price)
    provider = model.partition("/")[0]
    return ModelCard(id=model, provider=provider, description="x", can=can, prices=prices, quality=quality)


def fleet(*cards: ModelCard) -> dict[str, ModelCard]:
    return {each.id: each for each in cards}


def needs(*capabilities: Capability, asked: int = 1_000, answered: int = 500) -> Needs:
    return Needs("compose", asked, answered, capabilities)


def takes(seconds: float, success: float | None = None) -> Measured:
    """What takes so long to begin, and then speaks at once."""
    return Measured(seconds, 1_000_000.0, success)


abilities: st.SearchStrategy[Capability] = st.sampled_from(("tools", "vision", "structured_output", "reasoning"))
some_prices = st.none() | st.integers(0, 10**9)
longs = st.none() | st.builds(LongPrices, st.integers(1, 200_000), some_prices, some_prices, some_prices, some_prices)
prices = st.none() | st.builds(
    Prices, input=some_prices, cached_input=some_prices, output=some_prices, reasoning=some_prices, long=longs
)
providers = st.sampled_from(("alpha", "beta", "offline"))
limits = st.none() | st.integers(100, 300_000)
measurements = st.builds(
    Measured,
    st.none() | st.floats(0.001, 100),
    st.none() | st.floats(0.1, 1_000),
    st.none() | st.floats(0, 1),
    st.none() | st.integers(-3_600, 3_600).map(lambda seconds: NOW + timedelta(seconds=seconds)),
    st.just("answered"),
    st.dictionaries(st.just("compose"), st.builds(lambda a, b: Tally(min(a, b), max(a, b)), *[st.floats(0, 50)] * 2)),
)


@st.composite
def cards(draw: st.DrawFn) -> ModelCard:
    provider = draw(providers)
    return ModelCard(
        id=f"{provider}/{draw(st.integers(0, 30))}",
        provider=provider,
        description="x",
        context_tokens=draw(limits),
        output_tokens=draw(limits),
        prices=draw(prices),
        can=tuple(draw(st.sets(abilities))),
        regions=tuple(sorted(draw(st.sets(st.sampled_from(("eu", "us")))))),
        retires=draw(st.none() | st.dates(NOW.date().replace(day=1, month=10), NOW.date().replace(day=30))),
        quality=draw(st.none() | st.integers(0, 100)),
    )


fleets = st.lists(cards(), max_size=20).map(lambda some: fleet(*some))


@st.composite
def all_facts(draw: st.DrawFn) -> Facts:
    models = st.builds(lambda a, b: f"{a}/{b}", providers, st.integers(0, 30))
    measured = draw(st.dictionaries(models, measurements, max_size=20))
    return Facts(measured, draw(st.dictionaries(providers, st.just("it has no key"), max_size=1)))


all_needs = st.builds(
    Needs,
    st.just("compose"),
    st.integers(0, 400_000),
    st.integers(1, 10_000),
    st.sets(abilities, max_size=2).map(tuple),
    st.none() | st.sampled_from(("eu", "us")),
)
