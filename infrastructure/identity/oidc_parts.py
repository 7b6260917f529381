"""Single sign-on as the settings want it."""

from redis.asyncio import Redis

from application.errors import Invalid
from application.ports import Clock
from infrastructure.identity.oidc import SingleSignOn
from infrastructure.identity.oidc_pending import RedisUsedStates, Seal
from infrastructure.identity.oidc_settings import is_safe, providers


def single_sign_on(setting: str, *, public_url: str, secret: bytes, redis: Redis, clock: Clock) -> SingleSignOn:
    """Without any provider it lets nobody sign on. `secret` is one that all replicas share. Raises Invalid."""
    known = providers(setting)
    if known and not is_safe(public_url):
        detail = "it must be the https address that browsers have for Z2; http is for this machine only"
        raise Invalid(f"single sign-on needs the setting Z2_PUBLIC_URL: {detail}", field="Z2_PUBLIC_URL")
    return SingleSignOn(known, public_url=public_url, seal=Seal(secret), used=RedisUsedStates(redis), clock=clock)
