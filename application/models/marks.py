"""How words that nobody vouches for are told to a model: between tags that nothing written in them can end."""

import re
import unicodedata

DOCUMENT = "document"
UNTRUSTED = "untrusted"

_BRACKETS = "<\uff1c\ufe64"
_ENCLOSED = "\u249c-\u24e9\U0001f110-\U0001f189"
"""Letters in circles and squares, which are signs and no letters to whoever sorts characters."""

_BETWEEN = rf"[^\w\x21-\x7e{_ENCLOSED}]*+"
"""Blanks, and what nobody sees: joiners, accents, marks of direction."""


def _spelled(name: str) -> str:
    letters = (rf"(?:[{each}{each.upper()}{_ENCLOSED}]|[^\W\x00-\x7f])" for each in name)
    return _BETWEEN.join(letters)


_TAG = re.compile(
    rf"(?P<bracket>[{_BRACKETS}])(?P<tag>(?:[^\w{_BRACKETS}{_ENCLOSED}]|_)*+"
    rf"(?:(?P<{DOCUMENT}>{_spelled(DOCUMENT)})|(?P<{UNTRUSTED}>{_spelled(UNTRUSTED)})))"
)

_IN_VALUE = str.maketrans(dict.fromkeys(_BRACKETS, "&lt;") | dict.fromkeys(">\uff1e\ufe65", "&gt;") | {'"': "'"})


def marked(name: str, attribute: str, source: str, text: str) -> str:
    """The text between tags, of which the first says where it comes from."""
    return f'<{name} {attribute}="{_value(source)}">\n{held(text)}\n</{name}>'


def held(text: str) -> str:
    """The text without anything in it that a model could take for the beginning or the end of such tags."""
    if not any(each in text for each in _BRACKETS):
        return text
    return _TAG.sub(_broken, text)


def _broken(found: re.Match[str]) -> str:
    return f"{found['bracket']}\\{found['tag']}" if _is_like(found) else found[0]


def _is_like(found: re.Match[str]) -> bool:
    """Whether any letter is the name's, in whichever dress; a word of another alphabet has none of them."""
    name = DOCUMENT if found[DOCUMENT] else UNTRUSTED
    return not set(name).isdisjoint(unicodedata.normalize("NFKC", found[name]).casefold())


def _value(source: str) -> str:
    """On one line, and without what ends a value or a tag."""
    return " ".join(source.split()).translate(_IN_VALUE)
