"""A server of models that costs next to nothing: the same answer of 20 tokens each time, at once or after 50 ms.

`python -m bench.model_server` prints its port. The model `slow` takes 50 ms, every other one answers at once. The model
`acts` has the first tool that it is given calculate, and answers once that has given something; `talks` says as much as
it was asked last.
"""

import asyncio
import json
from typing import Any, cast

import uvloop

from bench.runs_peers.talk import answer

SECONDS = 0.05
WORDS = ["The ", "Moon ", "pulls ", "at ", "the ", "sea ", "and ", "it ", "rises ", "twice."]
USAGE = {"prompt_tokens": 30, "completion_tokens": 20, "total_tokens": 50}
SAME = {"id": "chatcmpl-1", "created": 1_700_000_000, "model": "instant"}


TEXT: dict[str, Any] = {"role": "assistant", "content": "".join(WORDS)}


def _answer(message: dict[str, Any] = TEXT, finish: str = "stop") -> bytes:
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish}
    body = json.dumps({**SAME, "object": "chat.completion", "choices": [choice], "usage": USAGE}).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def _chunk(delta: dict[str, Any], finish: str | None = None, *, counted: bool = False) -> bytes:
    choices = [] if counted else [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]
    told = {**SAME, "object": "chat.completion.chunk", "choices": choices, "usage": USAGE if counted else None}
    return _piece(f"data: {json.dumps(told)}\n\n".encode())


def _piece(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def _stream(deltas: list[dict[str, Any]], finish: str = "stop") -> bytes:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    said = [_chunk({"role": "assistant", "content": ""}), *(_chunk(delta) for delta in deltas)]
    return b"".join(
        [head, *said, _chunk({}, finish), _chunk({}, counted=True), _piece(b"data: [DONE]\n\n"), b"0\r\n\r\n"]
    )


def _call(name: str) -> list[dict[str, Any]]:
    """The tool by this name is to calculate."""
    function = {"name": name, "arguments": '{"expression": "2 * 3"}'}
    return [{"id": "call_1", "type": "function", "function": function}]


def _acts(asked: dict[str, Any]) -> bytes:
    if asked["messages"][-1]["role"] == "tool":
        return STREAM if asked.get("stream") else ANSWER
    wanted = _call(asked["tools"][0]["function"]["name"])
    if asked.get("stream"):
        return _stream([{"tool_calls": [{"index": 0, **wanted[0]}]}], "tool_calls")
    return _answer({"role": "assistant", "content": None, "tool_calls": wanted}, "tool_calls")


def _talks(asked: dict[str, Any]) -> bytes:
    said = asked["messages"][-1]["content"]
    text = answer(said if isinstance(said, str) else "".join(part["text"] for part in said))
    return _stream([{"content": text}]) if asked.get("stream") else _answer({"role": "assistant", "content": text})


ANSWER, STREAM = _answer(), _stream([{"content": word} for word in WORDS])
NOTHING = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


class Serving(asyncio.Protocol):
    """A connection, with one request at a time."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._asked = b""

    def data_received(self, data: bytes) -> None:
        self._asked += data
        head, end, body = self._asked.partition(b"\r\n\r\n")
        length = next((line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b":0")
        if not end or len(body) < int(length.partition(b":")[2]):
            return
        self._asked = b""
        if not body:
            self._transport.write(NOTHING)  # something else than an answer was asked for
            return
        asked = json.loads(body)
        answer = STREAM if asked.get("stream") else ANSWER
        if asked["model"] == "acts":
            self._transport.write(_acts(asked))
        elif asked["model"] == "talks":
            self._transport.write(_talks(asked))
        elif asked["model"] == "slow":
            asyncio.get_running_loop().call_later(SECONDS, self._transport.write, answer)
        else:
            self._transport.write(answer)


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Serving, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main())
