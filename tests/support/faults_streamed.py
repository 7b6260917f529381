"""Faults in an answer that has begun: streams that stop, break, or say what no stream should."""

from domain.kernel import replace
from tests.support import faults
from tests.support.anthropic_server import AnthropicDialect
from tests.support.faults import (
    ANSWERED,
    AWAY,
    BAD,
    BAD_COUNTED,
    BROKEN_OFF,
    BROKEN_OFF_COUNTED,
    EMPTY,
    LIMITED,
    REQUEST,
    SILENT,
    TEXT,
    Fault,
    Outcome,
    Protocol,
    alike,
    by_protocol,
    everywhere,
)
from tests.support.model_dialect import Dialect
from tests.support.model_script import Fault as Happening
from tests.support.model_script import Script, Spoils, Wanted
from tests.support.openai_server import OpenAIDialect
from tests.support.responses_server import ResponsesDialect

_IDLE = {"idle_timeout": 0.2}
_AFTER = {
    "chat": 'data: {"choices": [{"index": 0, "delta": {"content": " More."}}]}\n\n',
    "responses": 'data: {"type": "response.output_text.delta", "output_index": 0, "delta": " More."}\n\n',
    "messages": "event: content_block_delta\n"
    'data: {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": " More."}}\n\n',
}
_ALIVE = {
    "chat": 'data: {"id": "x", "object": "chat.completion.chunk", "model": "gpt-test", "choices": []}\n\n',
    "responses": 'event: keepalive\ndata: {"type": "keepalive", "sequence_number": 3}\n\n',
    "messages": 'event: ping\ndata: {"type": "ping"}\n\n',
}
_NO_CHOICES = """data: {"id": "x", "object": "chat.completion.chunk", "model": "gpt-test", "choices": [], "usage": \
{"prompt_tokens": 120, "completion_tokens": 7, "total_tokens": 127}}

data: [DONE]

"""
_RUBBISH = {"chat": "data: rubbish\n\n", "responses": "data: rubbish\n\n", "messages": "event: rubbish\ndata: {\n\n"}


def _said(happening: Happening = "none", text: str = TEXT, **fields: object) -> Script:
    return Script(text, happening, input_tokens=120, output_tokens=7, **fields)  # type: ignore[arg-type]


def _changed(*changes: tuple[str, str], stop: str | None = None) -> Script:
    return _said(spoils=Spoils(changes), stop=stop)


def _spoilt(**what: str) -> Script:
    return _said(spoils=Spoils(**what))  # type: ignore[arg-type]


def _calling(name: str, arguments: str = '{"place": "Paris"}', *changes: tuple[str, str]) -> Script:
    return _said(text="", wanted=(Wanted(name, arguments),), spoils=Spoils(changes))


def _counting(written: str) -> dict[str, Script]:
    """The same count of what was read, written otherwise."""
    return {
        "chat": _changed(('"prompt_tokens": 120', f'"prompt_tokens": {written}')),
        "responses": _changed(('"input_tokens": 120', f'"input_tokens": {written}')),
        "messages": _changed(('"input_tokens": 120', f'"input_tokens": {written}')),
    }


def _differing(name: str, **cells: tuple[Script, Outcome]) -> Fault:
    scripts = by_protocol({protocol: script for protocol, (script, _) in cells.items()})
    return Fault(name, scripts, {protocol: cells[protocol][1] for protocol in scripts})


def _spoken(dialect: Dialect) -> str:
    """A whole answer in one protocol, which another is to understand."""
    asked: dict[str, object] = {"model": "m", "messages": [], "input": []}
    return b"".join(frame.data for frame in dialect.frames(_said(), asked)).decode()


_CHAT, _RESPONSES, _MESSAGES = _spoken(OpenAIDialect()), _spoken(ResponsesDialect()), _spoken(AnthropicDialect())
_TALK: dict[Protocol, str] = {"chat": _CHAT, "responses": _RESPONSES, "messages": _MESSAGES}


