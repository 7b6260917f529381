"""A template: a workflow that is ready to run, with the agents that it brings and a sample to try it on."""

import json
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from application.workflows.reading import read
from domain import agent, workflow
from domain.definition import Definition
from domain.kernel import Record

_HERE = Path(__file__).parent
_EXAMPLES = (_HERE / "examples", _HERE.parents[1] / "examples")
"""Beside this file in an installed Z2, and at the root of the project where it is developed."""


class Sample(Record):
    """What to try a template on: a document, or an object with a file or a text in each of its fields."""

    title: str
    document: str = ""
    files: dict[str, str] = {}
    texts: dict[str, str] = {}

    def value(self) -> Any:
        """The input of a run."""
        if self.document:
            return _example(self.document)
        return {**{field: _content(name) for field, name in self.files.items()}, **self.texts}

    def text(self) -> str:
        """The same as people read it."""
        value = self.value()
        return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)


class Template(Record):
    """The workflow stands in the file of the template's name; `team` begins the names of its agents.

    Where it needs a language model, it can do without if its input brings the field `spared_by`. `offline` tells
    what comes of it with the offline engine.
    """

    name: str
    team: str
    sample: Sample
    offline: str
    needs_model: bool = True
    spared_by: str = ""

    @property
    def definition(self) -> Definition:
        return _definition(self.name)

    @property
    def title(self) -> str:
        return self.definition.name

    @property
    def description(self) -> str:
        return self.definition.description

    def source(self) -> str:
        """The workflow as it is written."""
        return (_HERE / f"{self.name}.yaml").read_text(encoding="utf-8")

    def agents(self) -> dict[str, agent.CreateAgent]:
        """The agents by the names that the workflow has for them."""
        return {
            key: agent.CreateAgent(
                f"{self.team} {told.role.lower()}", told.role, told.instructions, told.task, told.model
            )
            for key, told in self.definition.agents.items()
        }

    def agent_id(self, workspace_id: UUID, key: str) -> UUID:
        return uuid5(workspace_id, f"template:{self.name}:{key}")

    def workflow_id(self, workspace_id: UUID) -> UUID:
        return uuid5(workspace_id, f"template:{self.name}")

    def workflow(self, workspace_id: UUID) -> workflow.PublishWorkflow:
        """The workflow with the agents of this workspace."""
        agents = {key: self.agent_id(workspace_id, key) for key in sorted(self.definition.agents)}
        return workflow.PublishWorkflow(self.definition, agents)

    def asks_a_model(self, value: Any) -> bool:
        """Whether a run on this input cannot do without a language model."""
        spared = bool(self.spared_by) and isinstance(value, dict) and bool(value.get(self.spared_by))
        return self.needs_model and not spared


@cache
def _definition(name: str) -> Definition:
    reading = read((_HERE / f"{name}.yaml").read_text(encoding="utf-8"))
    assert reading.definition is not None, f"the template {name} is no workflow: {reading.mistakes}"
    return reading.definition


def _content(name: str) -> Any:
    text = _example(name)
    return json.loads(text) if name.endswith(".json") else text


@cache
def _example(name: str) -> str:
    path = next(folder / name for folder in _EXAMPLES if (folder / name).is_file())
    return path.read_text(encoding="utf-8")
