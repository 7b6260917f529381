"""Texts in addresses: a character that no database keeps is refused, and nothing falls over it."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx2

from tests.support.asked import created

FOR_EVER = ("/live", "/watch")
"""What is read until somebody hangs up."""


def texts(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of each query, with one of its texts that holds a NUL."""
    for path, item in document["paths"].items():
        if "get" not in item or path.endswith(FOR_EVER):
            continue
        asked = [each for each in item["get"]["parameters"] if each["in"] == "query"]
        needed = {each["name"]: "x" for each in asked if each.get("required")}
        for each in asked:
            if '"type": "string"' in str(each["schema"]).replace("'", '"') and "format" not in str(each["schema"]):
                yield re.sub(r"\{[^}]*\}", lambda _: str(uuid4()), path), needed | {each["name"]: "a\x00"}


def test_no_query_falls_over_a_character_that_no_database_keeps(api: httpx2.Client, document: dict[str, Any]) -> None:
    created(api, "/api/memories", {"text": "There is something to be searched."})
    tried = [(path, query, api.get(path, params=query).status_code) for path, query in texts(document)]
    assert {"/api/sessions", "/api/audit", "/api/memories/search"} <= {path for path, _, _ in tried}
    assert [each for each in tried if each[2] >= 500] == []
