"""How many tokens a service counts of a request: it is put into the form that the model's makers have published.

The forms are told independently of Z2: ChatML with the tools of Qwen 2.5 and 3, Llama 3.1 to 3.3, Gemma 3, Tekken at
version 11 as mistral-common writes it, and for OpenAI the reckoning of its cookbook. Vocabularies are a library's.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from splintr import Tokenizer

if TYPE_CHECKING:
    from splintr import AnyTokenizer

Body: TypeAlias = Mapping[str, Any]
"""What a service of Chat Completions is sent."""

CONTROL = None
"""A token of control, which is one whatever stands beside it."""

Pieces: TypeAlias = Iterator[str | None]

QWEN_BEFORE = (
    "# Tools\n\nYou may call one or more functions to assist with the user query.\n\nYou are provided with function"
    " signatures within <tools></tools> XML tags:\n<tools>"
)
QWEN_AFTER = (
    "\n</tools>\n\nFor each function call, return a json object with function name and arguments within"
    ' <tool_call></tool_call> XML tags:\n<tool_call>\n{"name": <function-name>, "arguments": <args-json-object>}\n'
    "</tool_call>"
)
LLAMA_DATES = "Cutting Knowledge Date: December 2023\nToday Date: 26 Jul 2024\n\n"
LLAMA_BEFORE = (
    "Given the following functions, please respond with a JSON for a function call with its proper arguments that best"
    ' answers the given prompt.\n\nRespond in the format {"name": function name, "parameters": dictionary of argument'
    " name and its value}.Do not use variables.\n\n"
)


def counted(body: Body, family: str) -> int:
    """The tokens of the whole request."""
    if family == "openai":
        return _cookbook(body)
    vocabulary, pieces = _FORMS[family]
    return sum(1 if piece is CONTROL else _length(piece, vocabulary) for piece in _joined(pieces(body)))


def _joined(pieces: Pieces) -> Pieces:
    """Texts that stand together are one, as tokens may go over their seams."""
    text = ""
    for piece in pieces:
        if piece is CONTROL:
            yield from (text, CONTROL)
            text = ""
        else:
            text += piece
    yield text


@cache
def _tokenizer(vocabulary: str) -> "AnyTokenizer":
    return Tokenizer.from_pretrained(vocabulary)


def _length(text: str, vocabulary: str) -> int:
    return len(_tokenizer(vocabulary).encode_ordinary(text))


def _json(value: object, **how: Any) -> str:
    return json.dumps(value, ensure_ascii=False, **how)


def _split(body: Body) -> tuple[str, Sequence[dict[str, Any]]]:
    first, *others = body["messages"]
    return (first["content"], others) if first["role"] == "system" else ("", [first, *others])


def _qwen(body: Body) -> Pieces:
    system, messages = _split(body)
    if tools := body.get("tools"):
        told = "".join(f"\n{_json(tool)}" for tool in tools)
        system = f"{system}\n\n{QWEN_BEFORE}{told}"
    yield from (CONTROL, f"system\n{system}", *(_tags(QWEN_AFTER) if tools else ()), CONTROL, "\n")
    roles = [message["role"] for message in messages]
    for at, message in enumerate(messages):
        if message["role"] == "tool":
            yield from (CONTROL, "user") if at == 0 or roles[at - 1] != "tool" else ()
            yield from ("\n", CONTROL, f"\n{message['content']}\n", CONTROL)
            yield from (CONTROL, "\n") if roles[at + 1 : at + 2] != ["tool"] else ()
            continue
        yield from (CONTROL, f"{message['role']}\n{message['content'] or ''}")
        for call in _calls(message):
            yield from ("\n", CONTROL, f'\n{{"name": "{call["name"]}", "arguments": {call["arguments"]}}}\n', CONTROL)
        yield from (CONTROL, "\n")
    yield from (CONTROL, "assistant\n")


def _tags(text: str) -> Pieces:
    """Qwen's tags of calls are tokens of control wherever the form itself has them."""
    for piece in re.split(r"(</?tool_call>)", text):
        yield CONTROL if piece.startswith(("<tool_call", "</tool_call")) else piece


