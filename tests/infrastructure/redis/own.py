"""A Valkey of one's own, to be killed and started again on the same data."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator

from infrastructure.embedded import account, places
from infrastructure.embedded.valkey import Valkey
from tests.support import lives, servers


class OwnValkey:
    """What it has written to its file outlives it; a client finds it again under the same address."""

    def __init__(self, valkey: Valkey, stack: contextlib.ExitStack) -> None:
        self.url = valkey.url
        self._valkey = valkey
        self._stack = stack
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = self._stack.enter_context(lives.started(self._valkey))

    def kill(self) -> None:
        assert self._process is not None
        lives.kill(self._process.pid)
        self._process.wait()


@contextlib.contextmanager
def own_valkey() -> Iterator[OwnValkey]:
    with servers.scratch() as folder, contextlib.ExitStack() as stack:
        sockets = places.socket_folder(folder, account.ourselves())
        stack.callback(shutil.rmtree, sockets, ignore_errors=True)
        valkey = OwnValkey(Valkey(data=folder / "valkey", sockets=sockets), stack)
        valkey.start()
        yield valkey
