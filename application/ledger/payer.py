"""Payer: on whose account a call of a model is."""

from uuid import UUID

from domain.kernel import Record


class Payer(Record):
    """Whoever has a limit of their own pays with what is left of it."""

    workspace_id: UUID
    user_id: UUID
    agent_id: UUID | None = None
    key_id: UUID | None = None
    run_id: UUID | None = None

    def subjects(self, model: str) -> tuple[str, ...]:
        """All whose limits a call of this model counts against, as the ledger names them."""
        known = [("agent", self.agent_id), ("key", self.key_id)]
        others = (f"{kind}:{subject}" for kind, subject in known if subject is not None)
        return ("workspace", f"user:{self.user_id}", *others, f"model:{model}")
