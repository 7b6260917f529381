"""What a model call costs, in whole micro-dollars: after it, and at worst before it."""

from application.models.stream import Usage
from domain.prices import LongPrices, Prices

_MILLION = 1_000_000


def cost_micro_usd(prices: Prices | None, usage: Usage) -> int | None:
    """The price of one call in micro-dollars, rounded up to a whole one so that the bill is never understated.

    Each input token is paid once: as read from the cache, as written to the cache, or plain. Reasoning is part of
    the output, at its own price where it has one. A request longer than the threshold pays the long prices for all of
    its tokens, and for reasoning that of output. None when a price that the call needs is unknown.
    """
    if prices is None:
        return None
    at = _at(prices, usage.input_tokens)
    plain = max(0, usage.input_tokens - usage.cached_input_tokens - usage.cache_write_tokens)
    apart = at is prices and prices.reasoning is not None
    thought = min(usage.reasoning_tokens, usage.output_tokens) if apart else 0
    return _sum(
        (plain, at.input),
        (usage.cached_input_tokens, at.cached_input),
        (usage.cache_write_tokens, at.cache_write),
        (usage.output_tokens - thought, at.output),
        (thought, prices.reasoning),
    )


def batch_cost_micro_usd(prices: Prices | None, usage: Usage) -> int | None:
    """The same for a call that was made as part of a batch. None where its batch prices are unknown.

    Nobody has told what a batch pays for long requests and for what it reads from the cache or writes to it.
    """
    cached = usage.cached_input_tokens or usage.cache_write_tokens
    if prices is None or cached or _at(prices, usage.input_tokens) is not prices:
        return None
    return _sum((usage.input_tokens, prices.batch_input), (usage.output_tokens, prices.batch_output))


def worst_micro_usd(prices: Prices | None, input_tokens: int, output_tokens: int) -> int | None:
    """The most that a call with so much input and at most so much output can cost; None where that is unknown."""
    if prices is None:
        return None
    at = _at(prices, input_tokens)
    if at.input is None or at.output is None:
        return None
    dearest_in = max(at.input, at.cache_write or 0, at.cached_input or 0)
    return _sum((input_tokens, dearest_in), (output_tokens, max(at.output, prices.reasoning or 0)))


def _sum(*counted: tuple[int, int | None]) -> int | None:
    total = 0
    for tokens, price in counted:
        if tokens and price is None:
            return None
        total += tokens * (price or 0)
    return -(-total // _MILLION)


def _at(prices: Prices, input_tokens: int) -> Prices | LongPrices:
    long = prices.long
    return long if long is not None and input_tokens > long.above_input_tokens else prices
