"""An API within the test's own event loop, on real sockets, beside the processes of a running Z2."""

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import uvicorn

from infrastructure import settings
from interfaces.http import live
from interfaces.http.app import create_app


@asynccontextmanager
async def serving(environment: Mapping[str, str], *, keep_alive: float = live.KEEP_ALIVE_SECONDS) -> AsyncIterator[str]:
    """Its address. It stops as the process does: the streams first, and then the rest."""
    app = create_app(settings.load(environment), keep_alive=keep_alive)
    config = uvicorn.Config(
        app, log_config=None, lifespan="on", access_log=False, proxy_headers=False, timeout_graceful_shutdown=3
    )
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        running = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            while not server.started:
                await asyncio.sleep(0.01)
                if running.done():
                    running.result()
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            live.end_all()
            server.should_exit = True
            await running
