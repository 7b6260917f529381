"""Faults before there is an answer: what a provider refuses, and connections that come to nothing."""

from domain.kernel import replace
from tests.support import faults
from tests.support.faults import AWAY, KEY, LIMITED, REQUEST, SILENT, TURNED_AWAY, UNSENT, Outcome, alike, everywhere
from tests.support.model_script import Script

LATER = 36_000.0
"""Seconds until the date that one row names, counted from the answer."""

_PAGE = "<!doctype html><title>502 Bad Gateway</title><p>nginx</p>"
_TOO_LONG = Outcome("model_context_exceeded")
_BAD_SCHEMA = Outcome("model_schema_refused")
_SPENT = Outcome("model_rate_limited")


def _waiting(seconds: float, outcome: Outcome = LIMITED) -> Outcome:
    return replace(outcome, wait=seconds)


LIMITS = (
    everywhere("429", Script(status=429), LIMITED),
    everywhere("429 with `Retry-After` in seconds", Script(status=429, retry_after="7"), _waiting(7.0)),
    everywhere("429 with `Retry-After` as a date", Script(status=429, retry_on=LATER), _waiting(LATER)),
    everywhere(
        "429 with `Retry-After` as a date in the past",
        Script(status=429, retry_after="Thu, 01 Jan 2026 00:00:00 GMT"),
        _waiting(0.0),
    ),
    everywhere(
        "429 with `retry-after-ms`",
        Script(status=429, retry_after="9", headers={"retry-after-ms": "250"}),
        _waiting(0.25),
    ),
    everywhere("429 with a `Retry-After` that is neither", Script(status=429, retry_after="soon"), LIMITED),
    everywhere("429 with a `Retry-After` of a year", Script(status=429, retry_after="31536000"), _waiting(31536000.0)),
    alike(
        "429 because the quota is used up",
        _SPENT,
        chat=Script(status=429, code="insufficient_quota"),
        responses=Script(status=429, code="insufficient_quota"),
    ),
)

STATUSES = (
    everywhere("500", Script(status=500), TURNED_AWAY),
    everywhere("502 with a web page", Script(status=502, page=_PAGE), AWAY),
    everywhere("503 with `Retry-After`", Script(status=503, retry_after="3"), _waiting(3.0, TURNED_AWAY)),
    everywhere(
        "503 whose text stops before its end",
        Script(status=503, headers={"content-length": "5000"}),
        SILENT,
        first_token_timeout=0.2,
    ),
    everywhere("504 with a web page", Script(status=504, page=_PAGE), AWAY),
    everywhere("524 with a web page", Script(status=524, page=_PAGE), AWAY),
    everywhere("529, overloaded", Script(status=529), TURNED_AWAY),
    everywhere("307 that leads nowhere", Script(status=307), REQUEST),
    everywhere("400", Script(status=400), REQUEST),
    everywhere("400 with a web page", Script(status=400, page=_PAGE), REQUEST),
    alike(
        "400 because the request is too long",
        _TOO_LONG,
        chat=Script(status=400, code="context_length_exceeded", param="messages"),
        responses=Script(status=400, code="context_length_exceeded", param="input"),
        messages=Script(status=400, message="prompt is too long: 210000 tokens > 200000 maximum"),
    ),
    alike(
        "400 because of the schema of the answer",
        _BAD_SCHEMA,
        chat=Script(status=400, param="response_format", message="Invalid schema for response_format 'answer'."),
        responses=Script(status=400, code="invalid_json_schema", param="text.format.schema"),
        messages=Script(status=400, message="output_config.format.schema: 'oneOf' is not supported"),
    ),
    alike(
        "400 because of the schema of a tool",
        _BAD_SCHEMA,
        chat=Script(status=400, code="invalid_function_parameters", param="tools[0].function.parameters"),
        responses=Script(status=400, code="invalid_function_parameters", param="tools[0].parameters"),
        messages=Script(status=400, message="tools.0.custom.input_schema: JSON schema is invalid."),
    ),
    alike(
        "400 because of a parameter that the model does not take",
        REQUEST,
        chat=Script(status=400, code="unsupported_parameter", param="temperature"),
        responses=Script(status=400, code="unsupported_parameter", param="temperature"),
        messages=Script(status=400, message="`temperature` is not supported for this model."),
    ),
    everywhere("401", Script(status=401), KEY),
    everywhere("402", Script(status=402), KEY),
    everywhere("403", Script(status=403), KEY),
    everywhere("404", Script(status=404), Outcome("model_unknown")),
    everywhere("408", Script(status=408), AWAY),
    everywhere("409", Script(status=409), TURNED_AWAY),
    everywhere("413", Script(status=413), REQUEST),
    everywhere("425", Script(status=425), TURNED_AWAY),
    everywhere("499", Script(status=499), AWAY),
    everywhere("422", Script(status=422), REQUEST),
)

CONNECTIONS = (
    replace(everywhere("nobody listens at the address", Script(), UNSENT), place="nowhere"),
    replace(
        everywhere(
            "the connection is not accepted in time", Script(), replace(SILENT, billed="no"), connect_timeout=0.2
        ),
        place="full",
    ),
    everywhere("the connection is reset before an answer", Script(fault="reset_first"), AWAY),
    everywhere("the connection is reset after the head of the answer", Script(fault="reset_open"), AWAY),
    everywhere("something that is not HTTP", Script(fault="garbage"), AWAY),
    everywhere(
        "no answer within the time for the first event", Script(fault="hang_first"), SILENT, first_token_timeout=0.2
    ),
    everywhere("the head of an answer and then nothing", Script(fault="hang_open"), SILENT, first_token_timeout=0.2),
)

REFUSED: tuple[faults.Fault, ...] = (*LIMITS, *STATUSES, *CONNECTIONS)
