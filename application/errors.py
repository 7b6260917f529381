"""What can go wrong, as one small tree; an exception's docstring is its default message."""


class Z2Error(Exception):
    """Something went wrong."""

    status = 500
    code = "internal"

    def __init__(self, detail: str | None = None, *, field: str | None = None) -> None:
        super().__init__(detail or (type(self).__doc__ or "").strip())
        self.field = field


class NotFound(Z2Error):
    """There is no such thing in this workspace."""

    status = 404
    code = "not_found"


class NotSignedIn(Z2Error):
    """Sign in first: the request carries no valid token."""

    status = 401
    code = "not_signed_in"


class NotAllowed(Z2Error):
    """Your role does not allow this."""

    status = 403
    code = "not_allowed"


class SignInTooOld(NotAllowed):
    """Your account has no password, so this takes a sign-in of the last ten minutes; sign in again first."""

    code = "sign_in_too_old"


class Invalid(Z2Error):
    """The request is not valid."""

    status = 422
    code = "invalid"


class KeyReused(Z2Error):
    """This Idempotency-Key was used for another request; send a new key with a new request."""

    status = 422
    code = "idempotency_key_reused"


class TooMuchContention(Z2Error):
    """Others change the same thing all the time; send the request again with the same Idempotency-Key."""

    status = 503
    code = "contention"


class Unavailable(Z2Error):
    """A part of Z2 cannot be reached just now; send the request again with the same Idempotency-Key."""

    status = 503
    code = "unavailable"


class Behind(Z2Error):
    """The read model has not reached the position that was asked for; ask again in a second."""

    status = 503
    code = "behind"


class PayloadAltered(NotFound):
    """The stored payload does not match its hash; it was altered."""

    status = 500
    code = "payload_altered"


class Altered(Z2Error):
    """A sealed value does not open: it was altered, or put where it does not belong."""

    status = 500
    code = "altered"


class Erased(Z2Error):
    """What was known of this person or thing was erased; nothing can be kept under its key again."""

    status = 410
    code = "erased"


class KeyUntested(Z2Error):
    """The provider could not be asked whether it takes the key."""

    status = 422
    code = "key_untested"


class EventTooLarge(Z2Error):
    """The event is too large for the log."""

    status = 422
    code = "event_too_large"


class UnderWay(Z2Error):
    """This is being done already; wait until it has ended."""

    status = 409
    code = "under_way"
