"""How long the address and the headers of a request may be."""

from litestar.types import HTTPResponseBodyEvent, HTTPResponseStartEvent, HTTPScope, Send

from interfaces.http.gateway import errors
from interfaces.http.problems import Problem

MAX_ADDRESS = 8 * 1024
MAX_HEADERS = 32 * 1024
"""Bytes of the address with its query, and of all headers together."""


def too_long(scope: HTTPScope) -> Problem | None:
    """The problem with the head of a request, if it has one."""
    if len(scope["raw_path"]) + len(scope["query_string"]) > MAX_ADDRESS:
        detail = f"the address is too long: at most {MAX_ADDRESS} bytes are taken, with the query"
        return Problem("urn:z2:problem:address_too_long", "Address too long", 414, detail)
    if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEADERS:
        detail = f"the headers are too large: at most {MAX_HEADERS} bytes are taken in all"
        return Problem("urn:z2:problem:headers_too_large", "Headers too large", 431, detail, scope["path"])
    return None


async def refuse(problem: Problem, path: str, send: Send) -> None:
    """Answer with the problem, before any route is looked for, in the form that clients at this address know."""
    content, media_type = errors.body(problem, path)
    headers = [(b"content-type", media_type.encode()), (b"content-length", str(len(content)).encode())]
    await send(HTTPResponseStartEvent(type="http.response.start", status=problem.status, headers=headers))
    await send(HTTPResponseBodyEvent(type="http.response.body", body=content, more_body=False))
