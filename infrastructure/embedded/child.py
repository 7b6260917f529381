"""How a child process is started so that it cannot outlive the process that started it."""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from infrastructure.embedded.account import Account

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def options(*, parting: signal.Signals, account: Account | None = None) -> dict[str, Any]:
    """Keyword arguments for `subprocess.Popen`: own process group, `account`, and `parting` when we die."""
    chosen: dict[str, Any] = {"process_group": 0, "preexec_fn": _tie_to_parent(parting)}
    if account is not None and account.lent:
        chosen |= {"user": account.uid, "group": account.gid, "extra_groups": []}
    return chosen


def spawn(
    argv: Sequence[str],
    *,
    parting: signal.Signals,
    account: Account,
    env: Mapping[str, str],
    output: IO[bytes] | int,
) -> subprocess.Popen[bytes]:
    with forks_allowed():
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(env),
            cwd="/",
            **options(parting=parting, account=account),
        )


def run(
    argv: Sequence[str], *, account: Account, env: Mapping[str, str], told: str = ""
) -> subprocess.CompletedProcess[str]:
    """A short task under `account`, with `told` as its input."""
    with forks_allowed():
        return subprocess.run(
            argv,
            input=told,
            capture_output=True,
            text=True,
            check=False,
            env=dict(env),
            cwd="/",
            **options(parting=signal.SIGKILL, account=account),
        )


@contextlib.contextmanager
def forks_allowed() -> Iterator[None]:
    """Python 3.12 warns of forks beside threads; ours only makes one system call before exec."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield


def _tie_to_parent(parting: signal.Signals) -> Callable[[], None] | None:
    """Runs after the ids have changed, because changing them would undo it."""
    if _libc is None:
        return None
    libc, parent = _libc, os.getpid()

    def tie() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(parting), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return tie


def runs(pid: int, *, program: str) -> bool:
    """Whether `pid` is a living process (not a zombie) of that program."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text() if _libc else _listed(pid)
    except FileNotFoundError:
        return False
    name, _, rest = status.partition("(")[2].rpartition(")")
    return name == program and not rest.lstrip().startswith("Z")


def _listed(pid: int) -> str:
    found = subprocess.run(
        ["/bin/ps", "-o", "state=,comm=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    state, _, command = found.stdout.strip().partition(" ")
    return f"{pid} ({Path(command.strip()).name}) {state}"
