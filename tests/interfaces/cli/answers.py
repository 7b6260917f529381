"""What a Z2 answers, as a test needs it."""

from uuid import UUID

from tests.support.given import AT

WORKFLOW_ID = UUID("783f4a1f-8db4-4e34-a2be-b855094aa476")

_BETWEEN = {"calls": {"low": 2, "high": 3}, "input_tokens": {"low": 9, "high": 90}}
_TOLD = {**_BETWEEN, "output_tokens": {"low": 2, "high": 9_000}, "why_unknown": ""}
FREE = {**_TOLD, "model": "offline/extractive", "micro_usd_low": 0, "micro_usd_high": 0}
PAID = {**_TOLD, "model": "openai/some", "micro_usd_low": 760, "micro_usd_high": 8_859}
UNKNOWN = {
    **_TOLD,
    "model": "openai/other",
    "calls": {"low": 1, "high": None},
    "micro_usd_low": 29,
    "micro_usd_high": None,
    "why_unknown": "nothing bounds how often a model is asked",
}

TEMPLATES = {
    "items": [
        {
            "name": name,
            "title": title,
            "description": "Reads a document.",
            "steps": [
                {"id": "read", "kind": "agent", "role": "Reader", "needs": []},
                {"id": "write", "kind": "agent", "role": "Editor", "needs": ["read"]},
            ],
            "sample": {"title": "Tides", "text": f"The sample of {name}.", "media_type": "text/plain"},
            "needs_model": spared_by is not None,
            "spared_by": spared_by or "",
            "offline": "All of it.",
            "costs": costs,
        }
        for name, title, spared_by, costs in (
            ("research-brief", "Research brief", None, [FREE, PAID]),
            ("press-review", "Press review", "", [PAID]),
            ("table-questions", "Table questions", "sql", [UNKNOWN]),
        )
    ],
    "assumptions": ["attempts that fail are not counted"],
}

WORKFLOWS = {
    "items": [
        {
            "id": WORKFLOW_ID,
            "name": "Research brief",
            "description": "Reads a document.",
            "version": 3,
            "nodes": [{"id": "read", "agent_id": UUID(int=1), "prompt": "Read."}],
            "created_at": AT,
        }
    ]
}

AGENTS = {
    "items": [
        {
            "id": UUID(int=1),
            "name": "Reader",
            "role": "Researcher",
            "instructions": "Read.",
            "task": "summarise",
            "model": "default",
            "version": 2,
            "status": "active",
            "created_at": AT,
        }
    ]
}

UNTOLD = {
    "family": "",
    "output_tokens": None,
    "can": [],
    "cannot": [],
    "inputs": ["text"],
    "outputs": ["text"],
    "regions": [],
    "retires": None,
    "quality": None,
    "source": None,
    "as_of": None,
    "overridden": False,
}

MODELS = {
    "items": [
        {
            **UNTOLD,
            "id": "offline/extractive",
            "provider": "offline",
            "description": "Ranks sentences.",
            "available": True,
            "why_not": None,
            "mend": None,
            "is_default": True,
            "context_tokens": None,
            "prices": {"input": 0, "output": 0},
        },
        {
            **UNTOLD,
            "id": "openai/some",
            "provider": "openai",
            "description": "Some.",
            "available": False,
            "why_not": "OpenAI needs a key: set OPENAI_API_KEY",
            "mend": "secret",
            "is_default": False,
            "context_tokens": 8_000,
            "prices": {"input": 125_000, "long": {"above_input_tokens": 4_000, "input": 250_000}},
            "can": ["tools", "vision"],
            "source": "https://vendor.example/some",
            "as_of": "2026-01-01",
            "overridden": True,
        },
    ]
}


def page(*ids: UUID, following: str | None = None, position: int = 40) -> dict[str, object]:
    """A page of completed runs."""
    return {"items": [summary(each) for each in ids], "next": following, "position": position}


def summary(run_id: UUID) -> dict[str, object]:
    return {
        "id": run_id,
        "title": "Tides",
        "workflow_id": WORKFLOW_ID,
        "workflow_name": "Research brief",
        "workflow_version": 3,
        "status": "completed",
        "created_at": AT,
        "ended_at": AT,
        "steps_total": 4,
        "steps_done": 4,
        "input_tokens": 10_336,
        "output_tokens": 1_538,
        "cost_micro_usd": None,
        "position": 35,
    }
