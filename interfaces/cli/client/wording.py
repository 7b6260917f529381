"""How the command line writes times, amounts and states, and keeps texts from steering the terminal."""

import re
from datetime import datetime

GLYPHS = {
    "pending": "○",
    "waiting": "·",
    "scheduled": "○",
    "running": "●",
    "open": "◐",
    "suspended": "◷",
    "paused": "‖",
    "completed": "✔",
    "skipped": "↷",
    "failed": "✘",
    "cancelled": "⊘",
}
STYLES = {
    "pending": "dim",
    "waiting": "dim",
    "scheduled": "dim",
    "running": "bold cyan",
    "open": "cyan",
    "suspended": "yellow",
    "paused": "yellow",
    "completed": "green",
    "skipped": "dim",
    "failed": "bold red",
    "cancelled": "yellow",
}

_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """The text without what a terminal or a bidirectional renderer would obey; lines and tabs stay."""
    return _CONTROLS.sub("", text)


def one_line(text: str) -> str:
    """The text on one line."""
    return printable(" ".join(text.split()))


def seconds(begun: datetime | None, ended: datetime | None) -> float | None:
    """How long something took; None where it has not begun or not ended."""
    return None if begun is None or ended is None else max(0.0, (ended - begun).total_seconds())


def duration(lasted: float | None) -> str:
    """`0.4 s`, `2 min 05 s`, `1 h 02 min`; nothing where it is unknown."""
    if lasted is None:
        return ""
    if lasted < 60:
        return f"{lasted:.1f} s"
    minutes, rest = divmod(int(lasted), 60)
    return f"{minutes} min {rest:02} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02} min"


def tokens(received: int, written: int) -> str:
    """Tokens in and out, such as `2,140 → 210`; nothing where none were used."""
    return f"{received:,} → {written:,}" if received or written else ""


def cost(micro_usd: int | None) -> str:
    """`$0.0123`; a small sum is never rounded to nothing."""
    if micro_usd is None:
        return "cost unknown"
    if micro_usd == 0:
        return "$0"
    dollars = micro_usd / 1_000_000
    return f"${dollars:,.2f}" if dollars >= 1 else f"${dollars:.6f}".rstrip("0")


def moment(at: datetime) -> str:
    """A time of day and its day, where the person is."""
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
