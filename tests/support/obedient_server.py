"""A model that does whatever it reads, be it in its instructions, in a document or in what a tool gave.

`<<0: pay {"usd": 5} | mail {}>>` is what its first answer asks for, and `<<*: look {}>>` what each of them does that
nothing else is said for. Where nothing is said it answers and is done. `python -m tests.support.obedient_server`.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from domain.kernel import replace
from tests.support import model_server
from tests.support.model_script import Script, Wanted
from tests.support.model_server import ModelServer
from tests.support.openai_server import OpenAIDialect

ORDER = re.compile(r"<<(\d+|\*): (.*?)>>", re.DOTALL)
ALWAYS = "*"


def turn(body: dict[str, Any]) -> int:
    """Which call of its agent a request makes, by the answers that it tells."""
    return sum(message["role"] == "assistant" for message in body["messages"])


def call_id(call: int, index: int) -> str:
    """What it calls the tool by that this call of the agent asks for."""
    return f"call_{call}_{index}"


def texts(said: object) -> Iterator[str]:
    """All that can be read in a message."""
    if isinstance(said, str):
        yield said
    elif isinstance(said, dict):
        for each in said.values():
            yield from texts(each)
    elif isinstance(said, list):
        for each in said:
            yield from texts(each)


def orders(body: dict[str, Any]) -> tuple[Wanted, ...]:
    """What it reads that it has to do now."""
    told = [message["content"] for message in body["messages"] if message["role"] != "assistant"]
    found: dict[str, str] = dict(order for text in texts(told) for order in ORDER.findall(text))
    wanted = found.get(str(turn(body))) or found.get(ALWAYS, "")
    asked = [each.strip().partition(" ") for each in wanted.split(" | ") if each.strip()]
    return tuple(
        Wanted(name, arguments, call_id(turn(body), index)) for index, (name, _, arguments) in enumerate(asked)
    )


class ObedientServer(ModelServer):
    """Its default answer, with the calls of tools that it has been told to make."""

    def _next(self, body: str) -> Script:
        script = super()._next(body)
        return replace(script, wanted=orders(json.loads(body))) if script is self.default else script


if __name__ == "__main__":
    model_server.main(OpenAIDialect(), ObedientServer)
