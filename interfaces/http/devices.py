"""Signing in with a device code (RFC 8628): a client shows a code, and a person approves it in a browser."""

from typing import Annotated, Any, TypeAlias

from litestar import Controller, Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from application.errors import NotAllowed, NotSignedIn
from application.identity.sign_in import Account
from domain import login
from domain.kernel import Instant, Record, Text
from infrastructure.identity import whereabouts
from infrastructure.identity.device_codes import INTERVAL_SECONDS, LIFETIME_SECONDS, Approval, DeviceCodes
from infrastructure.identity.tokens import Tokens, now
from infrastructure.identity.whereabouts import Network
from interfaces import identity
from interfaces.composition import Core
from interfaces.http.attendance import admission_of
from interfaces.http.auth import address_of
from interfaces.http.commands import Signed
from interfaces.http.session import NewSession, Parts, Way, let_in
from interfaces.identity import Identity

Anybody: TypeAlias = Request[Any, Any, Any]


class AskForDeviceCode(Record, forbid_unknown_fields=True):
    """`client` is what the person is told that asks, such as `z2 on laptop`."""

    client: Annotated[Text, Meta(max_length=100)] = ""


class DeviceCode(Record):
    """As in RFC 8628. The person opens `verification_uri` and types `user_code`; the client polls with the other."""

    device_code: str
    user_code: str
    verification_uri: str
    verification_uri_complete: str
    expires_in: int
    interval: int


class ExchangeDeviceCode(Record, forbid_unknown_fields=True):
    """The code that the client keeps to itself."""

    device_code: Annotated[str, Meta(max_length=200)]


class WaitingDevice(Record):
    """What asks. `client` is its own word for itself; `near` says that it asks from where you are.

    `confirmation` goes into the decision, within two minutes: nobody decides without having been shown this.
    """

    client: str
    network: Network
    near: bool
    asked_at: Instant
    confirmation: str


class DecideDeviceCode(Record, forbid_unknown_fields=True):
    """Whether the client is let in as you. Say no to what you have not begun yourself."""

    approve: bool
    confirmation: Annotated[str, Meta(max_length=100)]


class Decided(Record):
    """What was decided."""

    approved: bool


class DeviceController(Controller):
    path = "/device"
    tags = ("session",)

    @post(operation_id="askForDeviceCode", summary="Begin to sign in with a device code")
    async def ask(
        self,
        request: Anybody,
        devices: NamedDependency[DeviceCodes],
        core: NamedDependency[Core],
        data: JSONBody[AskForDeviceCode],
    ) -> DeviceCode:
        codes = await devices.ask(data.client, address_of(request))
        page = f"{identity.public_url(core.settings)}/device"
        complete = f"{page}?code={codes.user_code}"
        return DeviceCode(codes.device_code, codes.user_code, page, complete, LIFETIME_SECONDS, INTERVAL_SECONDS)

    # a device code cannot be guessed, and one address may have many clients that poll
    @post(
        "/token",
        operation_id="exchangeDeviceCode",
        summary="Get the tokens for an approved device code",
        opt={"takes_credentials": False},
    )
    async def exchange(
        self,
        data: JSONBody[ExchangeDeviceCode],
        request: Anybody,
        devices: NamedDependency[DeviceCodes],
        core: NamedDependency[Core],
        identity: NamedDependency[Identity],
        tokens: NamedDependency[Tokens],
    ) -> Response[NewSession]:
        """Until then a 400 whose type ends in `authorization_pending`, `slow_down`, `access_denied` or `expired_token`.

        The answer comes once. A client that loses it begins anew.
        """
        said = await devices.poll(data.device_code)
        account = Account(said.user_id, said.home, said.generation)
        way = Way("client", "device", said.workspace_id)
        return await let_in(request, Parts(core, identity, tokens), account, way)

    @get("/{user_code:str}", operation_id="readDeviceCode", summary="What asks to be let in")
    async def read(
        self, user_code: FromPath[str], request: Signed, devices: NamedDependency[DeviceCodes]
    ) -> WaitingDevice:
        await request.app.state.limits.count_guess(request.scope, request.user)
        waiting, confirmation = await devices.waiting(user_code, request.user.user_id)
        near = whereabouts.is_near(waiting.address, address_of(request))
        network = whereabouts.network_of(waiting.address)
        return WaitingDevice(waiting.client, network, near, waiting.asked_at, confirmation)

    @post("/{user_code:str}", operation_id="decideDeviceCode", summary="Let a client in, or not", status_code=200)
    async def decide(
        self,
        user_code: FromPath[str],
        data: JSONBody[DecideDeviceCode],
        request: Signed,
        core: NamedDependency[Core],
        devices: NamedDependency[DeviceCodes],
        identity: NamedDependency[Identity],
    ) -> Decided:
        """In a browser alone: a token of minutes must not become a sign-in of weeks."""
        await request.app.state.limits.count_guess(request.scope, request.user)
        actor = request.user
        await devices.exists(user_code)
        # a cookie is what a browser has, and ends with no token
        if actor.login_id is None or admission_of(request).ends_at is not None:
            raise NotAllowed("decide this in a browser, where you are signed in yourself")
        account = await identity.sign_in.account(actor.user_id)
        held: login.Login = await core.executor.state(actor.login_id, actor.workspace_id)
        if not held.lives(now()):
            raise NotSignedIn
        # that of the sign-in which approves: what ends it this moment ends the client's as well
        approval = Approval(actor.user_id, account.home, held.generation, actor.workspace_id)
        await devices.decide(user_code, data.confirmation, approval, approve=data.approve)
        return Decided(data.approve)
