"""Letting a browser in that comes back from a provider of single sign-on."""

from typing import Any
from uuid import UUID

from litestar import MediaType, Request, Response
from litestar.status_codes import HTTP_303_SEE_OTHER

from application.errors import NotSignedIn, Unavailable
from application.identity import credentials
from application.identity.external import ExternalSignIn
from application.identity.grants import Grants
from domain import workspace_events
from infrastructure.identity.oidc import Finished, SingleSignOn
from interfaces.http.auth import address_of, session_cookie
from interfaces.http.session import Parts, Way, let_in

FOUNDING = 100
"""The first workspace is founded within so many events."""


class Door:
    """Whoever is new belongs to the workspace that the settings name, or else to the one that this Z2 began with."""

    def __init__(self, parts: Parts, sign_on: SingleSignOn, external: ExternalSignIn, grants: Grants) -> None:
        self._parts = parts
        self._policies = {provider.name: provider for provider in sign_on.providers}
        self._external = external
        self._grants = grants

    async def __call__(self, request: Request[Any, Any, Any], finished: Finished) -> Response[None]:
        identity = finished.identity
        if finished.link_to is not None:
            session = credentials.presented("z2s", session_cookie(request))
            actor = await self._grants.of_login(session, address_of(request))
            if actor.user_id != finished.link_to:
                raise NotSignedIn
        policy = self._policies[identity.provider]
        home = policy.workspace or await self._first()
        account = await self._external.enter(identity, policy, home, linking_to=finished.link_to)
        entered = await let_in(request, self._parts, account, Way("browser", f"oidc:{identity.provider}"))
        return Response(
            None,
            status_code=HTTP_303_SEE_OTHER,
            media_type=MediaType.TEXT,
            headers={"Location": finished.return_to},
            cookies=entered.cookies,
        )

    async def _first(self) -> UUID:
        first = await self._parts.core.store.read(0, FOUNDING)
        home = next((each.stream for each in first if isinstance(each.event, workspace_events.Created)), None)
        if home is None:
            raise Unavailable
        return home
