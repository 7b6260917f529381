"""Why a model did not answer."""

from typing import Literal, TypeAlias

from application.models.stream import Usage

Code: TypeAlias = Literal[
    "model_unknown",
    "model_unavailable",
    "model_timeout",
    "model_rate_limited",
    "model_key_missing",
    "model_key_refused",
    "model_request_refused",
    "model_incapable",
    "model_context_exceeded",
    "model_schema_refused",
    "model_tool_unknown",
    "model_bad_answer",
    "model_answer_empty",
    "model_answer_broken_off",
    "model_format_missed",
    "model_answer_unfit",
    "model_call_abandoned",
    "model_price_unknown",
    "budget_exceeded",
]

NOT_BILLED: frozenset[Code] = frozenset(
    {
        "model_unknown",
        "model_rate_limited",
        "model_key_missing",
        "model_key_refused",
        "model_request_refused",
        "model_incapable",
        "model_context_exceeded",
        "model_schema_refused",
        "model_price_unknown",
        "budget_exceeded",
    }
)
"""A provider that answers so at once has done no work that it could charge for."""

_OF_THE_PROVIDER = frozenset({500, 501, 503, 529})
_IN_BETWEEN = frozenset({408, 499})


class ModelError(Exception):
    """The model did not answer.

    `usage` is what the provider counted although its answer is of no use: it was paid for all the same. `sent` says
    whether it may have heard of the request at all. `status` is that of a whole HTTP answer that came instead of one
    of the model, if one came.
    """

    def __init__(
        self,
        code: Code,
        detail: str,
        *,
        retryable: bool = False,
        retry_after: float | None = None,
        usage: Usage | None = None,
        sent: bool = True,
        status: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.code = code
        self.retryable = retryable
        self.retry_after = retry_after
        self.usage = usage
        self.sent = sent
        self.status = status


def turned_away(status: int | None) -> bool:
    """Whether who answers with this status has not done, and will not charge for, what was asked.

    A time-out (408, 504), a bad gateway (502), a client that hung up (499) and whatever other error of a server nobody
    has defined are told by somebody in between, who does not know what becomes of the request behind it.
    """
    if status is None or status < 400:
        return False
    return status in _OF_THE_PROVIDER or (status < 500 and status not in _IN_BETWEEN)


def billed(error: ModelError, *, spoke: bool) -> Literal["no", "unknown", "counted"]:
    """Whether the provider charges for a try that ended so; `spoke` says whether a part of an answer had come."""
    if error.usage is not None:
        return "counted"
    if spoke:
        return "unknown"
    return "no" if not error.sent or error.code in NOT_BILLED or turned_away(error.status) else "unknown"
