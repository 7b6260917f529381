"""What went wrong at a provider, as one ModelError whose text names the setting to mend and repeats no secret.

The provider's own messages are never passed on: they quote keys and prompts. Only its machine-readable codes are.
"""

import email.utils
import math
import re
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

from application.models.failure import ModelError
from application.models.stream import Usage
from domain.kernel import Record
from infrastructure.models.pace import Silence
from infrastructure.models.service import Protocol

_CODE = re.compile(r"[a-z]+(_[a-z]+)*")
ALLOW_PRIVATE = "Z2_PROVIDER_ALLOW_PRIVATE"

_TRANSIENT = frozenset({408, 409, 425, 499})

_TOO_LONG = frozenset({"context_length_exceeded", "exceed_context_size_error", "model_context_window_exceeded"})
_BAD_SCHEMA = frozenset({"invalid_json_schema", "invalid_function_parameters", "json_schema_invalid"})
_BAD_SCHEMA_AT = ("response_format", "text.format", "output_config.format", "tools[")
# Some providers tell these two by words alone; they count only where the message begins with them, because the rest of
# it may quote the prompt.
_TOO_LONG_SAID = re.compile(
    r"prompt is too long|input length and .max_tokens. exceed|input is too long|prompt contains \d+ tokens"
    r"|this model's maximum (context|prompt) length|the input token count|the request exceeds the available context",
    re.IGNORECASE,
)
_BAD_SCHEMA_SAID = re.compile(
    r"invalid schema for|output_config\.format|tools\.\d+\.(custom\.)?input_schema|invalid json schema", re.IGNORECASE
)


class Guard(Record):
    """The address was given by a workspace, which must not reach what only this machine and its neighbours may."""

    allow_private: bool


class Endpoint(Record):
    """Where a provider's requests go, in which protocol, and the settings that say so.

    `key_setting` is None where no key is needed. `own`: the key is a workspace's own, and nothing of the
    installation's goes with it. `mend` is the command with which a workspace gets such a key, where it can.
    """

    title: str
    url: str
    url_setting: str
    key_setting: str | None
    protocol: Protocol = "chat"
    own: bool = False
    guard: Guard | None = None
    mend: str = ""


class Refusal(Record):
    """A provider's answer with an error status, or an error inside a stream. `codes` are its machine-readable ones.

    An error inside a stream has the status that its code stands for. `at` is the parameter that it names. `said` is its
    message, which is never passed on.
    """

    status: int
    codes: tuple[str, ...] = ()
    retry_after: float | None = None
    at: str = ""
    said: str = ""
    in_stream: bool = False

    @property
    def too_long(self) -> bool:
        return not _TOO_LONG.isdisjoint(self.codes) or bool(_TOO_LONG_SAID.match(self.said))

    @property
    def bad_schema(self) -> bool:
        told = not _BAD_SCHEMA.isdisjoint(self.codes) or self.at.startswith(_BAD_SCHEMA_AT)
        return told or bool(_BAD_SCHEMA_SAID.match(self.said))


def missing(endpoint: Endpoint, key: str | None) -> str | None:
    """Why the endpoint cannot be asked as it is set up, and how to mend that; None when it can."""
    if not endpoint.url:
        return f"{endpoint.title} has no address: set {endpoint.url_setting}"
    if not endpoint.url.startswith(("http://", "https://")):
        return f"{endpoint.url_setting} must begin with http:// or https://"
    if endpoint.key_setting is None:
        return None
    if key is None:
        return f"{endpoint.title} needs a key: set {endpoint.key_setting}, or give this workspace one: {endpoint.mend}"
    if not (key.isascii() and key.isprintable()) or " " in key:
        return f"{endpoint.key_setting} holds characters that no key has; set it to the key alone"
    return None


