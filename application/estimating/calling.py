"""What one call of a model may cost."""

from collections.abc import Callable, Mapping

from application.estimating.amounts import ZERO, Amount, Guessed, Known, Range, Thing
from application.estimating.view import View
from application.intelligence import prompt
from application.intelligence.prompt import Material
from application.models.card import ModelCard
from application.models.cost import cost_micro_usd
from application.models.request import Message, ModelRequest, Text
from application.models.stream import Usage
from application.models.tokens import TokenCounter
from application.orchestration.performing.asking import as_text
from domain import agent
from domain.definition import InlineAgent
from domain.kernel import Record
from domain.nodes import Agent

SHORTEST_ANSWER = 1
"""Tokens."""


class Asking(Record):
    """Who is asked: the agents by their names, and the model of each; None where nothing is known of it."""

    agents: Mapping[str, InlineAgent]
    card_of: Callable[[str], ModelCard | None]
    counter: TokenCounter

    def weigh(self, text: str) -> int:
        """The most tokens that a text can have."""
        return self.counter.worst(ModelRequest("", "answer", "", (Message("user", (Text(text),)),)), "")


def of_agent(node: Agent, view: View, asking: Asking) -> tuple[Amount, Thing]:
    """Of an agent's answer; what it is asked is counted as it will be sent, as far as it is known."""
    card = asking.card_of(node.agent)
    told = asking.agents.get(node.agent, InlineAgent("", ""))
    doer = agent.Agent("active", 1, node.agent, told.role, told.instructions, told.task)
    asked, more = view.text(node.prompt)
    known, guessed = _material(node, view)
    model, family = (card.id, card.family) if card else (node.agent, "")
    request = prompt.build(asked, doer, model, known, node.output)
    at_least, at_most = asking.counter.count(request, family), asking.counter.worst(request, family)
    given = Range(at_least, at_most) + more + guessed
    said = Range(SHORTEST_ANSWER, request.max_output_tokens)
    return Amount(Range(1, 1), given, said, _price(card, given, said)), Guessed(said)


def _material(node: Agent, view: View) -> tuple[list[Material], Range]:
    """What is known of the material, and the tokens of the rest."""
    things: list[tuple[str, Thing]] = []
    if node.input:
        things.append(("Input", view.value(node.input)))
    elif node.document:
        things.append(("Source: ", view.names["input"]))
    things += [(need, view.steps.get(need, Known(None))) for need in node.needs]
    known = [
        Material(title, as_text(thing.value))
        for title, thing in things
        if isinstance(thing, Known) and thing.value is not None
    ]
    return known, sum((thing.tokens for _, thing in things if isinstance(thing, Guessed)), ZERO)


def _price(card: ModelCard | None, given: Range, said: Range) -> Range:
    """An unknown price of a part is told by whoever asks; here it has no bound."""
    prices = card.prices if card else None
    low = cost_micro_usd(prices, Usage(given.low, said.low))
    if given.high is None or said.high is None:
        return Range(low or 0, None)
    return Range(low or 0, cost_micro_usd(prices, Usage(given.high, said.high)))
