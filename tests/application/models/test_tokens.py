"""What does not fit into a model is said before the call; long requests are counted beside the event loop."""

import threading

from application.models import tokens
from application.models.card import ModelCard
from application.models.request import ModelRequest
from domain.kernel import replace
from infrastructure.models.tokens import Tokens

CARD = ModelCard(id="acme/small", provider="acme", description="x", context_tokens=8_000)


def request(characters: int) -> ModelRequest:
    return ModelRequest("acme/small", "answer", "word " * (characters // 5), ())


class Watched:
    """A counter that tells in which thread it was asked."""

    def __init__(self) -> None:
        self.threads: list[threading.Thread] = []
        self._counter = Tokens()

    def count(self, request: ModelRequest, family: str) -> int:
        return self._counter.count(request, family)

    def worst(self, request: ModelRequest, family: str) -> int:
        self.threads.append(threading.current_thread())
        return self._counter.worst(request, family)


def test_what_fits_to_the_last_token_fits() -> None:
    assert tokens.fits(CARD, 6_000, 2_000) is None


def test_what_does_not_fit_is_refused_with_both_counts_and_is_not_tried_again() -> None:
    error = tokens.fits(CARD, 6_001, 2_000)
    assert error is not None
    assert (error.code, error.retryable) == ("model_context_exceeded", False)
    assert all(count in str(error) for count in ("acme/small", "8,000", "6,001", "2,000"))


def test_a_model_of_unknown_size_is_asked() -> None:
    assert tokens.fits(replace(CARD, context_tokens=None), 10**9, 10**9) is None


async def test_a_long_request_is_counted_in_another_thread_and_a_short_one_at_once() -> None:
    watched = Watched()
    for characters in (100, 1_000_000):
        asked = request(characters)
        assert await tokens.worst_beside(watched, asked, "openai") == Tokens().worst(asked, "openai")
    here = threading.current_thread()
    assert [thread is here for thread in watched.threads] == [True, False]
