"""The health of a model over HTTP: what its latest tries tell."""

from application.models.choice import Measured
from domain.kernel import Instant, Record


class ModelHealth(Record):
    """How a model did lately, as all processes of this Z2 know it together; null is unknown.

    An answer's first token comes after `first_token_ms`. `success` is 0 to 1. It has failed so often that it is not
    asked before `open_until`. `last` is `answered`, or the code of how the last try failed.
    """

    first_token_ms: int | None
    tokens_per_second: float | None
    success: float | None
    open_until: Instant | None
    last: str | None


def health_of(lately: Measured | None) -> ModelHealth | None:
    """None where nobody has asked the model lately."""
    if lately is None:
        return None
    first = lately.first_token_seconds
    return ModelHealth(
        None if first is None else round(first * 1000),
        None if lately.tokens_per_second is None else round(lately.tokens_per_second, 1),
        None if lately.success is None else round(lately.success, 3),
        lately.open_until,
        lately.last or None,
    )
