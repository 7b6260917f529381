"""One API process on servers of its own, and the token to ask it with."""

import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import psutil

from bench import servers
from infrastructure.embedded import account, places, server
from infrastructure.embedded.valkey import Valkey
from infrastructure.identity.token_keys import token_keys
from infrastructure.identity.tokens import Tokens, now
from interfaces.processes.network import free_port
from tests.support.residents import Residents

WORKSPACE = uuid4()
PRODUCT = ("interfaces.cli", "api")


class Api:
    """An API process; a token of an admin of WORKSPACE."""

    def __init__(self, url: str, redis: str, data: Path, module: Sequence[str]) -> None:
        self.port = free_port("127.0.0.1", 0)
        environment = {**os.environ, "DATABASE_URL": url, "REDIS_URL": redis, "Z2_DATA_DIR": str(data)}
        environment |= {"Z2_PORT": str(self.port), "Z2_LOG_LEVEL": "error"}
        environment |= {f"Z2_LIMIT_{whose}": "1000000000" for whose in ("USER", "KEY", "ADDRESS", "SIGN_IN")}
        self.process = subprocess.Popen([sys.executable, "-m", *module], env=environment)
        tokens = Tokens(token_keys("", data), timedelta(hours=1))
        self.token, _ = tokens.issue(Residents(environment).new("admin", WORKSPACE), now())

    async def ready(self) -> None:
        for _ in range(600):
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
        raise TimeoutError("the API did not start")

    def memory(self) -> int:
        return int(psutil.Process(self.process.pid).memory_info().rss)


@contextlib.contextmanager
def running(*modules: Sequence[str]) -> Iterator[tuple[str, list[Api]]]:
    """The address of a Postgres, and an API process on it for each module, ready to be asked."""
    with servers.postgres() as url, tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        sockets = places.socket_folder(folder, account.ourselves())
        with server.running(Valkey(data=folder / "valkey", sockets=sockets)) as redis:
            apis: list[Api] = []
            try:
                for module in modules:
                    apis.append(Api(url, redis.url, folder / "data", module))
                    asyncio.run(apis[-1].ready())
                yield url, apis
            finally:
                for api in apis:
                    api.process.terminate()
                    api.process.wait()