def codes(*candidates: object) -> tuple[str, ...]:
    """Those candidates that can only be machine-readable codes: lower-case words and underscores, no digits."""
    found = (str(each) for each in candidates if isinstance(each, str))
    return tuple(dict.fromkeys(each for each in found if len(each) <= 64 and _CODE.fullmatch(each)))


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, from `retry-after-ms` or `retry-after` (seconds or an HTTP date, RFC 9110)."""
    for name, scale in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        value = headers.get(name, "")
        try:
            seconds = float(value) / scale
        except ValueError:
            continue
        return max(0.0, seconds) if math.isfinite(seconds) else None
    try:
        until = email.utils.parsedate_to_datetime(headers.get("retry-after", "")).timestamp()
    except (ValueError, OverflowError):
        return None
    return max(0.0, until - time.time())


def refused(endpoint: Endpoint, model: str, refusal: Refusal) -> ModelError:
    """The error for a status code. Without a model, what was refused is the question for those that there are."""
    error = _refused(endpoint, model, refusal)
    error.status = None if refusal.in_stream else refusal.status
    return error


def _refused(endpoint: Endpoint, model: str, refusal: Refusal) -> ModelError:
    said = f"{endpoint.title} answered {refusal.status}" + _because(refusal.codes)
    status = refusal.status
    if status in (401, 402, 403):
        return ModelError("model_key_refused", f"{said}: {_mend(endpoint, status)}")
    if status == 404 and model:
        detail = f'it knows no model "{model}", or {endpoint.url_setting} ({_where(endpoint)}) is not its address'
        return ModelError("model_unknown", f"{said}: {detail}")
    if status == 429:
        spent = "insufficient_quota" in refusal.codes
        detail = "the account's quota is used up" if spent else "too many requests or tokens for now"
        return ModelError(
            "model_rate_limited", f"{said}: {detail}", retryable=not spent, retry_after=refusal.retry_after
        )
    if status >= 500 or status in _TRANSIENT:
        return ModelError(
            "model_unavailable", f"{said}: try again later", retryable=True, retry_after=refusal.retry_after
        )
    if not model:
        return ModelError("model_bad_answer", f"{said}; check {endpoint.url_setting} ({_where(endpoint)})")
    if refusal.too_long:
        return ModelError("model_context_exceeded", f'{said}: the request is longer than the model "{model}" can take')
    if refusal.bad_schema:
        return ModelError("model_schema_refused", f'{said}: it does not take a schema of the request to "{model}"')
    return ModelError("model_request_refused", f'{said} to the request for the model "{model}"')


def unreachable(endpoint: Endpoint, *, sent: bool) -> ModelError:
    what = "broke the connection off" if sent else "cannot be reached"
    detail = f"{endpoint.title} at {_where(endpoint)} {what}; the address is set by {endpoint.url_setting}"
    return ModelError("model_unavailable", detail, retryable=True, sent=sent)


def forbidden(endpoint: Endpoint) -> ModelError:
    detail = f"{endpoint.url_setting} ({_where(endpoint)}) leads to a private address"
    mend = f"the operator can allow such ones with {ALLOW_PRIVATE}"
    return ModelError("model_unavailable", f"{detail}; {mend}", sent=False)


def unconnected(endpoint: Endpoint, seconds: float) -> ModelError:
    detail = f"{endpoint.title} at {_where(endpoint)} did not accept a connection within {seconds:g} s"
    what = f"{detail}; the address is set by {endpoint.url_setting}"
    return ModelError("model_timeout", what, retryable=True, sent=False)


def silent(endpoint: Endpoint, silence: Silence) -> ModelError:
    when = "stopped in the middle of its answer" if silence.began else "did not begin to answer"
    detail = f"{endpoint.title} {when}: nothing came for {silence.seconds:g} s"
    return ModelError("model_timeout", detail, retryable=True)


def broken_off(endpoint: Endpoint, usage: Usage | None = None) -> ModelError:
    detail = f"{endpoint.title}: the answer broke off before its end"
    return ModelError("model_answer_broken_off", detail, retryable=True, usage=usage)


def empty(endpoint: Endpoint, why: str, usage: Usage | None) -> ModelError:
    return ModelError("model_answer_empty", f"{endpoint.title}: the answer is empty: {why}", usage=usage)


def unknown_tool(endpoint: Endpoint, usage: Usage | None) -> ModelError:
    """Its name is a text of the answer, which the record has and which errors do not repeat."""
    detail = f"{endpoint.title}: the model called a tool that it was not offered; the recorded answer names it"
    return ModelError("model_tool_unknown", detail, usage=usage)


def bad_answer(endpoint: Endpoint, what: str, *, retryable: bool = False, usage: Usage | None = None) -> ModelError:
    return ModelError("model_bad_answer", f"{endpoint.title}: {what}", retryable=retryable, usage=usage)


def no_listing(endpoint: Endpoint) -> ModelError:
    what = "what came is no list of models; check whether the address is the right one"
    return bad_answer(endpoint, what)


def _where(endpoint: Endpoint) -> str:
    """The address without a user, a password or a query, any of which may be a secret."""
    parts = urlsplit(endpoint.url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _because(found: tuple[str, ...]) -> str:
    return f" ({', '.join(found)})" if found else ""


def _mend(endpoint: Endpoint, status: int) -> str:
    if endpoint.key_setting is None:
        return f"it wants a key, and none is sent there; check {endpoint.url_setting} ({_where(endpoint)})"
    if status == 402:
        return f"the account that {endpoint.key_setting} belongs to cannot pay"
    if endpoint.own:
        mend = f"; store a valid one: {endpoint.mend}" if endpoint.mend else ""
        return f"it does not accept {endpoint.key_setting}{mend}"
    return f"it does not accept the key in {endpoint.key_setting}; set {endpoint.key_setting} to a valid key"
