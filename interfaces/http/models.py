"""Models over HTTP: what there is to choose from, and what the workspace says of it itself."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Literal

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from application.errors import Invalid
from application.models import catalogue
from application.models.card import Capability, Later, Modality, ModelCard
from application.models.choice import Measured
from application.models.failure import ModelError
from application.models.health import account_of
from application.models.port import Provider
from application.models.registry import stream_of
from domain import model, secret
from domain.kernel import Record
from domain.prices import Prices
from infrastructure.identity.tokens import now
from infrastructure.models.offline import provider as offline
from interfaces.composition import Core
from interfaces.http.commands import Accepted, Key, Signed, sent
from interfaces.http.model_health import ModelHealth, health_of


class Model(Record, kw_only=True):
    """A model as the workspace has it. What is null, or left out of the prices, is unknown.

    Prices are micro-dollars per million tokens; `later` are those that its vendor has announced. What is neither in
    `can` nor in `cannot` is unknown. Where it is not available, `mend` is what would help: a `secret` of the
    workspace, or only a `setting` of this Z2. From the day `retires` on it is not to be used. `overridden` says that
    the workspace has a word of its own on it; `as_of` is the day on which `source` said this, or, where no source is
    named, the workspace.
    """

    id: str
    provider: str
    description: str
    available: bool
    why_not: str | None
    mend: Literal["secret", "setting"] | None
    is_default: bool
    family: str
    context_tokens: int | None
    output_tokens: int | None
    prices: Prices
    later: tuple[Later, ...]
    can: tuple[Capability, ...]
    cannot: tuple[Capability, ...]
    inputs: tuple[Modality, ...]
    outputs: tuple[Modality, ...]
    regions: tuple[str, ...]
    retires: date | None
    quality: int | None
    source: str | None
    as_of: date | None
    overridden: bool
    health: ModelHealth | None


class ModelList(Record):
    """The models of all providers."""

    items: list[Model]


class DiscoverModels(Record, forbid_unknown_fields=True):
    """Whom to ask."""

    provider: Annotated[str, Meta(min_length=1, max_length=80)]


class Offer(Record):
    """A model that a provider has. `known` tells whether the workspace has it already; else register it."""

    id: str
    known: bool


class Offered(Record):
    """What a provider has now by its own word; nothing, and why, where it could not be asked."""

    provider: str
    why_not: str | None
    items: list[Offer]


class ModelController(Controller):
    path = "/models"
    tags = ("models",)

    @get(operation_id="listModels", summary="List the models, ready or not")
    async def all(self, request: Signed, core: NamedDependency[Core]) -> ModelList:
        """Of every provider that this Z2 knows: what ships with it, and what the workspace has registered."""
        workspace_id = request.user.workspace_id
        cards = await core.models.all(workspace_id, anew=True)
        words = await core.models.words(workspace_id)
        providers = {each.name: each for each in (await core.providers.of(workspace_id)).all()}
        rank = {name: number for number, name in enumerate(providers)}
        known = sorted((each for each in cards.values() if each.provider in rank), key=lambda it: rank[it.provider])
        default = core.settings.default_model
        health = core.health.measured(account_of(workspace_id, await core.providers.of(workspace_id)))
        return ModelList(
            [_shown(card, providers[card.provider], default, health, overridden=card.id in words) for card in known]
        )

    @post(operation_id="registerModel", summary="Say what a model is and can", status_code=200)
    async def register(
        self, data: JSONBody[model.RegisterModel], request: Signed, core: NamedDependency[Core], key: Key
    ) -> Accepted:
        """What is left out is as the catalogue has it. It counts for calls that begin a second later."""
        providers = (await core.providers.of(request.user.workspace_id)).all()
        _check_possible(data.model, [each.name for each in providers])
        return await _said(data, request, core, key)

    @post("/reprice", operation_id="repriceModel", summary="Set the prices of a model", status_code=200)
    async def reprice(
        self, data: JSONBody[model.RepriceModel], request: Signed, core: NamedDependency[Core], key: Key
    ) -> Accepted:
        """Calls that begin a second later cost this; every call before keeps the price that it was made at."""
        await _check_known(data.model, request, core)
        return await _said(data, request, core, key)

    @post("/retire", operation_id="retireModel", summary="Use a model no more", status_code=200)
    async def retire(
        self, data: JSONBody[model.RetireModel], request: Signed, core: NamedDependency[Core], key: Key
    ) -> Accepted:
        await _check_known(data.model, request, core)
        return await _said(data, request, core, key)

    @post("/reinstate", operation_id="reinstateModel", summary="Use a retired model again", status_code=200)
    async def reinstate(
        self, data: JSONBody[model.ReinstateModel], request: Signed, core: NamedDependency[Core], key: Key
    ) -> Accepted:
        """A retirement by its vendor goes on to count."""
        await _check_known(data.model, request, core)
        return await _said(data, request, core, key)

    @post("/forget", operation_id="forgetModel", summary="Go back to what the catalogue says", status_code=200)
    async def forget(
        self, data: JSONBody[model.ForgetModel], request: Signed, core: NamedDependency[Core], key: Key
    ) -> Accepted:
        """All that the workspace has said of the model counts no more; that it was said stays in the log."""
        return await _said(data, request, core, key)

    @post("/discover", operation_id="discoverModels", summary="Ask a provider which models it has", status_code=200)
    async def discover(self, data: JSONBody[DiscoverModels], request: Signed, core: NamedDependency[Core]) -> Offered:
        """With the workspace's key for it, if there is one, and otherwise with that of this Z2; it costs nothing."""
        workspace_id = request.user.workspace_id
        providers = {each.name: each for each in (await core.providers.of(workspace_id, anew=True)).all()}
        if data.provider not in providers:
            raise Invalid(_no_provider(data.provider, [*providers]), field="provider")
        known = await core.models.all(workspace_id, anew=True)
        try:
            names = await _offered(providers[data.provider])
        except ModelError as error:
            return Offered(data.provider, str(error), [])
        ids = [f"{data.provider}/{name}" for name in names]
        return Offered(data.provider, None, [Offer(each, each in known) for each in ids])


