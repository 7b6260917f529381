"""What an agent is told: a pure function of recorded facts, so that the same events give the same bytes."""

from collections.abc import Sequence

from application.models.request import Document, Format, Message, ModelRequest, Part, Text
from domain.agent import Agent
from domain.kernel import Record, replace
from domain.nodes import Schema


class Material(Record):
    """A text that a step works on, with the title it is given under."""

    title: str
    text: str


def build(
    prompt: str, agent: Agent, model: str, material: Sequence[Material], schema: Schema | None = None
) -> ModelRequest:
    """The first request of a step: the agent's instructions, the prompt of its node, then the material.

    With a schema the answer is to be JSON that it fits.
    """
    parts: list[Part] = [Text(prompt)]
    parts += [Document(piece.title, piece.text) for piece in material]
    wanted = None if schema is None else Format("answer", schema)
    return ModelRequest(model, agent.task, agent.instructions, (Message("user", tuple(parts)),), format=wanted)


def repaired(request: ModelRequest, answer: str, mistakes: str) -> ModelRequest:
    """The request once more, with the answer that would not do and what is wrong with it."""
    said = Message("assistant", (Text(answer),))
    told = Message("user", (Text(f"That will not do: {mistakes}\n\nAnswer again, whole, with that put right."),))
    return replace(request, messages=(*request.messages, said, told))
