"""Choosing: whom to ask for a request that names a route, explained on the record."""

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID

import msgspec

from application.ledger.payer import Payer
from application.models import routing
from application.models.card import ModelCard
from application.models.choice import Choice, Why
from application.models.engine_ports import Chosen
from application.models.failure import Code, ModelError
from application.models.health import Health, account_of, facts_of
from application.models.port import ProvidersOf
from application.models.request import ModelRequest
from application.models.tokens import TokenCounter, worst_beside
from application.ports import Clock, Payloads
from application.states import States
from domain import route
from domain.kernel import Record
from domain.route import Policy

_CODES: dict[Why, Code] = {"incapable": "model_incapable", "context_exceeded": "model_context_exceeded"}
_MENDED_BY_TIME: frozenset[Why] = frozenset({"breaker_open", "too_slow"})


class AllModels(Protocol):
    async def all(self, workspace_id: UUID) -> Mapping[str, ModelCard]:
        """Every model that a workspace knows; the same object until something changes. Raises Unavailable."""
        ...


class Choosing(Record):
    """Chooses by the routes of a workspace."""

    states: States
    providers: ProvidersOf
    models: AllModels
    counter: TokenCounter
    health: Health
    payloads: Payloads
    clock: Clock

    async def choose(self, payer: Payer, request: ModelRequest) -> Chosen:
        """Whom to ask. Raises ModelError where there is no such route or nobody can, and Unavailable."""
        asked = await worst_beside(self.counter, request, "")
        choice = await self._choice(payer.workspace_id, request, asked, str(payer.run_id or payer.user_id))
        if not choice.candidates:
            raise _nobody(request.model, choice)
        explained = msgspec.json.encode(choice).decode()
        ref = await self.payloads.put(payer.workspace_id, explained, "application/json")
        return Chosen(choice.models, ref, choice.check)

    async def policy(self, workspace_id: UUID, model: str) -> Policy | None:
        """As the workspace has it now."""
        return await policy_of(self.states, workspace_id, model)

    async def able(self, workspace_id: UUID, request: ModelRequest) -> Sequence[ModelCard]:
        """Whom the route might ask, were the request short. Raises ModelError where there is none, and Unavailable."""
        choice = await self._choice(workspace_id, request, 0, "")
        cards = await self.models.all(workspace_id)
        return tuple(cards[model] for model in choice.models if model in cards)

    async def _choice(self, workspace_id: UUID, request: ModelRequest, tokens: int, key: str) -> Choice:
        policy = await self.policy(workspace_id, request.model)
        if policy is None:
            raise ModelError("model_unknown", f"there is no {request.model} in this workspace")
        providers = await self.providers.of(workspace_id)
        facts = facts_of(self.health, account_of(workspace_id, providers), providers)
        needs = routing.needs_of(request, tokens)
        cards = await self.models.all(workspace_id)
        return routing.choose(needs, cards, facts, policy, now=self.clock(), key=key)


async def policy_of(states: States, workspace_id: UUID, model: str) -> Policy | None:
    """The policy of the route that `route/<name>` asks for; None where there is none. Raises Unavailable."""
    name = route.named(model)
    if name is None:
        return None
    if name in route.BUILT_IN:
        return route.BUILT_IN[name]
    known = await states.refresh(route.routes_stream(workspace_id))
    routes = known.state if isinstance(known.state, route.Routes) else route.initial
    return routes.policy(name)


def _nobody(model: str, choice: Choice) -> ModelError:
    """Why no model is left: what ruled out the last of those that were meant at all."""
    meant = [each for each in choice.ruled_out if each.code != "not_allowed"]
    reasons = "; ".join(f"{', '.join(each.models[:3])}: {each.detail}" for each in meant[:5])
    codes = {each.code for each in meant}
    code: Code = next((_CODES[why] for why in _CODES if why in codes), "model_unavailable")
    return ModelError(code, f"{model} has nobody to ask: {reasons}", retryable=bool(codes & _MENDED_BY_TIME))
