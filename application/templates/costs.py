"""What a template costs on its own sample, for a model that is named."""

from collections.abc import Mapping

from application.estimating.amounts import Amount, Range
from application.estimating.calling import SHORTEST_ANSWER, Asking
from application.estimating.estimating import Estimator
from application.models.card import ModelCard
from application.models.request import ModelRequest
from application.models.tokens import TokenCounter
from application.orchestration.tools import Tool
from application.templates.needing import OFFLINE
from application.templates.template import Template
from domain.kernel import Record

REFERENCE = "openai/gpt-6-luna"
"""The model by which templates are compared where nobody names one and the default costs nothing."""

LONGEST_ANSWER = ModelRequest("", "answer", "", ()).max_output_tokens

ASSUMPTIONS = (
    f"an answer has from {SHORTEST_ANSWER} to {LONGEST_ANSWER:,} tokens, the most that Z2 asks for",
    "at least: the shortest way through the workflow; at most: the longest",
    "what is asked is counted on the sample; at most with the margin measured for the model's tokenizer",
    "prices are those of the model registry, without discounts for what is cached or in a batch",
    "attempts that fail are not counted",
)

_ROOM = 1_000


class Cost(Record):
    """Bounds for a run; what is null is unknown, and `why_unknown` says why."""

    model: str
    calls: Range
    input_tokens: Range
    output_tokens: Range
    micro_usd_low: int | None
    micro_usd_high: int | None
    why_unknown: str = ""


class Costs:
    """Each is computed once for what is known of a model."""

    def __init__(self, counter: TokenCounter, tools: Mapping[str, Tool]) -> None:
        self._counter = counter
        self._tools = tools
        self._kept: dict[tuple[str, str, ModelCard | None], Cost] = {}

    async def of(self, template: Template, model: str, card: ModelCard | None) -> Cost | None:
        """None where the model cannot do it on the sample."""
        value = template.sample.value()
        if model.startswith(OFFLINE) and template.asks_a_model(value):
            return None
        key = template.name, model, card
        if key not in self._kept:
            asking = Asking(template.definition.agents, lambda _: card, self._counter)
            amount = await Estimator(asking, self._tools).of(template.definition, value)
            if len(self._kept) >= _ROOM:
                self._kept.clear()
            self._kept[key] = told(model, [card], amount)
        return self._kept[key]


def told(model: str, cards: list[ModelCard | None], amount: Amount) -> Cost:
    """The amount as a cost; `cards` are what is known of those who are asked."""
    why = _why(model, cards, amount)
    if why and amount.calls.high is not None:
        return Cost(model, amount.calls, amount.input, amount.output, None, None, why)
    low, high = amount.micro_usd.low, amount.micro_usd.high
    return Cost(model, amount.calls, amount.input, amount.output, low, high, why)


def _why(model: str, cards: list[ModelCard | None], amount: Amount) -> str:
    for card in cards:
        if card is None:
            return f"nothing is known of the prices of {model}"
        if card.prices is None or card.prices.input is None or card.prices.output is None:
            return f"the prices of {card.id} are not known"
    return "" if amount.micro_usd.high is not None else "nothing bounds how often a model is asked, or for how much"
