"""The way of the SDKs' requests to providers: aiohttp, which costs less than what they take by themselves.

What goes wrong on that way each SDK names in its own manner, and a connection that is cut off before the answer like
one that was never there: only the causes tell. Import it late.
"""

from collections.abc import Iterator

import aiohttp
import httpx2
from aiohttp.http_exceptions import HttpProcessingError

from infrastructure import addresses
from infrastructure.models import guarded
from infrastructure.models.failures import Endpoint
from infrastructure.models.pace import Pace

ERRORS = (httpx2.HTTPError, aiohttp.ClientError, HttpProcessingError)
"""What comes through the SDKs as it is."""

_NEVER_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
    guarded.Unreached,
    httpx2.UnsupportedProtocol,
)


def client(kind: type[httpx2.AsyncClient], endpoint: Endpoint, pace: Pace) -> httpx2.AsyncClient:
    """What an SDK sends its requests with; `kind` is its own client over aiohttp."""
    # the search for the address of a name is part of the wait for the pool
    timeout = httpx2.Timeout(None, connect=pace.connect, pool=pace.connect)
    url = httpx2.URL(endpoint.url)
    auth = httpx2.BasicAuth(url.username, url.password) if url.userinfo else None
    if endpoint.guard is None:
        return kind(verify=addresses.trust(), timeout=timeout, auth=auth)
    inner = kind(verify=addresses.trust(), trust_env=False, follow_redirects=False, timeout=timeout)
    return guarded.client(endpoint.guard, inner, auth)


def address(endpoint: Endpoint) -> httpx2.URL:
    """Where the requests go. A user and a password go beside it: aiohttp takes none in an address."""
    return httpx2.URL(endpoint.url).copy_with(username=None, password=None)


def never_sent(error: BaseException) -> bool:
    """Whether the provider cannot have got the request."""
    return any(isinstance(each, _NEVER_SENT) for each in _causes(error))


def forbidden(error: BaseException) -> bool:
    """Whether the address is one that must not be asked."""
    return any(isinstance(each, guarded.Forbidden) for each in _causes(error))


def too_slow(error: BaseException) -> bool:
    """Whether it took too long to connect."""
    return any(isinstance(each, aiohttp.ConnectionTimeoutError) for each in _causes(error))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and all that led to it."""
    while error is not None:
        yield error
        error = error.__cause__
