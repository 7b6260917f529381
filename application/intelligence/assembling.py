"""How a request is put together from a filled-in template, the agent and its material, for a family of models.

It is a pure function of recorded facts: the same template, values, agent, node and material give the same bytes.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from application.intelligence import layouts
from application.intelligence.layouts import Layout
from application.intelligence.prompt import Material
from application.intelligence.variables import Filled, filled, names
from application.models.request import Document, Format, Message, ModelRequest, Origin, Part, Text
from domain.agent import Agent
from domain.kernel import Record
from domain.nodes import Schema
from domain.prompt import Prompt

BETWEEN = "\n\n"


class Template(Record):
    """A version of a prompt, as a run pins it."""

    id: UUID
    prompt: Prompt

    @property
    def origin(self) -> str:
        return f"prompt:{self.prompt.name}@{self.prompt.version}"


class Task(Record):
    """What is to be done: in the words of the node, on this material. In a conversation its turns are the message.

    `given` are the fields of the input, of which the template's variables take their values.
    """

    ask: str
    material: Sequence[Material] = ()
    given: Mapping[str, object] = {}
    schema: Schema | None = None
    conversing: bool = False


class _Piece(Record):
    origin: str
    title: str
    part: Text | Document


def built(template: Template, agent: Agent, model: str, task: Task) -> ModelRequest:
    """The first request of a step by an agent that has a template. Raises Unfilled."""
    layout = layouts.of(model)
    made = _pieces(template, agent, task, layout)
    first = (*layout.instructions, *layout.message) if task.conversing else layout.instructions
    told = [each for name in first for each in made.get(name, ()) if isinstance(each.part, Text)]
    beside = [each for name in first for each in made.get(name, ()) if isinstance(each.part, Document)]
    rest = [each for name in layout.message if name not in first for each in made.get(name, ())]
    if not rest and not task.conversing:
        rest = [_Piece("node", "ask", Text(task.ask))]
    parts: tuple[Part, ...] = tuple(each.part for each in (*beside, *rest))
    wanted = None if task.schema is None else Format("answer", task.schema)
    instructions, origins = _joined(told)
    origins += [Origin(each.origin, each.title) for each in (*beside, *rest)]
    messages = (Message("user", parts),) if parts else ()
    return ModelRequest(model, agent.task, instructions, messages, format=wanted, origins=tuple(origins))


def _joined(pieces: Sequence[_Piece]) -> tuple[str, list[Origin]]:
    """The instructions, and how many of their characters each part has, with what stands between it and the next."""
    texts = [each.part.text + BETWEEN for each in pieces[:-1]] + [each.part.text for each in pieces[-1:]]
    origins = [Origin(each.origin, each.title, len(text)) for each, text in zip(pieces, texts, strict=True)]
    return "".join(texts), origins


def _pieces(template: Template, agent: Agent, task: Task, layout: Layout) -> dict[str, list[_Piece]]:
    own = {"ask": task.ask, "agent": agent.name, "agent_role": agent.role, "instructions": agent.instructions}
    told = filled(template.prompt, own, task.given)
    spoken: frozenset[str] = frozenset().union(*(each.wants for each in told))
    made = {each.section: [_section(each, template, layout)] for each in told}
    if "instructions" not in spoken and agent.instructions:
        text = layouts.marked("instructions", agent.instructions, layout)
        made["instructions"] = [_Piece(f"agent:{agent.name}@{agent.version}", "instructions", Text(text))]
    if "ask" not in spoken and task.ask:
        made["ask"] = [_Piece("node", "ask", Text(task.ask))]
    material = [Document(each.title, each.text) for each in task.material]
    made["material"] = [_Piece("material", each.title, each) for each in material]
    return made


def _section(told: Filled, template: Template, layout: Layout) -> _Piece:
    if told.untrusted:
        return _Piece(template.origin, told.section, Document(told.section.capitalize(), told.text))
    return _Piece(template.origin, told.section, Text(layouts.marked(told.section, told.text, layout)))


def tells_all(template: Template, given: Mapping[str, object]) -> bool:
    """Whether all fields of an input are among the template's variables, so that it need not be given once more."""
    return bool(given) and given.keys() <= names(template.prompt.variables).keys()
