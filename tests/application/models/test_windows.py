"""How many tokens a request may have: the smaller of what is wanted and what the models take, less their answer."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from application.models.card import ModelCard
from application.models.request import Image, Message, ModelRequest, Text
from application.models.windows import Window, Windows, is_small
from domain.kernel import replace
from infrastructure.models.tokens import Tokens

WORKSPACE = UUID(int=1)
CARD = ModelCard(
    id="acme/small", provider="acme", description="x", family="gpt-5", context_tokens=8_000, output_tokens=1_000
)
LARGE = replace(CARD, id="acme/large", context_tokens=64_000, output_tokens=None)
COUNTER = Tokens()


class Known:
    """What is known of models, and whom a route may ask."""

    def __init__(self, *cards: ModelCard) -> None:
        self.cards = cards

    async def card(self, workspace_id: UUID, model: str) -> ModelCard | None:
        return next((card for card in self.cards if card.id == model), None)

    async def able(self, workspace_id: UUID, request: ModelRequest) -> Sequence[ModelCard]:
        return self.cards


def asks(model: str = "acme/small", text: str = "Why?", most: int = 4_096) -> ModelRequest:
    return ModelRequest(model, "answer", "Answer.", (Message("user", (Text(text),)),), max_output_tokens=most)


def windows(*cards: ModelCard) -> Windows:
    known = Known(*cards)
    return Windows(COUNTER, known, known)


@pytest.mark.parametrize(
    ("model", "answer", "most", "window"),
    [
        ("acme/small", 4_096, None, Window(7_000, "gpt-5")),
        ("acme/small", 500, None, Window(7_500, "gpt-5")),
        ("acme/small", 500, 2_000, Window(2_000, "gpt-5")),
        ("acme/large", 4_000, None, Window(60_000, "gpt-5")),
        ("acme/large", 90_000, None, Window(0, "gpt-5")),
        ("acme/unknown", 500, 2_000, Window(2_000)),
        ("acme/unknown", 500, None, None),
        ("route/any", 4_000, None, Window(60_000)),
    ],
)
async def test_a_request_may_have_what_a_model_takes_less_its_answer(
    model: str, answer: int, most: int | None, window: Window | None
) -> None:
    assert await windows(CARD, LARGE).of(WORKSPACE, asks(model, most=answer), most) == window


async def test_nobody_knows_the_window_of_a_model_whose_card_does_not_tell_it() -> None:
    assert await windows(replace(CARD, context_tokens=None)).of(WORKSPACE, asks()) is None


@pytest.mark.parametrize("text", ["word " * 400, "Grüße 你好 " * 200, "\ud800 " * 300, "()[]{}" * 300, ""])
@pytest.mark.parametrize("family", ["gpt-5", "nobody-has-heard-of-it"])
async def test_what_is_small_is_so_whoever_counts(text: str, family: str) -> None:
    request = asks(text=text)
    most = await windows(CARD).count(request, Window(0, family))
    for tokens in range(0, 20_000, 250):
        assert not is_small(request, tokens) or most <= tokens
    assert is_small(request, 1_000_000)


def test_a_picture_is_never_small() -> None:
    shown = replace(asks(), messages=(Message("user", (Image(url="https://example.org/a.png"),)),))
    assert not is_small(shown, 10_000)
