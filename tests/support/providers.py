"""A Z2 whose model providers are local servers that speak the real protocols and do as they are told."""

import contextlib
import itertools
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx2

from tests.support.model_script import Script
from tests.support.servers import create_database, redis_server
from tests.support.system import ROOT, System, running_system

KINDS = ("openai", "anthropic")

_numbers = itertools.count()


class ProviderProcess:
    """One provider's server, in a process of its own."""

    def __init__(self, kind: str) -> None:
        command = [sys.executable, "-m", f"tests.support.{kind}_server"]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        self._control = httpx2.Client(base_url=self.url)

    def close(self) -> None:
        self._control.close()
        self._process.terminate()
        self._process.communicate()

    def kill(self) -> None:
        """It is gone at once, and every connection with it."""
        self._process.kill()
        self._process.wait()

    def reset(self) -> None:
        """Forget all calls and all scripts."""
        self._control.post("/__reset")

    def will(self, **script: Any) -> None:
        """What happens to the next call that no other script is for."""
        Script(**script)
        assert self._control.post("/__script", json=script).status_code == 200

    def always(self, **script: Any) -> None:
        """What happens to all calls without a script of their own."""
        Script(**script)
        assert self._control.post("/__default", json=script).status_code == 200

    def takes(self, *keys: str) -> None:
        """From now on it takes these keys and no others."""
        assert self._control.post("/__keys", json=keys).status_code == 200

    def calls(self) -> list[dict[str, Any]]:
        """The calls so far, in their order."""
        found: list[dict[str, Any]] = self._control.get("/__calls").json()
        return found


class ProvidedSystem:
    """A running Z2 and its providers."""

    def __init__(self, system: System, openai: ProviderProcess, anthropic: ProviderProcess) -> None:
        self.system = system
        self.openai = openai
        self.anthropic = anthropic


@contextlib.contextmanager
def provided_system(postgres: str, **settings: str) -> Iterator[ProvidedSystem]:
    """A Z2 on a Redis of its own, so that no other Z2's worker takes its jobs."""
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(contextlib.closing(ProviderProcess(kind))) for kind in KINDS]
        addresses = {
            "OPENAI_BASE_URL": f"{servers[0].url}/v1",
            "OPENAI_API_KEY": "sk-test",
            "ANTHROPIC_BASE_URL": servers[1].url,
            "ANTHROPIC_API_KEY": "sk-ant-test",
        }
        redis_url = stack.enter_context(redis_server())
        database = create_database(postgres, f"providers_{next(_numbers)}")
        system = stack.enter_context(running_system(database, redis_url, **addresses | settings))
        yield ProvidedSystem(system, *servers)
