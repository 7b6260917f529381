"""What a workflow may cost is computed from its nodes, its input and the prices, and from nothing else."""

from typing import Any

import pytest

from application.estimating.amounts import Amount, Range
from application.estimating.calling import Asking
from application.estimating.estimating import Estimator
from application.models import catalogue
from application.models.card import ModelCard
from application.templates import TEMPLATES
from application.templates.costs import LONGEST_ANSWER, REFERENCE, Costs, told
from domain import nodes
from domain.definition import Definition, InlineAgent
from domain.nodes import AnyNode
from domain.prices import Prices
from infrastructure.identity.tokens import now
from infrastructure.models.tokens import Tokens
from infrastructure.tools.shipped import shipped
from tests.support.engine import Words

CARD = ModelCard(id="fake/model", provider="fake", description="", prices=Prices(input=1_000_000, output=2_000_000))
FREE = ModelCard(id="fake/free", provider="fake", description="", prices=Prices(input=0, output=0))
AGENTS = {"x": InlineAgent("Reader", "Read it.")}
MOST = 4_096


def an_agent(name: str = "a", **more: Any) -> nodes.Agent:
    """Four words are asked of it: two in its instructions, two in its prompt."""
    return nodes.Agent(**{"id": name, "agent": "x", "prompt": "Do it.", "document": False, **more})


async def estimated(*made: AnyNode, value: Any = "One two three.", card: ModelCard | None = CARD) -> Amount:
    """Tokens are words."""
    definition = Definition(name="Work", nodes=made, agents=AGENTS)
    tools = {tool.name: tool for tool in shipped(now)}
    return await Estimator(Asking(AGENTS, lambda _: card, Words()), tools).of(definition, value)


async def calls(*made: AnyNode, value: Any = "One two three.") -> tuple[int, int | None]:
    found = (await estimated(*made, value=value)).calls
    return found.low, found.high


async def test_one_call_costs_what_is_asked_and_what_may_be_answered() -> None:
    found = await estimated(an_agent())
    assert found == Amount(Range(1, 1), Range(4, 4), Range(1, MOST), Range(4 + 2 * 1, 4 + 2 * MOST))


async def test_a_document_is_counted_where_it_is_given() -> None:
    without, with_it = await estimated(an_agent()), await estimated(an_agent(document=True))
    assert with_it.input.low - without.input.low >= 3


async def test_an_answer_is_counted_again_where_another_needs_it() -> None:
    one = await estimated(an_agent("a"))
    both = await estimated(an_agent("a"), an_agent("b", needs=("a",)))
    assert both.input == Range(2 * one.input.low + 1, 2 * (one.input.high or 0) + MOST)
    asked = await estimated(an_agent("a"), an_agent("b", needs=("a",), prompt="Do {{ steps.a }}"))
    # three words are asked, and the answer is there twice at most; of what an expression yields nothing need be left
    assert asked.input == Range(4 + 3 + 1, 4 + 3 + 2 * MOST)


async def test_a_map_is_counted_by_its_items_where_they_are_known() -> None:
    each = nodes.Map(id="m", over="input.list", nodes=(an_agent(input="item"),))
    assert await calls(each, value={"list": ["a", "b", "c"]}) == (3, 3)
    unknown = nodes.Map(id="m", over="steps.a.list", nodes=(an_agent("b"),), needs=("a",))
    assert await calls(an_agent("a", output={"type": "object"}), unknown) == (1, None)


async def test_a_tool_that_only_reads_is_called_to_see_what_follows() -> None:
    text = " ".join(["A sentence of some words stands here."] * 20)
    split = nodes.Tool(id="s", tool="split-document", arguments="{text: input, characters: `200`}")
    each = nodes.Map(id="m", needs=("s",), over="steps.s.pieces", nodes=(an_agent(input="item.text"),))
    low, high = await calls(split, each, value=text)
    assert low == high
    assert low > 2


async def test_a_way_is_taken_where_the_input_decides_it_and_else_any_may_be() -> None:
    def branch(when: str) -> nodes.Branch:
        arms = (nodes.Arm("one", when, (an_agent("a"),)),)
        return nodes.Branch(id="b", arms=arms, otherwise=(an_agent("c"), an_agent("d")), needs=())

    assert await calls(branch("input.yes"), value={"yes": True}) == (1, 1)
    assert await calls(branch("input.yes"), value={"yes": False}) == (2, 2)
    asked = an_agent("q", output={"type": "object"})
    later = nodes.Branch(id="b", needs=("q",), arms=(nodes.Arm("one", "steps.q.yes", (an_agent("a"),)),))
    assert await calls(asked, later) == (1, 2)


