"""Bodies of requests: JSON that is exactly what the route takes, and otherwise a refusal that names the field."""

import re
from typing import Any

import msgspec
from litestar import Request
from msgspec import inspect

from application.errors import Invalid, Z2Error
from interfaces.http import words
from interfaces.http.depth import MAX_DEPTH, nests_deeper

_UNKNOWN = re.compile(r"unknown field `(.*)`$", re.DOTALL)
_MISSING = re.compile(r"missing required field `(.*)`$")
_PLACE = re.compile(r" - at `\$([^`]*)`$")

MAX_BODY = 1024 * 1024
MAX_DOCUMENT = 8 * 1024 * 1024
"""Bytes, as a rule and where a document is sent: one of a million characters fits, however it is escaped."""

SHOWN = 60
"""So much of a name that nobody knows is said again."""


class MalformedBody(Z2Error):
    """The body is not valid JSON."""

    status = 400
    code = "malformed_body"


class TooDeep(Z2Error):
    """The body nests too deeply."""

    status = 400
    code = "body_too_deep"


class UnsupportedMediaType(Z2Error):
    """The body is taken as JSON only: send it with the header Content-Type: application/json."""

    status = 415
    code = "unsupported_media_type"


class JsonRequest(Request[Any, Any, Any]):
    """A request whose body is decoded straight into what the route takes, without any coercion."""

    async def json(self) -> Any:
        """The body. Raises Invalid, MalformedBody, TooDeep or UnsupportedMediaType."""
        taken = self.route_handler.parsed_data_field
        assert taken is not None, "only routes that take a body decode one"
        if not _says_json(self.headers.get("content-type")):
            raise UnsupportedMediaType
        return decoded(await self.body(), taken.annotation)


def decoded(body: bytes, taken: Any) -> Any:
    """The body as a value of the type that is taken. Raises Invalid, MalformedBody or TooDeep."""
    if nests_deeper(body):
        raise TooDeep(f"the body nests too deeply: at most {MAX_DEPTH} objects and lists within each other are taken")
    try:
        return msgspec.json.decode(body, type=taken)
    except msgspec.ValidationError as error:
        raise _invalid(str(error), taken) from None
    except UnicodeDecodeError:
        raise MalformedBody("the body is not valid JSON: it is not UTF-8 text") from None
    except msgspec.DecodeError as error:
        raise MalformedBody(f"the body is not valid JSON: {_reason(str(error))}") from None


def _says_json(content_type: str | None) -> bool:
    """Who says nothing is believed; who says something must say JSON."""
    if content_type is None:
        return True
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type == "application/json" or media_type.endswith("+json")


def _reason(said: str) -> str:
    if "truncated" in said:
        return "it ends too early"
    return said.removeprefix("JSON is malformed: ")


def _invalid(said: str, taken: Any) -> Invalid:
    place = _PLACE.search(said)
    what, path = (said[: place.start()], place.group(1)) if place else (said, "")
    kind = words.at(inspect.type_info(taken), path)
    path = path.removeprefix(".")
    if unknown := _UNKNOWN.search(what):
        field = _below(path, unknown.group(1)[:SHOWN] or '""')
        return Invalid(f"{field} is no field here; there are {words.fields(kind)}", field=field)
    if missing := _MISSING.search(what):
        field = _below(path, missing.group(1))
        needed = words.allowed(words.at(kind, f".{missing.group(1)}"))
        return Invalid(f"{field} is missing; it must be {needed}", field=field)
    return Invalid(f"{path or 'the body'} must be {words.allowed(kind)}", field=path or "body")


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
