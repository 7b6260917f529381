"""Letting a browser in that comes back from a provider of single sign-on."""

from typing import Any

from litestar import MediaType, Request, Response
from litestar.status_codes import HTTP_303_SEE_OTHER

from application.errors import NotSignedIn, Unavailable
from application.identity import credentials
from application.identity.external import ExternalSignIn
from application.identity.grants import Grants
from application.identity.sign_in import SignIn
from domain import workspace_events
from infrastructure.identity.oidc import Finished, SingleSignOn
from interfaces.composition import Core
from interfaces.http.auth import address_of, session_cookie
from interfaces.http.session import cookie

FOUNDING = 100
"""The first workspace is founded within so many events."""


class Door:
    """Whoever is new belongs to the workspace that this Z2 began with."""

    def __init__(
        self, core: Core, sign_on: SingleSignOn, external: ExternalSignIn, sign_in: SignIn, grants: Grants
    ) -> None:
        self._core = core
        self._policies = {provider.name: provider for provider in sign_on.providers}
        self._external = external
        self._sign_in = sign_in
        self._grants = grants

    async def __call__(self, request: Request[Any, Any, Any], finished: Finished) -> Response[None]:
        identity = finished.identity
        if finished.link_to is not None:
            session = credentials.presented("z2s", session_cookie(request))
            actor = await self._grants.of_login(session, address_of(request))
            if actor.user_id != finished.link_to:
                raise NotSignedIn
        first = await self._core.store.read(0, FOUNDING)
        home = next((each.stream for each in first if isinstance(each.event, workspace_events.Created)), None)
        if home is None:
            raise Unavailable
        policy = self._policies[identity.provider]
        account = await self._external.enter(identity, policy, home, linking_to=finished.link_to)
        started = await self._sign_in.start(account, "browser", f"oidc:{identity.provider}")
        kept = cookie(request, started.credential.text, started.lifetime)
        headers = {"Location": finished.return_to}
        return Response(
            None, status_code=HTTP_303_SEE_OTHER, media_type=MediaType.TEXT, headers=headers, cookies=[kept]
        )
