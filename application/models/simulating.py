"""Simulating: whom a route would ask for a request, and what a past run would have come to under another policy.

No model is asked. A past call is taken with the tokens that it was recorded with, which another model would count a
little differently, and without what only the model that answered it had in its cache.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import TypeAlias
from uuid import UUID

from application.errors import Invalid
from application.intelligence import requests
from application.models import routing
from application.models.card import ModelCard
from application.models.choice import Choice, Facts, Needs
from application.models.choosing import AllModels, policy_of
from application.models.cost import cost_micro_usd
from application.models.health import Health, account_of, facts_of
from application.models.port import ProvidersOf
from application.models.stream import Usage
from application.ports import Clock, Payloads, Recorded
from application.states import States
from domain import route
from domain.kernel import PayloadRef, Record, replace
from domain.route import Policy
from domain.run_events import CallBegun, CallRecorded

Past: TypeAlias = Callable[[UUID, UUID], Awaitable[Sequence[Recorded]]]
"""The events of a stream of a workspace. Raises NotFound."""


class Simulated(Record):
    """A call as it was, and as it would have been; a cost of None is unknown, and `choice` tells why it is that model.

    Where no model could have been asked, there is none.
    """

    step: str
    attempt: int
    call: int
    model: str
    cost_micro_usd: int | None
    chosen: str | None
    chosen_micro_usd: int | None
    choice: Choice


class Simulation(Record):
    """All recorded calls of a run. A sum is None where a part of it is unknown, or was not to be had."""

    calls: tuple[Simulated, ...]
    cost_micro_usd: int | None
    chosen_micro_usd: int | None


class Simulator(Record):
    """Chooses as the engine does, and does nothing more."""

    states: States
    past: Past
    providers: ProvidersOf
    models: AllModels
    health: Health
    payloads: Payloads
    clock: Clock

    async def policy(self, workspace_id: UUID, name: str) -> Policy:
        """The policy of a route. Raises Invalid where there is none, and Unavailable."""
        policy = await policy_of(self.states, workspace_id, f"{route.PREFIX}{name}")
        if policy is None:
            raise Invalid(f"there is no route {name!r} in this workspace", field="route")
        return policy

    async def choice(self, workspace_id: UUID, policy: Policy, needs: Needs, key: str) -> Choice:
        """Whom to ask now. Raises Unavailable."""
        cards = await self.models.all(workspace_id)
        return routing.choose(needs, cards, await self._facts(workspace_id), policy, now=self.clock(), key=key)

    async def simulate(self, workspace_id: UUID, run_id: UUID, policy: Policy) -> Simulation:
        """Raises NotFound where there is no such run, and Unavailable."""
        facts = await self._facts(workspace_id)
        # what fails just now says nothing about a run of some time ago
        calm = {model: replace(each, open_until=None) for model, each in facts.measured.items()}
        facts = Facts(calm, facts.unavailable)
        calls = [each async for each in self._calls(workspace_id, run_id, policy, facts)]
        was, would_be = [each.cost_micro_usd for each in calls], [each.chosen_micro_usd for each in calls]
        return Simulation(tuple(calls), _sum(was), _sum(would_be))

    async def _facts(self, workspace_id: UUID) -> Facts:
        providers = await self.providers.of(workspace_id)
        return facts_of(self.health, account_of(workspace_id, providers), providers)

    async def _calls(self, workspace_id: UUID, run_id: UUID, policy: Policy, facts: Facts) -> AsyncIterator[Simulated]:
        today, every = self.clock().date(), await self.models.all(workspace_id)
        cards = {model: card.on(today) for model, card in every.items()}
        asked = dict[tuple[str, int, int, int], PayloadRef]()
        for recorded in await self.past(run_id, workspace_id):
            event = recorded.event
            if isinstance(event, CallBegun):
                asked[event.step, event.attempt, event.call, event.tried] = event.request
            if isinstance(event, CallRecorded):
                ref = asked[event.step, event.attempt, event.call, event.tried]
                request = await requests.whole(ref, partial(self.payloads.get, workspace_id))
                needs = routing.needs_of(request, event.tokens.input)
                choice = routing.choose(needs, cards, facts, policy, now=self.clock(), key=str(run_id))
                yield _simulated(event, choice, cards)


def _simulated(event: CallRecorded, choice: Choice, cards: Mapping[str, ModelCard]) -> Simulated:
    chosen = choice.models[0] if choice.models else None
    if chosen is None:
        cost = None
    elif chosen == event.model:
        cost = event.cost_micro_usd
    else:
        # its cache knows nothing of what the other one had in its own
        tokens = event.tokens
        usage = Usage(tokens.input, tokens.output, reasoning_tokens=tokens.reasoning)
        cost = cost_micro_usd(cards[chosen].prices, usage)
    return Simulated(event.step, event.attempt, event.call, event.model, event.cost_micro_usd, chosen, cost, choice)


def _sum(costs: Sequence[int | None]) -> int | None:
    return None if None in costs else sum(cost for cost in costs if cost is not None)
