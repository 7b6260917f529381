"""Whether a model that failed is asked again by the same call, and after how long."""

from application.models.engine_ports import Persistence
from application.models.failure import ModelError


def pause(error: ModelError, again: int, persistence: Persistence, chance: float) -> float | None:
    """Seconds until a model is asked again that was so `again` times before; None where waiting would not help.

    `chance` is drawn evenly from 0 to 1. A provider's own wish is obeyed, and those that it sends away at once are
    spread out behind it.
    """
    if not error.retryable:
        return None
    wish = error.retry_after or 0.0
    if wish > persistence.longest_wish:
        return None
    most: float = min(persistence.longest_pause, persistence.first_pause * 2**again)
    return wish + chance * most
