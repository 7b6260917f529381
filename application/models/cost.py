"""What a model call costs, in whole micro-dollars."""

from application.models.port import LongPrompt, ModelCard, Usage

_MILLION = 1_000_000


def cost_micro_usd(card: ModelCard | None, usage: Usage) -> int | None:
    """The price of one call in micro-dollars, rounded up to a whole one so that the bill is never understated.

    Each input token is paid once: as read from the cache, as written to the cache, or plain. Reasoning is part of
    the output. A request longer than the card's threshold pays the long prices for all of its tokens. None when the
    model is not listed or a price that the call needs is unknown.
    """
    if card is None:
        return None
    prices = _prices(card, usage)
    plain = max(0, usage.input_tokens - usage.cached_input_tokens - usage.cache_write_tokens)
    total = 0
    for tokens, price in (
        (plain, prices.input_price),
        (usage.cached_input_tokens, prices.cached_input_price),
        (usage.cache_write_tokens, prices.cache_write_price),
        (usage.output_tokens, prices.output_price),
    ):
        if tokens and price is None:
            return None
        total += tokens * (price or 0)
    return -(-total // _MILLION)


def _prices(card: ModelCard, usage: Usage) -> ModelCard | LongPrompt:
    long = card.long_prompt
    return long if long is not None and usage.input_tokens > long.above_input_tokens else card
