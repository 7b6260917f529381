"""What a test server of a model provider shall do, and what it remembers."""

from typing import Literal, TypeAlias

import msgspec

from domain.kernel import Record

Fault: TypeAlias = Literal[
    "none",
    "hang_first",  # the request is never answered
    "hang_open",  # the head of the answer comes, and then nothing
    "hang_middle",  # half of the words come, and then nothing
    "hang_last",  # the whole answer comes, and the connection stays open
    "drip",  # half of the words come, and then an event byte by byte that never ends
    "repeat",  # half of the words come, and then one piece of the spoils again and again
    "garbage",  # something that is not HTTP comes instead of an answer
    "reset_first",  # the connection is reset instead of an answer
    "reset_open",  # the head of the answer comes, then the connection is reset
    "reset_last",  # the whole answer comes, then the connection is reset
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


class Wanted(Record):
    """A tool call in an answer. Its arguments come in two pieces."""

    name: str
    arguments: str = "{}"
    id: str = ""

    def pieces(self) -> tuple[str, str]:
        half = len(self.arguments) // 2
        return self.arguments[:half], self.arguments[half:]


class Spoils(Record):
    """What is wrong with the pieces of a stream: texts in them are changed, pieces left out, or sent twice.

    `middle` comes after half of the words, `after` after the end, `instead` instead of everything.
    """

    changes: tuple[tuple[str, str], ...] = ()
    drop: str = ""
    twice: str = ""
    middle: str = ""
    after: str = ""
    instead: str = ""


class Script(Record):
    """What happens to one call. `match`: only to a call whose body has this text."""

    text: str = "This answer comes from a test server."
    fault: Fault = "none"
    status: int = 200
    code: str | None = None
    param: str | None = None
    message: str = ""
    retry_after: str | None = None
    retry_on: float | None = None
    """Seconds from the answer to the date that it names as `Retry-After`."""

    headers: dict[str, str] = {}
    """More headers, or others, of any answer."""

    page: str = ""
    """A web page instead of an error in the provider's own form."""

    spoils: Spoils = Spoils()
    delay: float = 0.0
    stop: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int = 0
    written_tokens: int = 0
    reasoning_tokens: int = 0
    unsummed_tokens: int = 0
    """Tokens that the sum has and no other count."""

    reasoning: str = ""
    signature: str = ""
    redacted: str = ""
    in_pieces: bool = False
    """Whether words and thoughts come as pieces of one content, as one service has it."""

    counted: bool = False
    """Whether tokens are counted without being asked for."""

    wanted: tuple[Wanted, ...] = ()
    same_place: bool = False
    """Whether all tool calls have the same number, as one service has it."""

    match: str = ""

    def words(self) -> list[str]:
        if self.fault == "empty" or not self.text:
            return []
        return [word + " " for word in self.text.split(" ")[:-1]] + self.text.split(" ")[-1:]


class Call(msgspec.Struct):
    """One request for a model and what became of it: `left` when the client went away before the end."""

    path: str
    body: dict[str, object]
    key: str = ""
    key_was_good: bool = True
    headers: dict[str, str] = msgspec.field(default_factory=dict)
    state: Literal["open", "answered", "refused", "broken", "left"] = "open"
    words_sent: int = 0
