"""OpenAI's protocol of embeddings, as a local server. `python -m tests.support.embeddings_server --port 0`.

Its model is a small one, and a real one: a text becomes the counts of its trigrams of letters, hashed to a few hundred
numbers ("feature hashing", K. Weinberger et al., 2009), so that texts with nearly the same words are near each other.
"""

import asyncio
import base64
import struct
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from typing import Literal
from zlib import crc32

from tests.support import model_server, openai_server, tiny_http
from tests.support.model_dialect import Frame
from tests.support.model_script import Call, Script
from tests.support.model_server import ModelServer

MODEL = "trigrams"
NUMBERS = 384


class EmbeddingsDialect:
    path = "/v1/embeddings"

    def key(self, headers: dict[str, str]) -> str:
        return headers.get("authorization", "").removeprefix("Bearer ")

    def refusal(self, key: str, headers: dict[str, str], body: dict[str, object]) -> tuple[int, str] | None:
        if not body.get("input") or not body.get("model"):
            return 400, "missing_required_parameter"
        if body["model"] != MODEL:
            return 404, "model_not_found"
        return None

    def error(self, status: int, script: Script, quoted: str) -> dict[str, object]:
        return openai_server.error(status, script, quoted)

    def error_frame(self, code: str | None) -> bytes:
        raise AssertionError("embeddings do not come in a stream")

    def frames(self, script: Script, body: dict[str, object]) -> Iterator[Frame]:
        raise AssertionError("embeddings do not come in a stream")

    def models(self) -> dict[str, object]:
        model = {"id": MODEL, "object": "model", "created": 1_700_000_000, "owned_by": "test"}
        return {"object": "list", "data": [model]}


class EmbeddingsServer(ModelServer):
    """Answers as a whole."""

    async def _stream(self, script: Script, call: Call, writer: asyncio.StreamWriter) -> Literal["answered", "broken"]:
        await asyncio.sleep(script.delay)
        match script.fault:
            case "html":
                await tiny_http.respond(writer, 200, b"<!doctype html><title>Welcome</title><p>Please sign in.</p>")
            case "wrong_shape":
                await tiny_http.respond(writer, 200, {"object": "list", "data": [{"embedding": "near"}]})
            case "empty":
                await tiny_http.respond(writer, 200, _whole([], call.body))
            case "malformed":
                await tiny_http.respond(writer, 200, _whole([[0.0] * NUMBERS], call.body))
            case _:
                given = call.body["input"]
                texts = given if isinstance(given, list) else [given]
                await tiny_http.respond(writer, 200, _whole([vector(str(text)) for text in texts], call.body))
        return "answered"


def vector(text: str) -> list[float]:
    """How often each trigram of letters occurs, but for those that share a place by chance."""
    words = " ".join("".join(each if each.isalnum() else " " for each in text.lower()).split())
    counts = Counter(crc32(f" {words} "[at : at + 3].encode()) % NUMBERS for at in range(len(words)))
    return [float(counts[place]) for place in range(NUMBERS)]


def running(port: int = 0) -> AbstractAsyncContextManager[ModelServer]:
    return model_server.running(EmbeddingsDialect(), port, EmbeddingsServer)


def _whole(vectors: list[list[float]], body: dict[str, object]) -> dict[str, object]:
    wanted = body.get("encoding_format", "float")
    data = [
        {"object": "embedding", "index": index, "embedding": each if wanted == "float" else _packed(each)}
        for index, each in enumerate(vectors)
    ]
    tokens = len(str(body["input"])) // 4
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": body["model"], "usage": usage}


def _packed(numbers: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(numbers)}f", *numbers)).decode()


if __name__ == "__main__":
    model_server.main(EmbeddingsDialect(), EmbeddingsServer)
