"""Passwords that are tried: slowed down where they are guessed, and on the record whatever comes of it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Literal, TypeAlias

from litestar import Request
from litestar.datastructures import Cookie

from application.identity.sign_in import Account, Refused
from domain.kernel import Record
from infrastructure.redis.sign_in_limits import DEVICE_SECONDS
from interfaces.composition import Core
from interfaces.http.auth import address_of, is_secure
from interfaces.http.limits import RateLimited
from interfaces.identity import Identity

PLAIN_DEVICE = "z2_device"
SECURE_DEVICE = "__Host-z2_device"
"""Lets nobody in; it tells a device that has signed in before from one that guesses."""

Anybody: TypeAlias = Request[Any, Any, Any]
Place: TypeAlias = Literal["sign_in", "proof"]
"""Where a password is tried: by anybody who wants in, or by somebody who is in already."""

SLOWLY = "too many wrong passwords; try again in {seconds} seconds, or from a device that has signed in before"


class Proved(Record):
    """It was the right password. The cookie makes this device a known one."""

    account: Account
    device: Cookie


async def tried(
    request: Anybody,
    core: Core,
    identity: Identity,
    whose: str,
    check: Callable[[], Awaitable[Account | Refused]],
    *,
    at: Place = "sign_in",
) -> Proved | None:
    """What the check comes to, unless it has to wait. Raises RateLimited, and Unavailable while Redis is away.

    Who guesses at one place makes nobody wait at the other.
    """
    index, address = await core.vault.index(at, whose), address_of(request)
    known = _presented(request)
    wait = await identity.limits.before(index, address, known)
    if wait is not None:
        await core.audit.note("sign_in_delayed", workspace_id=None, user_id=None, address=address)
        raise RateLimited(SLOWLY.format(seconds=wait.seconds), seconds=wait.seconds)
    checked = await check()
    if isinstance(checked, Refused):
        await identity.limits.failed(index, address, known)
        place, who, why = checked.home, checked.user_id, checked.reason
        await core.audit.note("sign_in_refused", workspace_id=place, user_id=who, address=address, reason=why)
        return None
    return Proved(checked, await known_from_now_on(request, core, identity, whose, at=at))


async def known_from_now_on(
    request: Anybody, core: Core, identity: Identity, whose: str, *, at: Place = "sign_in"
) -> Cookie:
    """A cookie for a device whose owner has proved to be who they are. Raises Unavailable while Redis is away."""
    index = await core.vault.index(at, whose)
    made = await identity.limits.succeeded(index, address_of(request), _presented(request))
    return _cookie(request, made.decode(), timedelta(seconds=DEVICE_SECONDS))


def _presented(request: Anybody) -> bytes | None:
    held = request.cookies.get(SECURE_DEVICE if is_secure(request) else PLAIN_DEVICE)
    return held.encode("latin-1", "replace") if held else None


def _cookie(request: Anybody, value: str, lifetime: timedelta) -> Cookie:
    secure = is_secure(request)
    name, seconds = SECURE_DEVICE if secure else PLAIN_DEVICE, int(lifetime.total_seconds())
    return Cookie(key=name, value=value, path="/", max_age=seconds, httponly=True, samesite="lax", secure=secure)
