"""The tools that other packages bring with them, under the entry points `z2.tools`."""

from collections.abc import Collection, Iterable, Iterator
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import structlog
from msgspec import convert

from application.orchestration.tools import Tool
from application.tools.python import Function
from domain.kernel import Slug, replace

GROUP = "z2.tools"

log = structlog.get_logger()


def installed(taken: Collection[str] = ()) -> tuple[Tool, ...]:
    """What is broken, or has a name that is `taken`, is left out and logged: the rest of Z2 goes on without it."""
    found: dict[str, Tool] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda each: each.name):
        for tool in _of(entry):
            if tool.name in found or tool.name in taken:
                log.error("tool.name_taken", tool=tool.name, package=_package(entry))
            else:
                found[tool.name] = replace(tool, origin=_package(entry))
    return tuple(found.values())


def _of(entry: EntryPoint) -> tuple[Tool, ...]:
    try:
        return tuple(_tools(entry.load()))
    except Exception as error:
        log.exception("tool.not_loaded", entry=entry.name, package=_package(entry), error=str(error)[:300])
        return ()


def _tools(given: Any) -> Iterator[Tool]:
    """One of them, or several."""
    if isinstance(given, Function | Tool):
        made = given.tool if isinstance(given, Function) else given
        convert(made.name, Slug)
        yield made
    elif isinstance(given, Iterable) and not isinstance(given, str):
        for each in given:
            yield from _tools(each)
    else:
        raise TypeError("an entry point of z2.tools names a tool, or a list of them")


def _package(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist is not None else "unknown"
