"""What templates cost, put together."""

from application.templates.costs import Costs
from infrastructure.identity.tokens import now
from infrastructure.models.tokens import Tokens
from infrastructure.tools.shipped import shipped

CALLED = frozenset({"split-document", "query-table"})
"""Tools that are called on samples, so that costs are those of what really follows from them."""


def costs() -> Costs:
    return Costs(Tokens(), {tool.name: tool for tool in shipped(now) if tool.name in CALLED})
