"""What the supervisor must know of a program in order to keep it running."""

import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from infrastructure.embedded import account, server


def _nothing_to_prepare() -> list[str]:
    return []


def always() -> bool:
    """The probe of a program that is ready as soon as it lives."""
    return True


@dataclass(frozen=True)
class Member:
    """`prepare` runs before every start and returns notes for the user; `ready` is asked until it agrees.

    What it says is passed on, but for lines that hold a piece of `noise`. It inherits the open files `fds`.
    """

    name: str
    argv: Callable[[], list[str]]
    ready: Callable[[], bool] = always
    prepare: Callable[[], list[str]] = _nothing_to_prepare
    env: Callable[[], Mapping[str, str]] = lambda: os.environ
    runs_as: Callable[[], account.Account] = account.ourselves
    cwd: Path | None = None
    fds: Sequence[int] = ()
    noise: Sequence[str] = ()
    stop_signal: signal.Signals = signal.SIGTERM
    parting_signal: signal.Signals = signal.SIGKILL


def of_server(one: server.Server) -> Member:
    return Member(
        name=one.name,
        argv=one.argv,
        ready=one.ready,
        prepare=one.prepare,
        env=one.env,
        runs_as=lambda: one.account,
        cwd=Path("/"),
        noise=one.noise,
        stop_signal=one.stop_signal,
        parting_signal=one.parting_signal,
    )


def of_command(
    name: str, *, env: Mapping[str, str], ready: Callable[[], bool] = always, cwd: Path | None = None
) -> Member:
    """One of Z2's own commands, such as `z2 api`, in this Python."""
    return Member(
        name=name,
        argv=lambda: [sys.executable, "-m", "interfaces.cli", name],
        ready=ready,
        env=lambda: env,
        cwd=cwd,
    )
