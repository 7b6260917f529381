"""Boxes: AES-256-GCM (NIST SP 800-38D) with a random nonce, bound to what they are for."""

import base64
import binascii
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from application.errors import Altered

VERSION = b"\x01"
NONCE_BYTES = 12
TAG_BYTES = 16
KEY_BYTES = 32


def new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def purpose(*parts: bytes | str) -> bytes:
    """What a box is for, as bytes that no other parts give."""
    encoded = [part.encode() if isinstance(part, str) else part for part in parts]
    return b"".join(len(part).to_bytes(4) + part for part in encoded)


def lock(cipher: AESGCM, content: bytes, bound_to: bytes) -> bytes:
    """A version byte, a nonce of 12 bytes, the ciphertext and its tag; all of them are authenticated."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return VERSION + nonce + cipher.encrypt(nonce, content, VERSION + bound_to)


def unlock(cipher: AESGCM, box: bytes, bound_to: bytes) -> bytes:
    """What was locked. Raises Altered where the key, the purpose or a single bit is another."""
    if len(box) < len(VERSION) + NONCE_BYTES + TAG_BYTES or not box.startswith(VERSION):
        raise Altered
    nonce, ciphertext = box[1 : 1 + NONCE_BYTES], box[1 + NONCE_BYTES :]
    try:
        return cipher.decrypt(nonce, ciphertext, VERSION + bound_to)
    except InvalidTag:
        raise Altered from None


def to_text(box: bytes) -> str:
    """The box in base64url without padding (RFC 4648, section 5)."""
    return base64.urlsafe_b64encode(box).rstrip(b"=").decode()


def from_text(text: str) -> bytes:
    """The bytes of a box. Raises Altered for anything that `to_text` would not write."""
    try:
        box = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Altered from None
    if to_text(box) != text:  # spare bits at the end would give one box several texts
        raise Altered
    return box
