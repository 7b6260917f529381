"""What one credential allows."""

import hmac
from datetime import timedelta
from uuid import UUID

from application.access import Actor
from application.errors import NotSignedIn
from domain.kernel import Instant, Record


class Grant(Record):
    """What a credential allowed when the log was last asked. `secret` is the digest of the one that proves it."""

    actor: Actor
    secret: str
    ends_at: Instant | None
    idle: timedelta | None
    checked: float

    @property
    def name(self) -> UUID:
        """The login or the key."""
        name = self.actor.login_id or self.actor.key_id
        assert name is not None
        return name

    @property
    def of_login(self) -> "Grant":
        """Itself, if it is of a login. Raises NotSignedIn."""
        if self.actor.login_id is None:
            raise NotSignedIn
        return self

    @property
    def of_key(self) -> "Grant":
        """Itself, if it is of a key. Raises NotSignedIn."""
        if self.actor.key_id is None:
            raise NotSignedIn
        return self

    def proved(self, digest: str) -> "Grant":
        """Itself, if this is the digest of its secret. Raises NotSignedIn."""
        if not hmac.compare_digest(self.secret, digest):
            raise NotSignedIn
        return self


class Narrowing(Record):
    """What a token is good for, where that is less than what its login or key allows."""

    scopes: tuple[str, ...] | None = None
    agent_id: UUID | None = None
    run_id: UUID | None = None
