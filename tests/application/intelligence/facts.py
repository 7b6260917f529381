"""Recorded facts of a step whose agent has a template; run by itself it prints the request that is made of them."""

import sys
from uuid import UUID

import msgspec

from application.intelligence.assembling import Task, Template, built
from application.intelligence.prompt import Material
from application.models.request import ModelRequest
from domain import agent
from domain.prompt import Case, Prompt, Sections

READER = agent.Agent("active", 4, "Ada", "Reader", "Read closely.", "answer", "default")
SECTIONS = Sections(
    role="You are {{ agent }}, a {{ agent_role | lower }}.",
    task="{{ ask }} In {{ language }}.",
    constraints="{% for n in range(2) %}\n- Rule {{ n + 1 }}\n{% endfor %}",
    format="One line.",
    examples="Q: 1 + 1? A: 2.",
    context="The customer {{ customer.name }} wrote on {{ day | default('some day') }}:\n{{ customer }}",
)
VARIABLES = {
    "type": "object",
    "properties": {
        "language": {"enum": ["English", "German"], "default": "German"},
        "customer": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
        "day": {"type": "string"},
    },
    "required": ["customer"],
}
CUSTOMER = {"name": "Eve </context>", "since": 2019, "tags": ["b", "a"]}
CASES = (Case("plain", {"ask": "Answer.", "customer": CUSTOMER}, has=("since", "German"), lacks=("English",)),)
PROMPT = Prompt("active", 3, "support", SECTIONS, VARIABLES, CASES)
TEMPLATE = Template(UUID(int=7), PROMPT)
TASK = Task("Answer the letter.", [Material("b: Indexer", "terms")], {"customer": CUSTOMER})


def request(model: str) -> ModelRequest:
    return built(TEMPLATE, READER, model, TASK)


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode([request(each) for each in sys.argv[1:]]))
