"""Whether a message comes from whoever has the secret (standardwebhooks.com, or GitHub's X-Hub-Signature-256)."""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta

from application.errors import Z2Error
from application.policies.webhook_delivery import SECRET_PREFIX
from domain.kernel import Instant

TOLERANCE = timedelta(minutes=5)
"""So far the clocks of sender and receiver may be apart, and so long a message may be under way."""

NOBODYS = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
"""What messages are held against where there is no trigger; nobody knows it."""

_NAME = re.compile(r"[!-~]{1,200}")
_SECONDS = re.compile(r"[0-9]{1,12}")


class BadSignature(Z2Error):
    """There is no such trigger, or the message is not signed with its secret."""

    status = 401
    code = "bad_signature"

    def __init__(self, detail: str | None = None, *, reason: str = "signature") -> None:
        super().__init__(detail)
        self.reason = reason


def message_id(headers: Mapping[str, str], body: bytes, known: Sequence[str], now: Instant) -> str:
    """The name that the sender gave the message. Raises BadSignature unless one of the secrets has signed it.

    Nothing of a message is believed before its signature, so whoever has no secret is told the same, whatever is wrong;
    and where no secret is known it takes as long.
    """
    known = known or [NOBODYS]
    if "webhook-signature" in headers:
        return _standard(headers, body, known, now)
    if "x-hub-signature-256" in headers:
        return _hub(headers, body, known)
    raise BadSignature(reason="missing")


def _standard(headers: Mapping[str, str], body: bytes, known: Sequence[str], now: Instant) -> str:
    name, seconds = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    signed = b".".join((name.encode(), seconds.encode(), body))
    given = [each.partition(",") for each in headers["webhook-signature"].split(" ")]
    presented = [_decoded(signature) for version, _, signature in given if version == "v1"]
    expected = [hmac.digest(_key(secret), signed, hashlib.sha256) for secret in known]
    if not _same(presented, expected):
        raise BadSignature
    if not _NAME.fullmatch(name) or not _SECONDS.fullmatch(seconds):
        raise BadSignature("webhook-id has 1 to 200 visible characters, and webhook-timestamp is in seconds")
    if abs(int(seconds) - now.timestamp()) > TOLERANCE.total_seconds():
        raise BadSignature(
            "the message was signed more than five minutes from now; is the clock of its sender right?",
            reason="timestamp",
        )
    return name


def _hub(headers: Mapping[str, str], body: bytes, known: Sequence[str]) -> str:
    """GitHub signs the body alone, with the secret as it is written, so the name of the delivery is not signed."""
    scheme, _, digest = headers["x-hub-signature-256"].partition("=")
    presented = [digest.lower().encode("latin-1", "replace")] if scheme == "sha256" else []
    expected = [hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode() for secret in known]
    if not _same(presented, expected):
        raise BadSignature
    name = headers.get("x-github-delivery", "")
    if not _NAME.fullmatch(name):
        raise BadSignature("X-GitHub-Delivery has 1 to 200 visible characters")
    return name


def _same(presented: Sequence[bytes], expected: Sequence[bytes]) -> bool:
    """Whether any two are the same, in a time that says nothing of where they differ."""
    return any(hmac.compare_digest(one, other) for one in presented for other in expected)


def _key(secret: str) -> bytes:
    return base64.b64decode(secret.removeprefix(SECRET_PREFIX))


def _decoded(signature: str) -> bytes:
    try:
        return base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return b""
