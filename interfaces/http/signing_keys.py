"""The keys that verify access tokens, for whoever checks them without asking Z2."""

from litestar import Response, get
from litestar.di import NamedDependency

from infrastructure.identity.token_keys import Jwks
from infrastructure.identity.tokens import Tokens

FIVE_MINUTES = "public, max-age=300"


@get(
    "/.well-known/jwks.json",
    tags=["keys"],
    operation_id="listSigningKeys",
    summary="The public keys of access tokens",
)
async def signing_keys(tokens: NamedDependency[Tokens]) -> Response[Jwks]:
    """As in RFC 7517. A token names its key by `kid`; whoever does not find it here asks again."""
    return Response(tokens.keys.published(), headers={"Cache-Control": FIVE_MINUTES})
