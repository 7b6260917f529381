"""The key sentences of texts, in the order in which they stand, within a number of characters."""

from collections.abc import Sequence

from application.models.failure import ModelError
from infrastructure.models.offline.material import Material


def extracted(texts: Sequence[str], most: int) -> str:
    """All of it where there is room; the beginning of each text where there is no sentence."""
    whole = "\n".join(text.strip() for text in texts)
    if len(whole) <= most:
        return whole
    try:
        material = Material(texts)
    except ModelError:
        each = max(1, most // max(1, len(texts)) - 1)
        return "\n".join(text[:each] for text in texts)[:most]
    total = sum(len(sentence.text) + 1 for sentence in material.sentences)
    number = max(1, len(material.sentences) * most // total)
    while len(found := "\n".join(material.best(number))) > most and number > 1:
        number = min(number - 1, max(1, number * most // len(found)))
    return found[:most]
