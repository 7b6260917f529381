"""Somebody follows a run until it is over."""

import sys
from typing import Protocol
from uuid import UUID

from interfaces.cli.client import outcome, screen, stream
from interfaces.cli.client.connection import Connection
from interfaces.cli.client.stream import Interrupted, Resumed
from interfaces.cli.client.watched import Watched
from interfaces.cli.client.wire import Delta, LogEvent
from interfaces.cli.failure import INTERRUPTED, Failure


class View(Protocol):
    """Shows a run as it goes on."""

    def event(self, event: LogEvent, watched: Watched) -> None: ...

    def heard(self, watched: Watched) -> None: ...

    def note(self, text: str) -> None: ...

    def close(self) -> None: ...


class LeftError(Failure):
    """The person has left; the run has not."""

    code = INTERRUPTED


def follow(api: Connection, run_id: UUID, *, until: int, as_json: bool) -> None:
    """Show the run until it is over, and then what came of it. Raises Failure where that is no result."""
    api.patience = stream.PATIENCE
    view = _view(as_json=as_json)
    try:
        watched = watch(api, run_id, view, until=until)
    except KeyboardInterrupt:
        raise LeftError("the run goes on without you", f"watch it with `z2 show {run_id} --follow`") from None
    finally:
        view.close()
    outcome.report(api, run_id, watched, as_json=as_json)


def watch(api: Connection, run_id: UUID, view: View, *, until: int = 0) -> Watched:
    """The run once it is over, as it stands at the position `until` or behind it. Raises Failure."""
    watched = Watched()
    for message in stream.follow(api, f"/api/runs/{run_id}/live"):
        match message:
            case LogEvent() if message.version > watched.version:
                watched = watched.after(message)
                view.event(message, watched)
            case LogEvent():
                continue
            case Delta():
                watched = watched.hearing(message)
                view.heard(watched)
            case Interrupted(reason):
                view.note(f"{reason}; waiting for it to come back")
            case Resumed():
                view.note(f"connected again; going on behind position {watched.position}")
        if watched.over and watched.position >= until:
            break
    return watched


def _view(*, as_json: bool) -> View:
    if as_json or not screen.is_terminal():
        from interfaces.cli.client.plain_view import PlainView

        return PlainView(sys.stderr if as_json else sys.stdout)
    from interfaces.cli.client.live_view import LiveView

    return LiveView(screen.console())
