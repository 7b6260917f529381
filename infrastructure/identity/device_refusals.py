"""What a client is told that asks for tokens with a device code (RFC 8628, 3.5)."""

from application.errors import Z2Error


class AuthorizationPending(Z2Error):
    """Nobody has approved this yet; ask again after the interval."""

    status = 400
    code = "authorization_pending"


class SlowDown(Z2Error):
    """You ask too often; wait five seconds longer from now on."""

    status = 400
    code = "slow_down"


class AccessDenied(Z2Error):
    """The person who was asked has said no."""

    status = 400
    code = "access_denied"


class ExpiredToken(Z2Error):
    """This code is over, was used, or never was one; begin anew."""

    status = 400
    code = "expired_token"


REFUSALS = {"pending": AuthorizationPending, "slow_down": SlowDown, "denied": AccessDenied, "expired": ExpiredToken}
