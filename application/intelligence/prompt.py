"""What an agent is told: a pure function of recorded facts, so that the same events give the same bytes."""

from collections.abc import Sequence

from application.models.request import Document, Message, ModelRequest, Part, Text
from domain.agent import Agent
from domain.kernel import Record
from domain.run_events import PlannedStep


class Material(Record):
    """A text that a step works on, with the title it is given under."""

    title: str
    text: str


def build(planned: PlannedStep, agent: Agent, material: Sequence[Material]) -> ModelRequest:
    """The request of a step's first call: the agent's instructions, the step's prompt, then the material."""
    parts: list[Part] = [Text(planned.prompt)]
    parts += [Document(piece.title, piece.text) for piece in material]
    return ModelRequest(planned.model, agent.task, agent.instructions, (Message("user", tuple(parts)),))
