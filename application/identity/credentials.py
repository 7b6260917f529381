"""Credentials: random secrets that say which stream they belong to, in a form that scanners for secrets can find."""

import re
import secrets
import zlib
from hashlib import sha256
from typing import Literal, TypeAlias
from uuid import UUID

from application.errors import NotSignedIn
from domain.kernel import Record

Prefix: TypeAlias = Literal["z2", "z2s", "z2r", "z2l", "z2i", "z2d"]
"""API key, browser session, refresh token, one-time link, invitation, device code."""

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
ID_LENGTH, SECRET_LENGTH, CHECK_LENGTH = 22, 43, 6

FORM = re.compile(r"(z2[srlid]?)_([0-9A-Za-z]{22})_([0-9A-Za-z]{43})_([0-9A-Za-z]{6})")


class Credential(Record):
    """A credential that was just made: its text, which is shown once and kept nowhere, and the digest of it."""

    id: UUID
    text: str
    digest: str

    def __repr__(self) -> str:
        return f"Credential({self.id})"


class Presented(Record):
    """What a presented credential says it belongs to, and the digest that decides."""

    id: UUID
    digest: str


def made(prefix: Prefix, id: UUID) -> Credential:  # noqa: A002  the id is the field's name
    """A new credential of 256 random bits for the stream: `prefix_id_secret_checksum`, each in base 62."""
    secret = _digits(secrets.randbits(256), SECRET_LENGTH)
    body = f"{prefix}_{_digits(id.int, ID_LENGTH)}_{secret}"
    text = f"{body}_{_checksum(body)}"
    return Credential(id, text, sha256(text.encode()).hexdigest())


def presented(prefix: Prefix, text: str) -> Presented:
    """The credential in this text. Raises NotSignedIn, whatever is wrong with it."""
    match = FORM.fullmatch(text)
    if match is None or match[1] != prefix or _checksum(text.rpartition("_")[0]) != match[4]:
        raise NotSignedIn
    number = _number(match[2])
    if number >= 1 << 128:
        raise NotSignedIn
    return Presented(UUID(int=number), sha256(text.encode()).hexdigest())


def _checksum(body: str) -> str:
    return _digits(zlib.crc32(body.encode()), CHECK_LENGTH)


def _digits(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, len(DIGITS))
        digits.append(DIGITS[digit])
    return "".join(reversed(digits))


def _number(digits: str) -> int:
    number = 0
    for digit in digits:
        number = number * len(DIGITS) + DIGITS.index(digit)
    return number