def _llama(body: Body) -> Pieces:
    system, messages = _split(body)
    tools = body.get("tools", ())
    yield from (CONTROL, *_header("system"), "Environment: ipython\n" if tools else "", LLAMA_DATES, system, CONTROL)
    for at, message in enumerate(messages):
        if message["role"] == "tool":
            yield from (*_header("ipython"), _json(message["content"]), CONTROL)
        elif calls := _calls(message):
            for call in calls:
                yield from _header("assistant")
                yield from (f'{{"name": "{call["name"]}", "parameters": {call["arguments"]}}}', CONTROL)
        else:
            yield from _header(message["role"])
            if tools and at == 0:
                yield from (LLAMA_BEFORE, *(f"{_json(tool, indent=4)}\n\n" for tool in tools))
            yield from (message["content"], CONTROL)
    yield from _header("assistant")


def _header(role: str) -> Pieces:
    yield from (CONTROL, role, CONTROL, "\n\n")


def _gemma(body: Body) -> Pieces:
    system, messages = _split(body)
    yield CONTROL
    for at, message in enumerate(messages):
        role = "model" if message["role"] == "assistant" else "user"
        before = f"{system}\n\n" if system and at == 0 else ""
        yield from (CONTROL, f"{role}\n{before}{message['content'].strip()}", CONTROL, "\n")
    yield from (CONTROL, "model\n")


def _mistral(body: Body) -> Pieces:
    system, messages = _split(body)
    yield from (CONTROL, CONTROL, system, CONTROL)
    last = max(at for at, message in enumerate(messages) if message["role"] == "user")
    for at, message in enumerate(messages):
        if at == last and (tools := body.get("tools")):
            yield from (CONTROL, _json(tools), CONTROL)
        if message["role"] == "user":
            yield from (CONTROL, message["content"], CONTROL)
        elif message["role"] == "tool":
            yield from (CONTROL, message["tool_call_id"], CONTROL, message["content"], CONTROL)
        else:
            yield message["content"] or ""
            for call, told in zip(_calls(message), message.get("tool_calls", ()), strict=True):
                yield from (CONTROL, call["name"], CONTROL, told["id"], CONTROL, call["arguments"])
            yield CONTROL


def _calls(message: Mapping[str, Any]) -> list[dict[str, str]]:
    return [call["function"] for call in message.get("tool_calls", ())]


_FORMS: Mapping[str, tuple[str, Callable[[Body], Pieces]]] = {
    "qwen": ("qwen3", _qwen),
    "llama": ("llama3", _llama),
    "gemma": ("gemma3", _gemma),
    "mistral": ("mistral_v3", _mistral),
}


def _cookbook(body: Body) -> int:
    """`num_tokens_from_messages` and `num_tokens_for_tools` of OpenAI's cookbook, for GPT-4o and later."""
    found = 3
    for message in body["messages"]:
        found += 3 + _o200k(message["role"]) + _o200k(message.get("content") or "")
        found += _o200k(message.get("tool_call_id", ""))
        found += sum(3 + _o200k(call["name"]) + _o200k(call["arguments"]) for call in _calls(message))
    tools = [tool["function"] for tool in body.get("tools", ())]
    return found + (12 if tools else 0) + sum(map(_cookbook_tool, tools))


def _cookbook_tool(tool: Mapping[str, Any]) -> int:
    properties = tool["parameters"].get("properties", {})
    found = 7 + _o200k(f"{tool['name']}:{tool['description'].rstrip('.')}") + (3 if properties else 0)
    for name, each in properties.items():
        found += 3 + _o200k(f"{name}:{each.get('type')}:{each.get('description', '').rstrip('.')}")
        if values := each.get("enum", ()):
            found += -3 + sum(3 + _o200k(str(value)) for value in values)
    return found


def _o200k(text: str) -> int:
    return _length(text, "o200k_base")
