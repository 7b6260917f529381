"""A sender of signed messages, as the standards have them and not as Z2 does."""

import base64
import hashlib
import hmac
from uuid import uuid4

from domain.kernel import Instant


def standard(secret: str, body: bytes, at: Instant, name: str = "") -> dict[str, str]:
    """The headers of standardwebhooks.com."""
    name, seconds = name or f"msg_{uuid4().hex}", str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{name}.{seconds}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": name, "webhook-timestamp": seconds, "webhook-signature": signature}


def github(secret: str, body: bytes, name: str = "") -> dict[str, str]:
    """The headers of GitHub."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"x-hub-signature-256": f"sha256={digest}", "x-github-delivery": name or str(uuid4())}
