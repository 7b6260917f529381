"""Budgets over HTTP: what a workspace allows, and how much of it is left."""

from typing import Annotated

from litestar import Controller, delete, get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from application.ledger.standing import Standing, standings
from application.ledger.treasury import budgets_of
from domain import budget
from domain.kernel import Record
from infrastructure.identity.tokens import now
from interfaces.composition import Core
from interfaces.http.commands import Accepted, Key, Signed, sent

Kind = Annotated[budget.Kind, QueryParameter(description="What the limit is for.")]
Window = Annotated[budget.Window, QueryParameter(description="The time it is for.")]
Unit = Annotated[budget.Unit, QueryParameter(description="What it counts.")]
Subject = Annotated[
    str, QueryParameter(max_length=200, description="Which of the kind; empty for each that has no limit of its own.")
]


class BudgetList(Record):
    """The limits with what is used of them."""

    items: list[Standing]


class BudgetController(Controller):
    path = "/budgets"
    tags = ("costs",)

    @get(operation_id="listBudgets", summary="List the limits, with what is used and left of each")
    async def all(self, request: Signed, core: NamedDependency[Core]) -> BudgetList:
        """As the log has them at this moment."""
        return BudgetList(await standings(core.executor.states, request.user.workspace_id, now().date()))

    @put(operation_id="setLimit", summary="Set a limit")
    async def set(
        self, data: JSONBody[budget.SetLimit], request: Signed, core: NamedDependency[Core], key: Key
    ) -> Accepted:
        """Every call that begins a second later heeds it; those under way go on."""
        return await sent(core, budgets_of(request.user.workspace_id), data, request.user, key=key)

    @delete(operation_id="removeLimit", summary="Remove a limit", status_code=200)
    async def remove(
        self,
        request: Signed,
        core: NamedDependency[Core],
        kind: Kind,
        window: Window,
        unit: Unit,
        key: Key,
        subject: Subject = "",
    ) -> Accepted:
        wish = budget.RemoveLimit(kind, window, unit, subject)
        return await sent(core, budgets_of(request.user.workspace_id), wish, request.user, key=key)
