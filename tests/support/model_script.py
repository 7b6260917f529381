"""What a test server of a model provider shall do, and what it remembers."""

from typing import Literal, TypeAlias

import msgspec

from domain.kernel import Record

Fault: TypeAlias = Literal[
    "none",
    "hang_first",  # the request is never answered
    "hang_open",  # the head of the answer comes, and then nothing
    "hang_middle",  # half of the words come, and then nothing
    "reset",  # half of the words come, then the connection is reset
    "cut",  # half of the words come, then the body ends as if it were whole
    "malformed",  # half a JSON object in the middle
    "not_utf8",  # bytes that are no text
    "html",  # a web page with status 200, as proxies send
    "wrong_shape",  # JSON, but of another kind
    "empty",  # a well-formed answer without a word
    "no_usage",  # no count of tokens
    "error_event",  # an error in the middle of the stream
]


class Script(Record):
    """What happens to one call. `match`: only to a call whose body has this text."""

    text: str = "This answer comes from a test server."
    fault: Fault = "none"
    status: int = 200
    code: str | None = None
    retry_after: str | None = None
    delay: float = 0.0
    stop: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int = 0
    written_tokens: int = 0
    reasoning_tokens: int = 0
    match: str = ""

    def words(self) -> list[str]:
        if self.fault == "empty":
            return []
        return [word + " " for word in self.text.split(" ")[:-1]] + self.text.split(" ")[-1:]


class Call(msgspec.Struct):
    """One request for a model and what became of it: `left` when the client went away before the end."""

    path: str
    body: dict[str, object]
    key: str = ""
    key_was_good: bool = True
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    state: Literal["open", "answered", "broken", "left"] = "open"
    words_sent: int = 0
