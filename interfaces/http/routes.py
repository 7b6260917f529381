"""Routes over HTTP: how the workspace chooses among models, whom a route would ask, and what a run would have cost."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from application.errors import Invalid, NotFound
from application.models import routing
from application.models.card import Capability
from application.models.choice import Choice
from application.models.request import Message, ModelRequest, Text
from application.models.simulating import Simulation, Simulator
from application.models.tokens import worst_beside
from domain import route
from domain.agent import TaskKind
from domain.kernel import Record, Slug
from domain.route import Policy, WantedPolicy
from infrastructure.identity.tokens import now
from infrastructure.models.tokens import Tokens
from interfaces.composition import Core
from interfaces.http.commands import Accepted, Key, Signed, sent


class Route(Record):
    """A policy under its name; an agent or a run has it as its model `route/<name>`."""

    name: str
    policy: Policy
    built_in: bool


class RouteList(Record):
    """The built-in routes, and then those of the workspace by name."""

    items: list[Route]


class ExplainRoute(Record, forbid_unknown_fields=True):
    """A request by its shape, under a `policy` or that of a `route`. A `text` is counted; else `input_tokens` tell."""

    route: Slug = route.AUTO
    policy: WantedPolicy | None = None
    task: TaskKind = "compose"
    text: Annotated[str, Meta(max_length=1_000_000)] = ""
    input_tokens: Annotated[int, Meta(ge=0, le=10**9)] = 0
    output_tokens: Annotated[int, Meta(ge=1, le=10**9)] = 4096
    capabilities: Annotated[tuple[Capability, ...], Meta(max_length=20)] = ()
    region: Annotated[str, Meta(max_length=40)] | None = None


class SimulateRoute(Record, forbid_unknown_fields=True):
    """A run of the past, under another `policy` or that of another `route`."""

    run_id: UUID
    route: Slug = route.AUTO
    policy: WantedPolicy | None = None


class RouteController(Controller):
    path = "/routes"
    tags = ("routes",)

    @get(operation_id="listRoutes", summary="List the routes")
    async def all(self, request: Signed, core: NamedDependency[Core]) -> RouteList:
        """As the log has them at this moment."""
        own = await _own(core, request.user.workspace_id)
        return RouteList(
            [
                *(Route(name, policy, built_in=True) for name, policy in route.BUILT_IN.items()),
                *(Route(name, policy, built_in=False) for name, policy in sorted(own.policies.items())),
            ]
        )

    @put("/{name:str}", operation_id="defineRoute", summary="Define a route")
    async def define(
        self, name: FromPath[str], data: JSONBody[WantedPolicy], request: Signed, core: NamedDependency[Core], key: Key
    ) -> Accepted:
        """Or give it another policy, for every call that begins from now on."""
        try:
            msgspec.convert(name, Slug)
        except msgspec.ValidationError:
            detail = "a route has a name of lower-case letters, digits and hyphens that begins with a letter"
            raise Invalid(detail, field="name") from None
        command = route.DefineRoute(name, data)
        return await sent(core, route.routes_stream(request.user.workspace_id), command, request.user, key=key)

    @delete("/{name:str}", operation_id="removeRoute", summary="Remove a route", status_code=200)
    async def remove(self, name: FromPath[str], request: Signed, core: NamedDependency[Core], key: Key) -> Accepted:
        """Whoever has it as a model is refused from now on."""
        workspace_id = request.user.workspace_id
        known = await _own(core, workspace_id)
        if known.policy(name) is None and not await core.executor.earlier(key):
            raise NotFound("there is no such route in this workspace")
        return await sent(core, route.routes_stream(workspace_id), route.RemoveRoute(name), request.user, key=key)

    @post("/explain", operation_id="explainRoute", summary="Tell whom a route would ask, and why", status_code=200)
    async def explain(self, data: JSONBody[ExplainRoute], request: Signed, core: NamedDependency[Core]) -> Choice:
        """As the models do at this moment; nobody is asked and nothing is recorded."""
        workspace_id, chooser = request.user.workspace_id, simulator(core)
        _check(data.policy)
        policy = data.policy or await chooser.policy(workspace_id, data.route)
        asked = ModelRequest("", data.task, "", (Message("user", (Text(data.text),)),), data.output_tokens)
        tokens = await worst_beside(Tokens(), asked, "") if data.text else data.input_tokens
        needs = routing.needs_of(asked, tokens, region=data.region)
        needs = msgspec.structs.replace(needs, capabilities=data.capabilities)
        return await chooser.choice(workspace_id, policy, needs, str(request.user.user_id))

    @post("/simulate", operation_id="simulateRoute", summary="Tell what a run would have cost", status_code=200)
    async def simulate(self, data: JSONBody[SimulateRoute], request: Signed, core: NamedDependency[Core]) -> Simulation:
        """Whom another policy would have asked for each recorded call of a run; no model is asked."""
        workspace_id, chooser = request.user.workspace_id, simulator(core)
        _check(data.policy)
        policy = data.policy or await chooser.policy(workspace_id, data.route)
        return await chooser.simulate(workspace_id, data.run_id, policy)


def simulator(core: Core) -> Simulator:
    states, past = core.executor.states, core.executor.past
    return Simulator(states, past, core.providers, core.models, core.health, core.payloads, now)


def _check(policy: Policy | None) -> None:
    """Raise Rejected where a policy contradicts itself."""
    if policy is not None:
        route.check(policy)


async def _own(core: Core, workspace_id: UUID) -> route.Routes:
    known = await core.executor.states.refresh(route.routes_stream(workspace_id))
    return known.state if isinstance(known.state, route.Routes) else route.initial
