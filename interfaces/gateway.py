"""The gateway as the API process has it."""

from application.gateway.call_journal import Books
from application.gateway.gateway import Gateway, Means
from application.gateway.presence import Presence
from application.ledger.treasury import Treasury
from infrastructure.identity.tokens import now
from interfaces import calling
from interfaces.composition import Core


def gateway(parts: Core, presence: Presence) -> Gateway:
    """Calls are begun only while `presence` is shown."""
    treasury = Treasury(parts.executor, now)
    books = Books(parts.executor, parts.payloads, presence.process)
    engine = calling.engine(parts, treasury)
    default = parts.settings.default_model
    return Gateway(Means(engine, treasury, parts.providers, parts.models, books, default))
