"""A run that is watched where there is no terminal: a line for each event."""

import sys
from typing import TextIO

from interfaces.cli.client import wire, wording
from interfaces.cli.client.narration import tell
from interfaces.cli.client.watched import Watched
from interfaces.cli.client.wire import LogEvent


class PlainView:
    """Lines on a stream; what concerns the line to the server goes to standard error."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def event(self, event: LogEvent, watched: Watched) -> None:
        try:
            glyph, sentence = tell(wire.run_fact(event), watched)
        except wire.UnknownEventError:
            glyph, sentence = "?", event.type
        since = wording.duration(wording.seconds(watched.span.begun, event.at))
        print(f"{since:>12}  {glyph} {sentence}", file=self._stream, flush=True)

    def heard(self, watched: Watched) -> None:
        """What models say as they say it is for terminals; here the finished steps count."""

    def note(self, text: str) -> None:
        print(f"z2: {text}", file=sys.stderr, flush=True)

    def close(self) -> None:
        """Nothing is left to be put right."""
