"""Which passwords may be chosen: long ones that nobody guesses first. What they are made of is everybody's own matter.

Source: NIST SP 800-63B-4, section 3.1.1, and OWASP ASVS 5.0, section 6.2.
"""

import functools
import re
import unicodedata
from collections.abc import Iterator
from importlib import resources

from application.errors import Invalid

SHORTEST, LONGEST = 12, 128
PRODUCT = "z2"

TELLING = 6
"""Fewer characters in a row, or the same again, are chance."""

SHORT_UNIT = 3

ROWS = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
)
LOOKALIKES = str.maketrans({"@": "a", "4": "a", "3": "e", "1": "i", "!": "i", "0": "o", "$": "s", "5": "s", "7": "t"})

REPEATED = re.compile(r"(.+?)\1+", re.DOTALL)
SYMBOLS = re.compile(r"^[\W_]+|[\W_]+$")
PADDING = re.compile(r"^[\W\d_]+|[\W\d_]+$")


def normalised(password: str) -> str:
    """The password in one form, however a keyboard composes its letters. Raises Invalid."""
    try:
        password.encode()
    except UnicodeEncodeError:
        raise Invalid("the password holds half a character", field="password") from None
    return unicodedata.normalize("NFC", password)


def chosen(password: str, *own: str) -> str:
    """The password in one form, if it may be chosen by somebody to whom these names belong. Raises Invalid."""
    given = normalised(password)
    if not SHORTEST <= len(given) <= LONGEST:
        raise Invalid(f"a password has {SHORTEST} to {LONGEST} characters", field="password")
    if any(_is_guessed_first(form, own) for form in _forms(given)):
        raise Invalid(
            "this password is one of the first that would be tried; choose one that nobody else has,"
            " such as four or five words that come to your mind",
            field="password",
        )
    return given


def _forms(password: str) -> Iterator[str]:
    """What would be taken for the same: other case, other digits for letters, something put before or behind."""
    plain = unicodedata.normalize("NFKC", password).casefold()
    for bare in (plain, SYMBOLS.sub("", plain), PADDING.sub("", plain)):
        yield from filter(None, (bare, bare.translate(LOOKALIKES)))


def _is_guessed_first(form: str, own: tuple[str, ...]) -> bool:
    repeated = REPEATED.fullmatch(form)
    unit = repeated[1] if repeated else form
    if unit in _common() or unit in _names(own):
        return True
    if len(form) < TELLING:
        return False
    return (repeated is not None and len(unit) <= SHORT_UNIT) or any(unit in row or unit in row[::-1] for row in ROWS)


def _names(own: tuple[str, ...]) -> set[str]:
    """The product, and the names of a person with each of their parts that is long enough to stand alone."""
    names = {PRODUCT}
    for each in own:
        whole = unicodedata.normalize("NFKC", each).casefold()
        parts = re.split(r"[\W_]+", whole)
        names |= {whole, whole.translate(LOOKALIKES), whole.replace(" ", ""), "".join(parts)}
        names |= {part for part in parts if len(part) > 2}
    return names - {""}


@functools.cache
def _common() -> frozenset[str]:
    text = resources.files("application.identity").joinpath("common_passwords.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if not line.startswith("# "))
