"""What a model might answer to the agents of each template, on the template's own sample."""

import json
from typing import Any

import msgspec

from domain.kernel import Record


class Expected(Record):
    """The answers, each to the call whose body has the text before it; how often a model is asked; and what is said."""

    answers: tuple[tuple[str, str], ...]
    calls: int
    says: tuple[str, ...]


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _difference(topic: str, before: str, after: str, weight: str) -> dict[str, str]:
    return {"topic": topic, "before": before, "after": after, "weight": weight}


_DROPPED = _difference("Deposit", "It is returned with interest within thirty days", "", "high")
_ADDED = _difference("Insurance", "", "The tenant insures the workshop against fire and flood", "medium")
_LOOP = {
    "file": "billing/invoices.py",
    "line": 15,
    "severity": "critical",
    "what": "The loop begins at 1 and leaves out the first line.",
    "mend": "Iterate over the lines.",
}
_QUERY = _LOOP | {"line": 23, "what": "The query is put together from input.", "mend": "Use a parameter."}
_SUSPENSION = {
    "clause": "4",
    "quote": "The provider may suspend the service without notice",
    "risk": "high",
    "why": "The business stops over five days.",
}
_ORDER = {
    "who": "Priya",
    "what": "Send the revised order",
    "due": "8 March",
    "quote": "Priya will send the revised order to the supplier by 8 March.",
}
_TOPS = "SELECT substr(day, 1, 7) AS month, product, sum(pieces * price) AS taken FROM data GROUP BY 1, 2 ORDER BY 1, 3"
_URGENT = {"T-1041", "T-1045"}


def _sorted(ticket: dict[str, str]) -> str:
    urgency = "urgent" if ticket["id"] in _URGENT else "normal"
    return _json({"category": "question", "urgency": urgency, "summary": ticket["subject"]})


def _triage(tickets: list[dict[str, str]]) -> Expected:
    """Each ticket comes with its id to the agent that sorts it, and only then to the one that replies."""
    sorting = tuple((each["id"], _sorted(each)) for each in tickets)
    said = ("for_a_person", *sorted(_URGENT), "A reply that was drafted.")
    return Expected(sorting, len(tickets) * 2 - len(_URGENT), said)


def expected(name: str, sample: Any) -> Expected:
    """For a template on its sample."""
    if name == "support-triage":
        return _triage(sample["tickets"])
    return _EXPECTED[name]


def rows_of(text: str) -> list[Any]:
    """The rows of an answer from a table."""
    found: list[Any] = json.loads(text)["rows"]
    return found


_EXPECTED = {
    "document-comparison": Expected(
        (
            ("Go through the old version", _json({"differences": [_DROPPED]})),
            ("Go through the new version", _json({"differences": [_ADDED]})),
            ("Report these differences", "# Differences\n\nThe deposit bears no interest any more."),
        ),
        3,
        ("bears no interest",),
    ),
    "code-review": Expected(
        (
            ("You review changes of code for errors", _json({"findings": [_LOOP]})),
            ("You review changes of code for security", _json({"findings": [_QUERY]})),
            ("You review changes of code for what is not tested", _json({"findings": []})),
            ("Make one review", "# Review\n\nThe first line is left out, and a query is put together from input."),
        ),
        4,
        ("The first line is left out",),
    ),
    "contract-check": Expected(
        (
            ("may suspend the service without notice", _json({"clauses": [_SUSPENSION]})),
            ("Examine this piece", _json({"clauses": []})),
            ("Propose a better wording", "With ten days' notice in writing."),
            ("Report on this contract", "# Report\n\nClause 4. This is no legal advice."),
        ),
        4,
        ("no legal advice",),
    ),
    "table-questions": Expected((("Write the query", _json({"sql": _TOPS})),), 1, ("2026-01", "taken", _TOPS)),
    "debate": Expected(
        (("Give the final answer", "The trial is worth it."), ("You are critic", "The shops will lose.")),
        5,
        ("The trial is worth it.",),
    ),
    "meeting-actions": Expected(
        (
            ("Find the actions", _json({"actions": [_ORDER], "decisions": ["Longer piles."], "open": []})),
            ("Write the list of actions", "## Actions\n\n- Priya sends the order by 8 March."),
        ),
        2,
        ("Priya sends the order by 8 March",),
    ),
    "research-brief": Expected((("Write the brief", "# Brief\n\nTides are a clock."),), 3, ("Tides are a clock.",)),
}