def _check_possible(name: str, providers: Sequence[str]) -> None:
    """Raise Invalid where no provider could have such a model."""
    provider = name.partition("/")[0]
    if provider not in providers:
        raise Invalid(_no_provider(provider, providers), field="model")
    if provider == offline.NAME and catalogue.card(name) is None:
        raise Invalid(f"the offline engine has no model but {offline.MODEL}", field="model")


async def _offered(provider: Provider) -> Sequence[str]:
    """The names of what the provider has. Raises ModelError."""
    if (why_not := provider.unavailable()) is not None:
        raise ModelError("model_key_missing", why_not)
    return await provider.discover()


def _no_provider(name: str, providers: Sequence[str]) -> str:
    return f"there is no provider {name!r}; known are {', '.join(providers)}"


async def _check_known(name: str, request: Signed, core: Core) -> None:
    """Raise Invalid where neither the catalogue nor the workspace knows the model."""
    if name not in await core.models.all(request.user.workspace_id, anew=True):
        raise Invalid(f"there is no model {name!r} in this workspace; register it first", field="model")


async def _said(command: model.Commands, request: Signed, core: Core, key: Key) -> Accepted:
    workspace_id = request.user.workspace_id
    accepted = await sent(core, stream_of(workspace_id), command, request.user, key=key)
    await core.models.all(workspace_id, anew=True)
    return accepted


def _shown(
    card: ModelCard, provider: Provider, default: str, health: Mapping[str, Measured], *, overridden: bool
) -> Model:
    why_not, mend = _hindrance(card, provider)
    return Model(
        id=card.id,
        provider=card.provider,
        description=card.description,
        available=why_not is None,
        why_not=why_not,
        mend=mend,
        is_default=card.id == default,
        family=card.family,
        context_tokens=card.context_tokens,
        output_tokens=card.output_tokens,
        prices=card.prices or Prices(),
        later=card.later,
        can=card.can,
        cannot=card.cannot,
        inputs=card.inputs,
        outputs=card.outputs,
        regions=card.regions,
        retires=card.retires,
        quality=card.quality,
        source=card.source,
        as_of=card.as_of,
        overridden=overridden,
        health=health_of(health.get(card.id, health.get(card.provider))),
    )


def _hindrance(card: ModelCard, provider: Provider) -> tuple[str | None, Literal["secret", "setting"] | None]:
    """What keeps the model from being asked now, if anything does, and what would help."""
    if card.retires is not None and card.retires <= now().date():
        return f"it is retired since {card.retires}; choose another model", None
    why_not = provider.unavailable()
    if why_not is None:
        return None, None
    return why_not, "secret" if provider.name in secret.PROVIDERS else "setting"