def _foreign(spoken: Protocol) -> Fault:
    heard = {protocol: _spoilt(instead=_TALK[spoken]) for protocol in _TALK if protocol != spoken}
    return alike(f"an answer in the language of {faults.PROTOCOLS[spoken]}", BAD, **heard)


STOPPED = (
    everywhere("silence in the middle", _said("hang_middle"), SILENT, **_IDLE),
    everywhere("an event that drips in byte by byte", _said("drip"), SILENT, **_IDLE),
    everywhere(
        "nothing but comments from the middle on", _said("repeat", spoils=Spoils(middle=": ping\n\n")), SILENT, **_IDLE
    ),
    replace(
        alike(
            "nothing but signs of life from the middle on",
            SILENT,
            **{name: _said("repeat", spoils=Spoils(middle=sign)) for name, sign in _ALIVE.items()},
        ),
        timeouts={"idle_timeout": 0.1},
    ),
    everywhere("one word after the other, slowly", _said(delay=0.05), ANSWERED),
    everywhere("the connection is reset in the middle", _said("reset"), BROKEN_OFF),
    everywhere("the answer ends in the middle", _said("cut"), BROKEN_OFF),
    everywhere("silence after the end", _said("hang_last"), ANSWERED, **_IDLE),
    everywhere("the connection is reset after the end", _said("reset_last"), ANSWERED),
    alike(
        "no reason for the end",
        BROKEN_OFF_COUNTED,
        chat=_changed(('"finish_reason": "stop"', '"finish_reason": null')),
        messages=_changed(('"stop_reason": "end_turn"', '"stop_reason": null')),
    ),
    _differing(
        "no end, or one without a count",
        chat=(_said("no_usage"), replace(BAD, retryable=True)),
        responses=(_spoilt(drop="response.completed"), BROKEN_OFF),
        messages=(_said("no_usage"), BROKEN_OFF),
    ),
)

ERRORS = (
    _differing(
        "an error in the middle: overloaded",
        chat=(_said("error_event", code="server_error"), AWAY),
        responses=(_said("error_event", code="server_is_overloaded"), AWAY),
        messages=(_said("error_event", code="overloaded_error"), AWAY),
    ),
    alike(
        "an error in the middle: too many requests",
        replace(LIMITED, billed="unknown"),
        chat=_said("error_event", code="rate_limit_exceeded"),
        responses=_said("error_event", code="rate_limit_exceeded"),
        messages=_said("error_event", code="rate_limit_error"),
    ),
    alike(
        "an error in the middle: an invalid request",
        replace(REQUEST, billed="unknown"),
        chat=_said("error_event", code="invalid_prompt"),
        responses=_said("error_event", code="invalid_prompt"),
        messages=_said("error_event", code="invalid_request_error"),
    ),
    everywhere("an error in the middle that nobody knows", _said("error_event", code="something_new"), AWAY),
    alike(
        "an answer that failed, with its count", replace(AWAY, billed="counted"), responses=_said(stop="server_error")
    ),
)

FORMS = (
    everywhere("a web page with status 200", Script(fault="html"), BAD),
    everywhere("nothing with status 200", _spoilt(drop="data:"), BAD),
    everywhere(
        "JSON that is no stream, with status 200",
        _said(spoils=Spoils(instead='{"id": "x", "text": "Hello."}'), headers={"content-type": "application/json"}),
        BAD,
    ),
    everywhere(
        "an error with status 200",
        _said(
            spoils=Spoils(instead='{"error": {"message": "No.", "code": 502}}'),
            headers={"content-type": "application/json"},
        ),
        BAD,
    ),
    everywhere("half a JSON object in the middle", _said("malformed"), BAD),
    everywhere("JSON of another shape in the middle", _said("wrong_shape"), BAD),
    everywhere("bytes that are no UTF-8", _said("not_utf8"), BAD),
    everywhere(
        "a line of a megabyte that is no JSON",
        _spoilt(middle=f"event: message_delta\ndata: {'x' * 1_000_000}\n\n"),
        BAD,
    ),
    everywhere("a comment of a megabyte", _spoilt(middle=f": {'x' * 1_000_000}\n\n"), ANSWERED),
    everywhere("an answer of more than eight million characters", _said(text=f"{'x' * 1_000_000} " * 9), BAD),
    everywhere("an answer called plain text", _said(headers={"content-type": "text/plain"}), ANSWERED),
    everywhere("an answer called compressed that is not", _said(headers={"content-encoding": "gzip"}), AWAY),
    _foreign("chat"),
    _foreign("responses"),
    _foreign("messages"),
)

