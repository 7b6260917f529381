"""Single sign-on for browsers: which providers there are, off to one of them, and back from it."""

from typing import Annotated, Any, Protocol, TypeAlias, runtime_checkable

from litestar import Controller, MediaType, Request, Response, delete, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER

from application.errors import NotFound, NotSignedIn
from application.identity.moving import in_person
from domain.kernel import Record
from infrastructure.identity.oidc import Begun, Finished, SingleSignOn
from infrastructure.identity.oidc_pending import LIFETIME
from interfaces.composition import Core, external_sign_in
from interfaces.http.auth import is_secure
from interfaces.http.commands import Accepted, Signed
from interfaces.http.proof import PresentPassword, proved_afresh
from interfaces.identity import Identity

PLAIN_COOKIE = "z2_sign_on"
SECURE_COOKIE = "__Host-z2_sign_on"

FAILED = "/login?failed=single-sign-on"
"""Where a browser goes whose sign-on failed. Why it failed is in the log alone."""

Anybody: TypeAlias = Request[Any, Any, Any]

ReturnTo: TypeAlias = Annotated[
    str, QueryParameter(description="The page to return to: a path of this site, such as /runs.")
]


@runtime_checkable
class SignInExternal(Protocol):
    """Decides whose account somebody enters who came back from a provider, and lets the browser in.

    The answer leads to `finished.return_to`. Raises NotSignedIn where the policy refuses, with the reason in the log.
    Where `finished.link_to` is given, it is for this user's session alone to accept the link.
    """

    async def __call__(self, request: Anybody, finished: Finished) -> Response[None]: ...

    async def refused(self, request: Anybody, provider: str, why: NotSignedIn) -> None:
        """Put it on the record that nobody was let in."""
        ...


class SignOnProvider(Record):
    """A provider that the sign-in page offers."""

    name: str
    title: str


class SignOnProviders(Record):
    """Every provider, in the order of the settings."""

    providers: tuple[SignOnProvider, ...]


class ProofAfresh(Record, forbid_unknown_fields=True):
    """Whoever has a password sends it; whoever has none has signed in within the last ten minutes."""

    password: PresentPassword = ""


class SignOnAddress(Record):
    """Where the browser goes to sign in at the provider."""

    url: str


class SingleSignOnController(Controller):
    path = "/session"
    tags = ("session",)

    @get("/providers", operation_id="listSignOnProviders", summary="The providers of single sign-on")
    async def providers(self, sign_on: NamedDependency[SingleSignOn]) -> SignOnProviders:
        return SignOnProviders(tuple(SignOnProvider(each.name, each.title) for each in sign_on.providers))

    @get(
        "/oidc/{provider:str}",
        operation_id="beginSignOn",
        summary="Begin a single sign-on",
        status_code=HTTP_303_SEE_OTHER,
    )
    async def begin(
        self,
        provider: FromPath[str],
        request: Anybody,
        sign_on: NamedDependency[SingleSignOn],
        return_to: ReturnTo = "/runs",
    ) -> Response[None]:
        """For the browser itself: it is led to the provider, or back to the sign-in page."""
        try:
            begun = await sign_on.begin(provider, return_to)
        except NotSignedIn:
            return _failed(request)
        return Response(
            None, media_type=MediaType.TEXT, headers={"Location": begun.url}, cookies=[_kept(request, begun)]
        )

    @post(
        "/oidc/{provider:str}/link",
        operation_id="linkSignOn",
        summary="Link your account to one at a provider",
        status_code=HTTP_200_OK,
    )
    async def link(
        self,
        provider: FromPath[str],
        data: JSONBody[ProofAfresh],
        request: Signed,
        core: NamedDependency[Core],
        identity: NamedDependency[Identity],
        sign_on: NamedDependency[SingleSignOn],
        return_to: ReturnTo = "/settings",
    ) -> Response[SignOnAddress]:
        """Whoever has the other account can sign in to yours from then on, so it takes proof that it is you."""
        in_person(request.user)
        if provider not in _offered(sign_on):
            raise NotFound
        person = await identity.accounts.person(request.user.user_id)
        await proved_afresh(request, core, identity, person, data.password)
        begun = await sign_on.begin(provider, return_to, link_to=request.user.user_id)
        return Response(SignOnAddress(begun.url), cookies=[_kept(request, begun)])

    @delete(
        "/oidc/{provider:str}/link",
        operation_id="unlinkSignOn",
        summary="Take the account at a provider from yours",
        status_code=HTTP_200_OK,
    )
    async def unlink(
        self,
        provider: FromPath[str],
        data: JSONBody[ProofAfresh],
        request: Signed,
        core: NamedDependency[Core],
        identity: NamedDependency[Identity],
        sign_on: NamedDependency[SingleSignOn],
    ) -> Accepted:
        """It signs nobody in to your account any more, until you link it again. The last way to sign in stays."""
        in_person(request.user)
        person = await identity.accounts.person(request.user.user_id)
        if provider not in _offered(sign_on) | person.user.identities.keys():
            raise NotFound
        await proved_afresh(request, core, identity, person, data.password)
        return Accepted.of(await external_sign_in(core).unlink(request.user, provider, _offered(sign_on)))

    @get(
        "/oidc/{provider:str}/callback",
        operation_id="finishSignOn",
        summary="Finish a single sign-on",
        status_code=HTTP_303_SEE_OTHER,
    )
    async def finish(
        self,
        provider: FromPath[str],
        request: Anybody,
        sign_on: NamedDependency[SingleSignOn],
        sign_in_external: NamedDependency[SignInExternal],
    ) -> Response[None]:
        """For the browser that comes back from the provider: it is signed in, or led to the sign-in page."""
        query = request.scope["query_string"].decode("latin-1")
        carried = request.cookies.get(_name(request), "")
        try:
            answer = await sign_in_external(request, await sign_on.finish(provider, query, carried))
        except NotSignedIn as refused:
            await sign_in_external.refused(request, provider, refused)
            return _failed(request)
        answer.set_cookie(_cookie(request, "", 0))
        return answer


def _offered(sign_on: SingleSignOn) -> frozenset[str]:
    return frozenset(each.name for each in sign_on.providers)


def _failed(request: Anybody) -> Response[None]:
    return Response(None, media_type=MediaType.TEXT, headers={"Location": FAILED}, cookies=[_cookie(request, "", 0)])


def _kept(request: Anybody, begun: Begun) -> Cookie:
    return _cookie(request, begun.pending, int(LIFETIME.total_seconds()))


def _cookie(request: Anybody, value: str, seconds: int) -> Cookie:
    # Lax, because it is another site that sends the browser back
    secure = is_secure(request)
    return Cookie(
        key=_name(request), value=value, path="/", max_age=seconds, httponly=True, samesite="lax", secure=secure
    )


def _name(request: Anybody) -> str:
    return SECURE_COOKIE if is_secure(request) else PLAIN_COOKIE
