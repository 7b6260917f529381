"""Standard output: a terminal, which gets colours and pictures, or a pipe, which gets whole lines."""

import sys

from rich.console import Console

PIPE_WIDTH = 200


def is_terminal() -> bool:
    """Whether a person watches, on something that can redraw."""
    return sys.stdout.isatty() and not Console().is_dumb_terminal


def console() -> Console:
    """Where to print; nothing in a text is markup, and a pipe is wide enough for every column."""
    width = None if sys.stdout.isatty() else PIPE_WIDTH
    return Console(markup=False, highlight=False, emoji=False, width=width)
