"""Requests as agents make them: with instructions, a template, memory, documents, tools, and a conversation."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from application.intelligence import prompt
from application.intelligence.assembling import Task, Template, built
from application.intelligence.conversation import Said, continued
from application.intelligence.prompt import Material
from application.models.request import (
    Document,
    Message,
    ModelRequest,
    Text,
    Tool,
    ToolCall,
    ToolResult,
)
from application.templates import TEMPLATES
from domain import agent
from domain.kernel import replace
from domain.prompt import Prompt, Sections
from infrastructure.identity.tokens import now
from infrastructure.models.chat_request import body
from infrastructure.models.services import SERVICES
from infrastructure.models.wishes import granted
from infrastructure.tools.shipped import shipped

READER = agent.Agent(
    "active",
    1,
    "Ada",
    "Reader of reports",
    "You read closely and answer in whole sentences. Say where each figure is from, and never make one up.",
    "answer",
    "default",
)
SECTIONS = Sections(
    role="You are {{ agent }}, {{ agent_role | lower }}.",
    task="{{ ask }} Answer in {{ language }}.",
    constraints="- Name the section of each figure.\n- Promise nothing.\n- Say what is missing.",
    format="Three paragraphs of prose and a table.",
    examples="Q: What does a turbine cost?\nA: About 4 million (section Cost).",
    context="The report was sent by {{ sender }} on a Monday.",
)
VARIABLES = {
    "type": "object",
    "properties": {"language": {"enum": ["English", "German"], "default": "English"}, "sender": {"type": "string"}},
}
FACTS = "\n".join(
    f"- The {place} plant has {count} turbines of {power} megawatts (fact, 2026-03-0{count}, from a person)"
    for place, count, power in (("Rance", 4, 10), ("Sihwa", 5, 25), ("Annapolis", 1, 20), ("Severn", 7, 40))
)
TURNS = ("What is the tide?", "Why twice a day?", "What does it cost to build a plant?", "And to mend one?")


def report() -> str:
    return TEMPLATES["research-brief"].sample.text()


def lease() -> str:
    value: dict[str, str] = TEMPLATES["document-comparison"].sample.value()
    return value["before"]


def tools() -> tuple[Tool, ...]:
    """Those that Z2 brings with it, as a model is told of them."""
    return tuple(Tool(each.name, each.told, each.input) for each in shipped(now))


def requests(model: str) -> Mapping[str, ModelRequest]:
    """By what is particular about them."""
    plain = prompt.build("Sum this report up in one page.", READER, model, [Material("Tidal power", report())])
    template = Template(UUID(int=1), Prompt("active", 2, "reports", SECTIONS, VARIABLES))
    task = Task("Compare the costs.", [Material("Tidal power", report())], {"sender": "Eve"})
    from_template = built(template, READER, model, task)
    remembered = replace(plain, messages=(Message("user", (Document("Memory", FACTS), *plain.messages[0].parts)),))
    return {
        "a document": plain,
        "a template": from_template,
        "memory": remembered,
        "two attachments": prompt.build(
            "What do they have in common?", READER, model, [Material("Report", report()), Material("Lease", lease())]
        ),
        "a conversation": replace(plain, messages=(*conversation(), *plain.messages)),
        "an answer of a form": prompt.build("Find the costs.", READER, model, [Material("Report", report())], SCHEMA),
        "tools": replace(plain, tools=tools()),
        "what tools gave": replace(continued(plain, said()), tools=tools()),
    }


SCHEMA = {
    "type": "object",
    "properties": {
        "costs": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"what": {"type": "string"}, "million": {"type": "number"}, "quote": {"type": "string"}},
                "required": ["what", "million", "quote"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["costs"],
    "additionalProperties": False,
}


def conversation() -> tuple[Message, ...]:
    found: list[Message] = []
    for at, asked in enumerate(TURNS):
        found.append(Message("user", (Text(asked),)))
        found.append(Message("assistant", (Text(report()[at * 700 : (at + 1) * 700].strip()),)))
    return tuple(found)


def said() -> tuple[Said, ...]:
    """Two turns, in each of which tools were called."""
    pages = [report()[at * 1_500 : (at + 1) * 1_500] for at in range(2)]
    return tuple(
        Said(
            "",
            (
                ToolCall(f"call{at}aaaa", "fetch-page", f'{{"url": "https://docs.example.org/tides/{at}"}}'),
                ToolCall(f"call{at}bbbb", "calculate", '{"expression": "4 * 10 + 5 * 25"}'),
            ),
            (
                ToolResult(f"call{at}aaaa", page, source="fetch-page"),
                ToolResult(f"call{at}bbbb", '{"result":165,"exact":"165"}'),
            ),
        )
        for at, page in enumerate(pages)
    )


def chat(request: ModelRequest) -> dict[str, Any]:
    """What the service of the request's model is sent, where it speaks Chat Completions."""
    service = SERVICES[provider_name(request.model)]
    said, _ = body(granted(request, service), service, "https://api.example.org/v1")
    return said


def provider_name(model: str) -> str:
    return model.partition("/")[0]
