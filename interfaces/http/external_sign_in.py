"""Letting a browser in that comes back from a provider of single sign-on."""

from typing import Any
from uuid import UUID

import structlog
from litestar import MediaType, Request, Response
from litestar.status_codes import HTTP_303_SEE_OTHER

from application.errors import NotSignedIn, Unavailable
from application.identity import credentials
from application.identity.external import REMOVED_BY_HAND, ExternalSignIn, SignOnRefused
from application.identity.grants import Grants
from application.identity.sign_in import Account
from domain import workspace_events
from infrastructure.identity.oidc import Finished, SingleSignOn
from infrastructure.identity.oidc_errors import SignOnFailed
from interfaces.http.auth import address_of, session_cookie
from interfaces.http.session import Parts, Way, let_in
from projections import workspaces

log = structlog.get_logger()

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
        method = f"oidc:{finished.identity.provider}"
        account = await self._account(request, finished)
        entered = await let_in(request, self._parts, account, Way("browser", method))
        return Response(
            None,
            status_code=HTTP_303_SEE_OTHER,
            media_type=MediaType.TEXT,
            headers={"Location": finished.return_to},
            cookies=entered.cookies,
        )

    async def refused(self, request: Request[Any, Any, Any], provider: str, why: NotSignedIn) -> None:
        """Put it on the record, but for whom no workspace lets in: `let_in` has done so.

        What did not even come from the provider belongs to no workspace: anybody could fill its record with that.
        """
        match why:
            case SignOnRefused(reason=reason, place=place, user_id=user_id):
                pass
            case SignOnFailed(reason=reason):
                place = user_id = None
            case _:
                return
        # a name that is no provider's could be anything that somebody typed
        said = f"oidc:{provider} {reason}" if provider in self._policies else reason
        await self._parts.core.audit.note(
            "sign_in_refused", workspace_id=place, user_id=user_id, address=address_of(request), reason=said
        )

    async def _account(self, request: Request[Any, Any, Any], finished: Finished) -> Account:
        """Whose account it is. Raises SignOnRefused."""
        policy = self._policies[finished.identity.provider]
        home = policy.workspace or await self._first()
        if finished.link_to is not None and not await self._is_signed_in(request, finished.link_to):
            reason = "not_who_asked_for_the_link"
            log.warning("sign_on.refused", provider=finished.identity.provider, reason=reason)
            raise SignOnRefused(reason, place=home, user_id=finished.link_to)
        try:
            return await self._external.enter(finished.identity, policy, home, linking_to=finished.link_to)
        except SignOnRefused as refused:
            # who was removed where they are at home comes in where they still belong
            if refused.reason != REMOVED_BY_HAND or refused.user_id is None or not await self._belongs(refused.user_id):
                raise
            return await self._parts.identity.sign_in.account(refused.user_id)

    async def _is_signed_in(self, request: Request[Any, Any, Any], user_id: UUID) -> bool:
        try:
            session = credentials.presented("z2s", session_cookie(request))
            return (await self._grants.of_login(session, address_of(request))).user_id == user_id
        except NotSignedIn:
            return False

    async def _belongs(self, user_id: UUID) -> bool:
        """Whether there is a workspace that somebody belongs to."""
        return bool(await workspaces.of_member(self._parts.core.database, user_id))

    async def _first(self) -> UUID:
        first = await self._parts.core.store.read(0, FOUNDING)
        home = next((each.stream for each in first if isinstance(each.event, workspace_events.Created)), None)
        if home is None:
            raise Unavailable
        return home
