"""Fetch a page: what a reader would see of it, from one of the hosts that agents may read from."""

import asyncio
from typing import Any

import msgspec

from application.orchestration.tools import Arguments, Tool, ToolError
from application.tools.outside import FETCH_PAGE, Hosts, refusal
from infrastructure.egress import LONGEST_URL, PUBLIC, SECONDS, Egress, Fetched, NotFetched, Resolve
from infrastructure.tools.page_text import PageText, decoded, read

CHARACTERS = 50_000
_HTML = ("text/html", "application/xhtml+xml")
_TEXTS = ("application/json", "application/xml", "application/yaml", "application/javascript")


def fetch_page(hosts: Hosts, *, resolve: Resolve = PUBLIC) -> Tool:
    """Whoever wrote the page is not known, so what it says is untrusted; and asking for it tells its host something."""
    egress = Egress(lambda host, port: "" if hosts.allow(host, port) else refusal(host, port), resolve=resolve)

    async def call(arguments: Arguments) -> Any:
        try:
            page = await egress.fetch(str(arguments["url"]))
        except NotFetched as error:
            raise ToolError(f"the page was not fetched: {error}") from None
        return await asyncio.to_thread(_told, page, int(arguments.get("offset", 0)))

    return Tool(
        FETCH_PAGE,
        f"Reads a web page as text, with its links: at most {CHARACTERS:,} characters from `offset` on; `more` says"
        " whether there are more. Only from hosts that are allowed here.",
        _TAKES,
        _GIVES,
        call,
        effect="external",
        seconds=SECONDS * 2,
        repeatable=True,
        untrusted=True,
    )


def _told(page: Fetched, offset: int) -> Any:
    found = _read(page)
    return {
        "url": page.url,
        "status": page.status,
        "title": found.title,
        "text": found.text[offset : offset + CHARACTERS],
        "characters": len(found.text),
        "more": len(found.text) > offset + CHARACTERS,
        "links": msgspec.to_builtins(found.links),
    }


def _read(page: Fetched) -> PageText:
    """Raises ToolError for what is no text."""
    if page.media_type in _HTML:
        return read(decoded(page.body, page.charset), page.url)
    readable = page.media_type.startswith("text/") or page.media_type in _TEXTS
    if not readable and not page.media_type.endswith(("+json", "+xml")):
        raise ToolError(f"this is no text, but {page.media_type[:100]}")
    return PageText("", decoded(page.body, page.charset), ())


_TAKES = {
    "type": "object",
    "properties": {
        "url": {"type": "string", "minLength": 1, "maxLength": LONGEST_URL},
        "offset": {"type": "integer", "minimum": 0},
    },
    "required": ["url"],
    "additionalProperties": False,
}
_LINK = {
    "type": "object",
    "properties": {"text": {"type": "string"}, "url": {"type": "string"}},
    "required": ["text", "url"],
}
_GIVES = {
    "type": "object",
    "properties": {
        "url": {"type": "string"},
        "status": {"type": "integer"},
        "title": {"type": "string"},
        "text": {"type": "string"},
        "characters": {"type": "integer"},
        "more": {"type": "boolean"},
        "links": {"type": "array", "items": _LINK},
    },
    "required": ["url", "status", "title", "text", "characters", "more", "links"],
}
