"""Putting one answer together from what an SDK streams, and refusing it when it is not whole."""

from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

from application.models.port import Finished, ModelError, Usage
from domain.kernel import Record
from infrastructure.models.failures import Endpoint, bad_answer

StopReason: TypeAlias = Literal["end", "length", "refusal"]

NO_LISTING = "what came is no list of models; check whether the address is the right one"

UNREADABLE = (ValueError, TypeError, AttributeError, RecursionError)
"""What the SDKs raise where they take for a list of models what is a web page or worse."""


class Listing(Record):
    """What is read of a list of models: that it is one."""

    data: list[Any]


class Answer:
    """What is known of the answer so far."""

    def __init__(self, endpoint: Endpoint, model: str, stops: Mapping[str, StopReason]) -> None:
        self._endpoint = endpoint
        self._stops = stops
        self.model = model
        self.stop: str | None = None
        self.usage: Usage | None = None
        self.begun = False
        self.spoke = False
        self.declined = False

    def finished(self) -> Finished:
        """The end of a whole answer; raises ModelError `model_bad_answer` when something is missing."""
        if not self.begun:
            what = f"nothing of an answer came; check whether {self._endpoint.url_setting} is the right address"
            raise bad_answer(self._endpoint, what)
        if self.stop is None or self.usage is None:
            missing = "reason for its end" if self.stop is None else "count of its tokens"
            what = f"the answer broke off or came without a {missing}"
            raise bad_answer(self._endpoint, what, retryable=True, usage=self.usage)
        reason = self._stops.get(self.stop)
        if reason is None:
            what = "the answer ended for a reason that a plain text request does not have"
            raise bad_answer(self._endpoint, what, usage=self.usage)
        if self.declined:
            reason = "refusal"
        if not self.spoke and reason != "refusal":
            raise bad_answer(self._endpoint, f"the answer is empty: {self._why_empty(reason)}", usage=self.usage)
        return Finished(reason, self.usage, self.model)

    def unreadable(self) -> ModelError:
        """The error for an answer that is not of the provider's own form."""
        return bad_answer(self._endpoint, "the answer cannot be read", usage=self.usage)

    def _why_empty(self, reason: StopReason) -> str:
        if reason == "length" and self.usage is not None:
            return f"all {self.usage.output_tokens} output tokens went into something else, such as reasoning"
        return "it has no text"