ENDS = (
    everywhere("an answer without a word", _said("empty"), EMPTY),
    everywhere("an answer of white space", _said(text=" \n "), EMPTY),
    alike("only empty choices", BROKEN_OFF_COUNTED, chat=_spoilt(instead=_NO_CHOICES)),
    alike(
        "an end for a reason that nobody knows",
        BAD_COUNTED,
        chat=_said(stop="boredom"),
        responses=_changed(('"reason": "max_output_tokens"', '"reason": "boredom"'), stop="max_output_tokens"),
        messages=_said(stop="boredom"),
    ),
    alike(
        "a refusal, or a filter's stop",
        ANSWERED,
        chat=_said(stop="content_filter"),
        responses=_said(stop="content_filter"),
        messages=_said(stop="refusal"),
    ),
    alike(
        "the end comes twice",
        ANSWERED,
        chat=_spoilt(twice='"finish_reason": "stop"'),
        responses=_spoilt(twice="response.completed"),
        messages=_spoilt(twice="message_stop"),
    ),
    alike("more words after the end", ANSWERED, **{name: _spoilt(after=said) for name, said in _AFTER.items()}),
    alike("rubbish after the end", ANSWERED, **{name: _spoilt(after=said) for name, said in _RUBBISH.items()}),
    alike("a count that is no number", BAD, **_counting('"many"')),
    alike("a count below nothing", BAD, **_counting("-120")),
    alike("a count beyond all measure", BAD, **_counting("9" * 30)),
    alike(
        "a count that shrinks",
        ANSWERED,
        chat=_changed(
            (
                '"refusal": null}, "logprobs": null, "finish_reason": null}], "usage": null',
                '"refusal": null}}], "usage": {"prompt_tokens": 900, "completion_tokens": 90}',
            )
        ),
        responses=_changed(('null, "usage": null', 'null, "usage": {"input_tokens": 900, "output_tokens": 90}')),
        messages=_changed(('"output_tokens": 1,', '"output_tokens": 90,')),
    ),
)

TOOLS = (
    everywhere(
        "a call of a tool that was not offered", _calling("launch"), Outcome("model_tool_unknown", billed="counted")
    ),
    everywhere("a call of a tool without a name", _calling(""), BAD),
    everywhere(
        "a call of a tool whose arguments are no JSON",
        _calling("weather", '{"place": "Par'),
        replace(ANSWERED, text=""),
    ),
    alike(
        "a call of a tool without an id",
        replace(ANSWERED, text=""),
        chat=_calling("weather", "{}", ('"id": "call_0"', '"id": null')),
        responses=_calling("weather", "{}", ('"call_id": "call_0"', '"call_id": null')),
        messages=_calling("weather", "{}", ('"id": "call_0"', '"id": null')),
    ),
    alike(
        "an end to call a tool, and no call",
        BAD_COUNTED,
        chat=_said(stop="tool_calls"),
        messages=_said(stop="tool_use"),
    ),
)

STREAMED: tuple[Fault, ...] = (*STOPPED, *ERRORS, *FORMS, *ENDS, *TOOLS)
