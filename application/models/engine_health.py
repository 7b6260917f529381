"""How models do, as the engine tells and asks it: by workspace, whose providers say whose endpoints are asked."""

from uuid import UUID

from application.errors import Unavailable
from application.models.health import Account, Health, Outcome, account_of
from application.models.port import ProvidersOf
from domain.kernel import Record


class WorkspaceHealth(Record):
    """None of it raises: where nobody can be asked, nothing is known, and models are asked as they come."""

    health: Health
    providers: ProvidersOf

    async def admitted(self, workspace_id: UUID, model: str) -> bool:
        account = await self._account(workspace_id)
        return account is None or await self.health.admitted(account, model)

    async def noted(self, workspace_id: UUID, model: str, outcome: Outcome) -> None:
        account = await self._account(workspace_id)
        if account is not None:
            self.health.noted(account, model, outcome)

    async def _account(self, workspace_id: UUID) -> Account | None:
        try:
            return account_of(workspace_id, await self.providers.of(workspace_id))
        except Unavailable:
            return None
