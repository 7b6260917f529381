"""What agents do with tools, as sentences."""

from domain import run_tool_events as tool
from interfaces.cli.client.wording import GLYPHS

MOST_SHOWN = 8

COMPACTED = {
    "dropped": "was left out of what the model is told",
    "extracted": "is told by its key sentences",
    "summarised": "is told as a summary",
}


def tell(event: tool.Events) -> tuple[str, str]:
    """A glyph and what happened."""
    match event:
        case tool.ToolBegun(tool=name):
            return GLYPHS["running"], f"calls {name}"
        case tool.ToolEnded(problem=problem):
            return (GLYPHS["failed"], f"the tool failed ({problem})") if problem else (GLYPHS["completed"], "tool done")
        case tool.ToolInDoubt():
            return GLYPHS["failed"], "a call of a tool is in doubt; it may have been done"
        case tool.ContextCompacted(method=method, replaced=replaced, tokens_before=before, tokens_after=after):
            told = f"older material ({_parts(replaced)}) {COMPACTED[method]}"
            return GLYPHS["running"], f"{told}: {before:,} tokens became {after:,}"


def _parts(replaced: tuple[str, ...]) -> str:
    """What was told shorter, as the record names its parts: `tool:2.0` and the like."""
    shown = ", ".join(replaced[:MOST_SHOWN])
    return shown if len(replaced) <= MOST_SHOWN else f"{shown} and {len(replaced) - MOST_SHOWN} more"
