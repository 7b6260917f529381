"""The tools that agents may be given, over HTTP."""

from typing import Any

from litestar import get
from litestar.di import NamedDependency

from application.orchestration.tools import Tool as Known
from application.orchestration.tools import ToolBox
from domain.kernel import Record
from domain.run_values import Effect
from interfaces.http.commands import Signed


class Tool(Record):
    """What a tool takes and gives, as JSON Schemas, and what it does to the world.

    What is `untrusted` was written by others, and taints what an agent makes of it. One that is `repeatable` may be
    called again where nobody knows whether it was. `origin` is the package that brings it: `z2`, or one that was
    installed beside it.
    """

    name: str
    description: str
    input: dict[str, Any]
    output: dict[str, Any]
    effect: Effect
    untrusted: bool
    repeatable: bool
    seconds: float
    most_bytes: int
    origin: str


class ToolList(Record):
    """The tools by name."""

    items: list[Tool]


@get("/tools", operation_id="listTools", summary="List the tools", tags=("agents",))
async def list_tools(request: Signed, tools: NamedDependency[ToolBox]) -> ToolList:
    del request
    return ToolList([_shown(each) for each in sorted(tools.all(), key=lambda tool: tool.name)])


def _shown(tool: Known) -> Tool:
    return Tool(
        tool.name,
        tool.description,
        tool.input,
        tool.output,
        tool.effect,
        tool.untrusted,
        tool.may_be_repeated,
        tool.seconds,
        tool.most_bytes,
        tool.origin,
    )
