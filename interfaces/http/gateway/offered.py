"""What can be given as `model`: the models that can be asked now, and the routes of the workspace."""

from collections.abc import Mapping
from typing import Literal
from uuid import UUID

from application.gateway.naming import resolved
from application.models.card import ModelCard
from application.models.failure import ModelError
from domain import route
from domain.kernel import Record
from infrastructure.identity.tokens import now
from interfaces.composition import Core

ROUTES = "z2"
"""Who owns routes."""


class OfferedModel(Record):
    """A model that can be asked now, or a route. `owned_by` is its provider."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class OfferedModels(Record):
    """What can be given as `model`."""

    object: Literal["list"]
    data: list[OfferedModel]


async def offered(core: Core, workspace_id: UUID) -> OfferedModels:
    """The routes, and the models of providers that are ready, without those that are retired."""
    models = [_offered(card.id, card.provider) for card in (await _cards(core, workspace_id)).values()]
    routes = [_offered(name, ROUTES) for name in await _routes(core, workspace_id)]
    return OfferedModels("list", sorted([*models, *routes], key=lambda each: each.id))


async def one(core: Core, workspace_id: UUID, name: str) -> OfferedModel:
    """The one of this name, which may be that of a model alone. Raises ModelError where there is none."""
    if name in await _routes(core, workspace_id):
        return _offered(name, ROUTES)
    cards = await _cards(core, workspace_id)
    providers = (await core.providers.of(workspace_id)).all()
    card = cards.get(resolved(name, core.settings.default_model, cards, providers))
    if card is None:
        raise ModelError("model_unknown", "no such model or route can be asked in this workspace now")
    return _offered(card.id, card.provider)


async def _cards(core: Core, workspace_id: UUID) -> Mapping[str, ModelCard]:
    cards = await core.models.all(workspace_id)
    ready = {each.name for each in (await core.providers.of(workspace_id)).all() if each.unavailable() is None}
    today = now().date()
    return {
        name: card
        for name, card in cards.items()
        if card.provider in ready and (card.retires is None or card.retires > today)
    }


async def _routes(core: Core, workspace_id: UUID) -> list[str]:
    known = (await core.executor.states.refresh(route.routes_stream(workspace_id))).state
    own = known.policies if isinstance(known, route.Routes) else {}
    return [f"{route.PREFIX}{name}" for name in dict.fromkeys([*route.BUILT_IN, *own])]


def _offered(name: str, owner: str) -> OfferedModel:
    return OfferedModel(name, "model", 0, owner)
