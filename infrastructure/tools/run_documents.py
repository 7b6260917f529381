"""Tools by which agents work on the documents of their own run, without passing a text as an argument."""

import asyncio
import heapq
from typing import Any

from application.models.request import JsonSchema
from application.orchestration.run_documents import RunDocuments
from application.orchestration.tools import Tool, ToolCall
from infrastructure.tools.query_table import ANSWER, queried
from infrastructure.tools.search_document import MOST, USUAL, passages

CHARACTERS = 20_000

SEARCHES = "Finds the passages of the documents of this run that say most about what is asked, the best first."
READS = (
    f"Reads a document of this run by its title, at most {CHARACTERS:,} characters from `offset` on; without a title it"
    " lists the documents."
)
QUERIES = (
    "Answers a query in SQL (SQLite's) over a document of this run that is a table in CSV, by its title. The table is"
    " called `data`."
)


def run_tools(documents: RunDocuments) -> tuple[Tool, ...]:
    """What they give was written by others."""

    async def search(call: ToolCall) -> Any:
        return await _search(documents, call)

    async def read(call: ToolCall) -> Any:
        return await _read(documents, call)

    async def query(call: ToolCall) -> Any:
        found = await documents.named(call, str(call.arguments["title"]))
        return await queried(await documents.text(call, found), str(call.arguments["sql"]))

    return (
        Tool("search-run", SEARCHES, _SEARCH, _FOUND, act=search, untrusted=True),
        Tool("read-run", READS, _READ, _TOLD, act=read, untrusted=True),
        Tool("query-run", QUERIES, _QUERY, ANSWER, act=query, untrusted=True, most_bytes=4 * 1024 * 1024),
    )


async def _search(documents: RunDocuments, call: ToolCall) -> Any:
    query, most = str(call.arguments["query"]), int(call.arguments.get("most", USUAL))
    wanted = call.arguments.get("title")
    searched = await documents.of(call) if wanted is None else (await documents.named(call, str(wanted)),)
    found: list[dict[str, Any]] = []
    for each in searched:
        text = await documents.text(call, each)
        best = await asyncio.to_thread(passages, text, query, most)
        found += [{"document": each.title, **passage} for passage in best]
    return {"passages": heapq.nlargest(most, found, key=lambda passage: passage["score"])}


async def _read(documents: RunDocuments, call: ToolCall) -> Any:
    title, start = call.arguments.get("title"), int(call.arguments.get("offset", 0))
    if title is None:
        return {"documents": [{"title": each.title, "bytes": each.content.size} for each in await documents.of(call)]}
    found = await documents.named(call, str(title))
    text = await documents.text(call, found)
    end = start + int(call.arguments.get("characters", CHARACTERS))
    return {"title": found.title, "text": text[start:end], "characters": len(text), "more": len(text) > end}


_TITLE = {"type": "string", "minLength": 1, "maxLength": 500}
_SEARCH: JsonSchema = {
    "type": "object",
    "properties": {
        "query": {"type": "string", "minLength": 1, "maxLength": 1_000},
        "title": {**_TITLE, "description": "only in this document"},
        "most": {"type": "integer", "minimum": 1, "maximum": MOST},
    },
    "required": ["query"],
    "additionalProperties": False,
}
_PASSAGE = {
    "type": "object",
    "properties": {
        **{name: {"type": "string"} for name in ("document", "text", "section")},
        "score": {"type": "number"},
    },
    "required": ["document", "text", "section", "score"],
}
_FOUND: JsonSchema = {
    "type": "object",
    "properties": {"passages": {"type": "array", "items": _PASSAGE}},
    "required": ["passages"],
}
_READ: JsonSchema = {
    "type": "object",
    "properties": {
        "title": _TITLE,
        "offset": {"type": "integer", "minimum": 0},
        "characters": {"type": "integer", "minimum": 1, "maximum": CHARACTERS},
    },
    "additionalProperties": False,
}
_LISTED = {
    "type": "object",
    "properties": {"title": {"type": "string"}, "bytes": {"type": "integer"}},
    "required": ["title", "bytes"],
}
_TOLD: JsonSchema = {
    "type": "object",
    "properties": {
        "documents": {"type": "array", "items": _LISTED},
        "title": {"type": "string"},
        "text": {"type": "string"},
        "characters": {"type": "integer"},
        "more": {"type": "boolean"},
    },
}
_QUERY: JsonSchema = {
    "type": "object",
    "properties": {"title": _TITLE, "sql": {"type": "string", "minLength": 1, "maxLength": 20_000}},
    "required": ["title", "sql"],
    "additionalProperties": False,
}
