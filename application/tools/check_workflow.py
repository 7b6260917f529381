"""Check a workflow: all that would keep it from being published in a workspace that has nothing but itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from application.models.request import JsonSchema
from application.orchestration.tools import Arguments, Tool
from application.workflows.checking import Around, check
from application.workflows.publishing import told
from application.workflows.reading import taken
from domain.definition import Definition
from domain.nodes import Schema
from domain.workspace import BUILT_IN_ROLES

MOST_TOLD = 20
DEFAULT = "default"

TAKES: JsonSchema = {
    "type": "object",
    "properties": {
        "definition": {"type": "object"},
        "models": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["definition"],
    "additionalProperties": False,
}
GIVES: JsonSchema = {
    "type": "object",
    "properties": {
        "valid": {"type": "boolean"},
        "mistakes": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["valid", "mistakes"],
}


def check_workflow(tools: Mapping[str, Schema | None]) -> Tool:
    """With the tools that a workflow may call."""
    around = Around(agents={}, workflows={}, tools=tools, roles=BUILT_IN_ROLES)

    async def call(arguments: Arguments) -> Any:
        reading = taken(arguments["definition"])
        mistakes = [told(each) for each in reading.mistakes]
        if reading.definition is not None:
            mistakes += [told(each) for each in check(reading.definition, reading.lines, around)]
            mistakes += _models(reading.definition, arguments.get("models"))
        return {"valid": not mistakes, "mistakes": mistakes[:MOST_TOLD]}

    return Tool(
        "check-workflow",
        "Checks a workflow and tells all its mistakes. Where `models` are given its agents may name no others.",
        TAKES,
        GIVES,
        call,
    )


def _models(definition: Definition, models: Sequence[str] | None) -> list[str]:
    if models is None:
        return []
    return [
        f"agents.{name}.model: there is no model {agent.model!r} here; take `default` or one of {', '.join(models)}"
        for name, agent in definition.agents.items()
        if agent.model != DEFAULT and agent.model not in models
    ]
