"""Single sign-on as its tests have it: a clock that can be set, and states that Redis remembers."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from redis.asyncio import Redis
from structlog.testing import capture_logs

from application.errors import NotSignedIn
from infrastructure.identity.oidc import Finished, SingleSignOn
from infrastructure.identity.oidc_errors import SignOnFailed
from infrastructure.identity.oidc_http import Asking
from infrastructure.identity.oidc_pending import RedisUsedStates, Seal
from infrastructure.identity.oidc_settings import Provider
from infrastructure.identity.tokens import now

HERE = "http://127.0.0.1:9"
SECRET = b"a secret that all replicas share"


class ShiftedClock:
    """The clock, set forward or back."""

    def __init__(self) -> None:
        self.by = timedelta()

    def __call__(self) -> datetime:
        return now() + self.by


def single_sign_on(
    redis: Redis, *providers: Provider, clock: ShiftedClock | None = None, seconds: float = 10
) -> SingleSignOn:
    return SingleSignOn(
        providers,
        public_url=HERE,
        seal=Seal(SECRET),
        used=RedisUsedStates(redis),
        clock=clock or ShiftedClock(),
        asking=Asking(seconds=seconds),
    )


async def refused(sso: SingleSignOn, provider: str, query: str, pending: str, reason: str, detail: str = "") -> None:
    """The person is told nothing, and the log the reason, without anything that was sent."""
    with capture_logs() as logs, pytest.raises(SignOnFailed) as failure:
        await sso.finish(provider, query, pending)
    assert isinstance(failure.value, NotSignedIn)
    assert str(failure.value) == "Single sign-on failed; try again."
    (line,) = [each for each in logs if each["event"] == "single_sign_on.failed"]
    assert (line["reason"], detail in line["detail"]) == (reason, True), line
    told: Any = str(logs)
    assert all(secret not in told for secret in (pending or "no pending", query or "no query", "anna", "eyJ"))


def claims_of(finished: Finished) -> tuple[str, str | None, bool, str | None]:
    person = finished.identity
    return person.subject, person.email, person.email_verified, person.name
