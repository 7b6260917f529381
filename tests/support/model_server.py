"""A local server that speaks the protocol of a model provider, with faults on demand and a memory of its calls.

In a test: `async with model_server.running(dialect) as server`, then `server.will(Script(...), ...)`.
As a process of its own: `python -m tests.support.openai_server --port 0` prints its address; then over HTTP
`POST /__script` with one script or a list of them (the fields of Script), `POST /__default` with the script of
all other calls, `GET /__calls`, `POST /__reset`.
"""

import argparse
import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Literal

import msgspec

from tests.support import model_faults, tiny_http
from tests.support.model_dialect import Dialect
from tests.support.model_script import Call, Script


class ModelServer:
    """The server; `calls` in their order. It takes the `keys` only, or any where they are None."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._changed = asyncio.Condition()
        self._connections: set[asyncio.Task[None]] = set()
        self._scripts: list[Script] = []
        self.default = Script()
        self.calls: list[Call] = []
        self.keys: set[str] | None = None
        self.url = ""

    def will(self, *scripts: Script) -> None:
        """Each script serves one fitting call, in their order; `default` serves all other calls."""
        self._scripts.extend(scripts)

    async def until(self, true: Callable[[list[Call]], bool], seconds: float = 60.0) -> None:
        """Wait for something to be true of the calls."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(lambda: true(self.calls))

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while request := await tiny_http.read(reader):
                if not await self._answer(request, reader, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._connections.discard(task)
            writer.close()

    async def stop(self) -> None:
        for task in self._connections:
            task.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _answer(
        self, request: tiny_http.Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Whether the connection can go on."""
        if request.path == self._dialect.path and request.method == "POST":
            return await self._model_call(request, reader, writer)
        await tiny_http.respond(writer, *self._other(request))
        return True

    def _other(self, request: tiny_http.Request) -> tuple[int, object]:
        match request.method, request.path:
            case "GET", "/__calls":
                return 200, self.calls
            case "POST", "/__script":
                given = json.loads(request.body)
                self.will(*msgspec.convert(given if isinstance(given, list) else [given], list[Script]))
                return 200, {"waiting": len(self._scripts)}
            case "POST", "/__default":
                self.default = msgspec.json.decode(request.body, type=Script)
                return 200, {}
            case "POST", "/__reset":
                self._scripts.clear()
                self.calls.clear()
                self.default = Script()
                return 200, {}
            case "POST", "/__keys":
                self.keys = set(json.loads(request.body))
                return 200, {}
            case "GET", "/v1/models":
                if self._takes(key := self._dialect.key(request.headers)):
                    return 200, self._dialect.models()
                return 401, self._dialect.error(401, Script(), key)
            case _:
                return 404, self._dialect.error(404, Script(), request.path)

    async def _model_call(
        self, request: tiny_http.Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        call = Call(request.path, json.loads(request.body), self._dialect.key(request.headers))
        call.key_was_good, call.headers = self._takes(call.key), request.headers
        self.calls.append(call)
        leaving = asyncio.create_task(reader.read(1))
        working = asyncio.create_task(self._perform(request, call, writer))
        try:
            await self._tell()
            await asyncio.wait({leaving, working}, return_when=asyncio.FIRST_COMPLETED)
            if working.done() and working.exception() is None:
                return working.result()
            call.state = "left"
            return False
        finally:
            leaving.cancel()
            working.cancel()
            await asyncio.gather(leaving, working, return_exceptions=True)
            await self._tell()

    async def _perform(self, request: tiny_http.Request, call: Call, writer: asyncio.StreamWriter) -> bool:
        script = self._next(request.body.decode())
        refusal = self._dialect.refusal(call.key, request.headers, call.body)
        status = script.status if call.key_was_good else 401
        if refusal is not None:
            status, script = refusal[0], Script(code=refusal[1])
        if not await model_faults.first(script, writer):
            call.state = "broken"
            return False
        if status != 200:
            await asyncio.sleep(script.delay)
            quoted = f"{call.key} {call.body}"
            extra = _retry_after(script)
            said = script.page.encode() or self._dialect.error(status, script, quoted)
            await tiny_http.respond(writer, status, said, extra | script.headers)
            call.state = "refused"
            return True
        call.state = await self._stream(script, call, writer)
        return call.state == "answered"

    async def _stream(self, script: Script, call: Call, writer: asyncio.StreamWriter) -> Literal["answered", "broken"]:
        if script.fault == "html":
            await tiny_http.respond(writer, 200, b"<!doctype html><title>Welcome</title><p>Please sign in.</p>")
            return "answered"
        usual = {"content-type": "text/event-stream", "transfer-encoding": "chunked"}
        writer.write(tiny_http.head(200, usual | script.headers))
        if not await model_faults.opened(script, writer):
            return "broken"
        half = len(script.words()) // 2
        for frame in model_faults.spoilt(script.spoils, self._dialect.frames(script, call.body)):
            if frame.word and call.words_sent == half:
                if not await model_faults.middle(script, self._dialect, writer):
                    return "broken"
                if script.fault == "cut":
                    break
            await asyncio.sleep(script.delay if frame.word else 0)
            await tiny_http.chunk(writer, frame.data)
            if frame.word:
                call.words_sent += 1
                await self._tell()
        if not await model_faults.last(script, writer):
            return "broken"
        await tiny_http.chunk(writer, b"")
        return "answered"

    def _takes(self, key: str) -> bool:
        return self.keys is None or key in self.keys

    def _next(self, body: str) -> Script:
        for script in self._scripts:
            if script.match in body:
                self._scripts.remove(script)
                return script
        return self.default

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


@asynccontextmanager
async def running(dialect: Dialect, port: int = 0, kind: type[ModelServer] = ModelServer) -> AsyncIterator[ModelServer]:
    """A server on 127.0.0.1; without a port on a free one."""
    server = kind(dialect)
    listener = await asyncio.start_server(server.connected, "127.0.0.1", port)
    server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listener.close()
        await server.stop()


def _retry_after(script: Script) -> dict[str, str]:
    said = script.retry_after
    if script.retry_on is not None:
        said = format_datetime(datetime.now(UTC) + timedelta(seconds=script.retry_on), usegmt=True)
    return {} if said is None else {"retry-after": said}


def main(dialect: Dialect, kind: type[ModelServer] = ModelServer) -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    port = parser.parse_args().port

    async def serve() -> None:
        async with running(dialect, port, kind) as server:
            print(server.url, flush=True)
            await asyncio.Event().wait()

    asyncio.run(serve())
