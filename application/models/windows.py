"""How many tokens a request may have, as far as the models that may be asked are known."""

from collections.abc import Sequence
from math import inf
from typing import Protocol
from uuid import UUID

from application.models.card import ModelCard
from application.models.engine_ports import Models
from application.models.request import ModelRequest
from application.models.tokens import TokenCounter, pictures, texts, worst_beside
from domain import route
from domain.kernel import Record

MOST_A_BYTE = 2
"""So many tokens at most come of a byte, with the margins of every family."""

FRAMES = 1_024
"""So many at most come with the marks of a message, or with those of the tools."""

PICTURE = 65_536


class Able(Protocol):
    async def able(self, workspace_id: UUID, request: ModelRequest) -> Sequence[ModelCard]:
        """The models that a route may ask, were the request short enough. Raises ModelError and Unavailable."""
        ...


class Window(Record):
    """A request may have so many tokens, counted as those of the `family` are, and there is room for its answer."""

    tokens: int
    family: str = ""


class Windows(Record):
    """What is known of models, and how a request is counted for them."""

    counter: TokenCounter
    models: Models
    routes: Able

    async def of(self, workspace_id: UUID, request: ModelRequest, most: int | None = None) -> Window | None:
        """At most `most`, where that is given; None where nobody knows. Raises ModelError and Unavailable."""
        if request.model.startswith(route.PREFIX):
            cards, family = await self.routes.able(workspace_id, request), ""
        else:
            card = await self.models.card(workspace_id, request.model)
            cards, family = ((), "") if card is None else ((card,), card.family)
        known = max((_taken(card, request) for card in cards), default=inf)
        least = min(known, inf if most is None else most)
        return None if least == inf else Window(max(0, int(least)), family)

    async def count(self, request: ModelRequest, window: Window) -> int:
        """The most tokens that the request may have: what the engine goes by, too."""
        return await worst_beside(self.counter, request, window.family)


def is_small(request: ModelRequest, tokens: float) -> bool:
    """Whether it has no more than so many tokens, whoever counts: said without counting."""
    size = sum(len(text.encode("utf-8", "surrogatepass")) for text in texts(request))
    beside = FRAMES * (len(request.messages) + 2) + PICTURE * pictures(request)
    return size * MOST_A_BYTE + beside <= tokens


def _taken(card: ModelCard, request: ModelRequest) -> float:
    if card.context_tokens is None:
        return inf
    answer = request.max_output_tokens if card.output_tokens is None else card.output_tokens
    return card.context_tokens - min(request.max_output_tokens, answer)