async def test_what_may_be_skipped_costs_nothing_at_least() -> None:
    asked = an_agent("q", output={"type": "object"})
    assert await calls(asked, an_agent("a", needs=("q",), when="steps.q.yes")) == (1, 2)
    assert await calls(an_agent("a", when="input.no"), value={"no": False}) == (0, 0)


async def test_a_loop_goes_once_at_least_and_as_often_as_it_may() -> None:
    assert await calls(nodes.Loop(id="l", nodes=(an_agent(),), most=5)) == (5, 5)
    assert await calls(nodes.Loop(id="l", nodes=(an_agent(),), until="last", most=5)) == (1, 5)
    assert await calls(nodes.Loop(id="l", nodes=(an_agent(),), until="last")) == (1, None)


async def test_each_turn_may_be_told_of_the_one_before() -> None:
    loop = nodes.Loop(id="l", nodes=(an_agent(prompt="Do {{ last }}"),), most=3)
    found = await estimated(loop)
    assert (found.input.high or 0) >= 2 * MOST
    assert found.input.low < 3 * MOST


async def test_patterns_are_counted_as_they_are_written_out() -> None:
    debate = nodes.Debate(id="d", agents=("x", "x"), prompt="Which?", rounds=3, judge="x")
    assert await calls(debate) == (7, 7)
    vote = nodes.Vote(id="v", agents=("x", "x", "x"), prompt="Which?", choices=("a", "b"))
    assert await calls(vote) == (3, 3)


async def test_what_nobody_can_tell_has_no_upper_bound() -> None:
    assert await calls(nodes.SubWorkflow(id="w", workflow="Other")) == (0, None)
    assert await calls(nodes.Plan(id="p", agent="x", prompt="Plan.", team=("x",))) == (0, None)
    answer = nodes.Input(id="i", question="Which?")
    found = await estimated(answer, an_agent(needs=("i",)))
    assert (found.calls, found.input.high, found.micro_usd.high) == (Range(1, 1), None, None)


async def test_what_costs_nothing_costs_nothing() -> None:
    found = await estimated(an_agent("a"), an_agent("b", needs=("a",)), card=FREE)
    assert found.micro_usd == Range(0, 0)


@pytest.mark.parametrize("card", [None, ModelCard(id="fake/dark", provider="fake", description="")])
async def test_an_unknown_price_stays_unknown(card: ModelCard | None) -> None:
    cost = told("fake/dark", [card], await estimated(an_agent(), card=card))
    assert (cost.micro_usd_low, cost.micro_usd_high) == (None, None)
    assert "not known" in cost.why_unknown or "nothing is known" in cost.why_unknown
    assert cost.calls == Range(1, 1)


async def test_the_stated_cost_of_every_template_is_its_tokens_at_the_prices_of_the_model() -> None:
    """At one price for all tokens in and another for all out, no call can cost anything else."""
    reference = next(card for card in catalogue.cards() if card.id == REFERENCE)
    assert reference.prices is not None
    given, said = reference.prices.input, reference.prices.output
    assert given is not None
    assert said is not None
    costs = Costs(Tokens(), {tool.name: tool for tool in shipped(now)})
    for template in TEMPLATES.values():
        cost = await costs.of(template, REFERENCE, reference)
        assert cost is not None
        assert cost.why_unknown == ""
        assert cost.output_tokens == Range(cost.calls.low, (cost.calls.high or 0) * LONGEST_ANSWER)
        low = (cost.input_tokens.low * given + cost.output_tokens.low * said) / 1_000_000
        assert low <= (cost.micro_usd_low or 0) < low + (cost.calls.high or 0)
        assert cost.micro_usd_high is not None
        assert cost.micro_usd_high > (cost.micro_usd_low or 0)
        dearest_in = reference.prices.cache_write or given
        ceiling = ((cost.input_tokens.high or 0) * dearest_in + (cost.output_tokens.high or 0) * said) / 1_000_000
        assert cost.micro_usd_high <= ceiling + (cost.calls.high or 0)


async def test_the_offline_engine_is_free_and_stated_only_where_it_can_do_the_work() -> None:
    offline = next(card for card in catalogue.cards() if card.id == "offline/extractive")
    costs = Costs(Tokens(), {})
    stated = {name: await costs.of(template, offline.id, offline) for name, template in TEMPLATES.items()}
    able = {name: (cost.micro_usd_low, cost.micro_usd_high) for name, cost in stated.items() if cost is not None}
    assert able == {"research-brief": (0, 0)}
