"""Route: how a workspace chooses among models, under a name; whoever asks `route/<name>` is given the best one."""

from typing import Annotated, Literal, TypeAlias
from uuid import UUID, uuid5

from msgspec import Meta

from domain.kernel import Command, Context, Decider, Event, Record, Rejected, Slug

PREFIX = "route/"
AUTO = "auto"
MOST_ROUTES = 200

Strategy: TypeAlias = Literal["weighted", "cheapest", "fastest", "cascade", "split"]
"""How those that can are put in order; in a `split` each gets its share of the requests."""

Check: TypeAlias = Literal["complete", "format"]
"""What an answer of a cascade must be: `complete` is neither empty, refused nor cut off; `format` is so and besides
valid JSON of the schema that was asked for."""

ModelId: TypeAlias = Annotated[str, Meta(max_length=200, pattern=r"^(?!route/)[a-z0-9_-]+/[^\s*\x00-\x1f\x7f]+$(?!\n)")]
Pattern: TypeAlias = Annotated[
    str, Meta(max_length=200, pattern=r"^(?!route/)[a-z0-9_*-]+/[^\s\[\]?\x00-\x1f\x7f]+$(?!\n)")
]
"""A model, or several: `*` stands for any characters, as in `openai/*`."""

Weight: TypeAlias = Annotated[int, Meta(ge=0, le=100)]
Region: TypeAlias = Annotated[str, Meta(min_length=1, max_length=40, pattern=r"^[^\s\x00-\x1f\x7f]+$(?!\n)")]


class Weights(Record, forbid_unknown_fields=True):
    """How much each counts, relative to the others."""

    cost: Weight = 1
    latency: Weight = 1
    quality: Weight = 1


class Share(Record):
    """So many parts of all requests go to this model."""

    model: str
    parts: Annotated[int, Meta(ge=1, le=1_000)] = 1


class Policy(Record, kw_only=True):
    """Among which models to choose, and how.

    No `models` are all models. `last` are taken only where no other can. `most_micro_usd` bounds what a call can cost
    at worst; `most_milliseconds` how long an answer of usual length takes. With `regions`, data goes nowhere else.
    A cascade asks the models in `order`, or the cheapest first, until an answer passes its check.
    """

    strategy: Strategy = "weighted"
    models: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    weights: Weights = Weights()
    most_micro_usd: Annotated[int, Meta(ge=0, le=10**12)] | None = None
    most_milliseconds: Annotated[int, Meta(ge=1, le=10**7)] | None = None
    regions: tuple[str, ...] = ()
    shares: tuple[Share, ...] = ()
    order: tuple[str, ...] = ()
    check: Check | None = None


class WantedShare(Share, forbid_unknown_fields=True):
    """So many parts of all requests go to this model."""

    model: ModelId


class WantedPolicy(Policy, kw_only=True, forbid_unknown_fields=True):
    """A policy as somebody asks for it: its words are checked before it is kept."""

    models: Annotated[tuple[Pattern, ...], Meta(max_length=200)] = ()
    never: Annotated[tuple[Pattern, ...], Meta(max_length=200)] = ()
    last: Annotated[tuple[Pattern, ...], Meta(max_length=200)] = ()
    regions: Annotated[tuple[Region, ...], Meta(max_length=50)] = ()
    shares: Annotated[tuple[WantedShare, ...], Meta(max_length=50)] = ()
    order: Annotated[tuple[Pattern, ...], Meta(max_length=50)] = ()

    def plain(self) -> Policy:
        """The same as it is kept."""
        told = {name: getattr(self, name) for name in self.__struct_fields__}
        return Policy(**{**told, "shares": tuple(Share(each.model, each.parts) for each in self.shares)})


BUILT_IN: dict[str, Policy] = {AUTO: Policy(last=("offline/*",))}
"""The routes of every workspace."""


class Defined(Event, tag="route.defined.v1"):
    name: str
    policy: Policy


class Removed(Event, tag="route.removed.v1"):
    name: str


Events: TypeAlias = Defined | Removed


class DefineRoute(Command):
    """Make the route, or give it another policy from now on."""

    name: Slug
    policy: WantedPolicy


class RemoveRoute(Command):
    name: Slug


Commands: TypeAlias = DefineRoute | RemoveRoute


class Routes(Record):
    """All routes of a workspace that are its own. One stream holds them, so a name is taken once."""

    policies: dict[str, Policy] = {}

    def policy(self, name: str) -> Policy | None:
        """The policy of a route, built in or the workspace's own."""
        return BUILT_IN.get(name) or self.policies.get(name)


initial = Routes()


def routes_stream(workspace_id: UUID) -> UUID:
    """The stream that holds the routes of a workspace."""
    return uuid5(workspace_id, "routes")


def named(model: str) -> str | None:
    """The name of the route that `route/<name>` asks for; None where a model is asked for."""
    return model.removeprefix(PREFIX) if model.startswith(PREFIX) else None


def decide(command: Commands, routes: Routes, context: Context) -> list[Events]:
    if command.name in BUILT_IN:
        raise Rejected(f"the route {command.name!r} is built in", code="name_taken", field="name")
    match command:
        case DefineRoute(name, wanted):
            policy = wanted.plain()
            check(policy)
            if routes.policies.get(name) == policy:
                return []
            if name not in routes.policies and len(routes.policies) >= MOST_ROUTES:
                raise Rejected(f"the workspace has {MOST_ROUTES} routes already; remove one first")
            return [Defined(name, policy)]
        case RemoveRoute(name):
            return [Removed(name)] if name in routes.policies else []


def check(policy: Policy) -> None:
    """Raise Rejected where the policy contradicts itself."""
    if policy.strategy == "weighted" and not any((policy.weights.cost, policy.weights.latency, policy.weights.quality)):
        raise Rejected("one of the weights must count", code="invalid_policy", field="weights")
    if (policy.strategy == "split") != bool(policy.shares):
        raise Rejected("a split has shares, and nothing else has", code="invalid_policy", field="shares")
    if len({share.model for share in policy.shares}) < len(policy.shares):
        raise Rejected("each model of a split has one share", code="invalid_policy", field="shares")
    if policy.strategy != "cascade" and (policy.order or policy.check):
        raise Rejected("only a cascade has an order and a check", code="invalid_policy", field="order")


def evolve(routes: Routes, event: Events) -> Routes:
    match event:
        case Defined(name, policy):
            return Routes({**routes.policies, name: policy})
        case Removed(name):
            return Routes({each: policy for each, policy in routes.policies.items() if each != name})


decider: Decider[Routes, Commands, Events] = Decider(initial, decide, evolve)
