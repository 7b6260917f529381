"""An engine over what a test has, for those who test something else: no outages, and tokens by the word."""

import asyncio
from collections.abc import Sequence
from operator import mul
from uuid import UUID

from application.execute import Executor
from application.ledger.payer import Payer
from application.ledger.treasury import Treasury
from application.models import formats
from application.models.answers import Same
from application.models.card import ModelCard
from application.models.engine import Engine
from application.models.engine_ports import Chosen, Means, Waiting
from application.models.failure import ModelError
from application.models.health import Outcome
from application.models.journal import Hit
from application.models.port import ProvidersOf
from application.models.registry import Models
from application.models.request import ModelRequest, as_text
from application.models.reusing import Reusing
from application.models.similar import Embeddings, Neighbour, Similar, Vector
from application.models.tokens import TokenCounter
from application.orchestration.patience import patiently
from application.ports import Clock, Leases
from domain.kernel import PayloadRef
from domain.route import Policy


class Words:
    """Counts words where others count tokens."""

    def count(self, request: ModelRequest, family: str) -> int:
        return self.worst(request, family)

    def worst(self, request: ModelRequest, family: str) -> int:
        texts = (request.instructions, *(as_text(message.parts) for message in request.messages))
        return sum(len(text.split()) for text in texts)


class Routes:
    """Leads wherever a test says."""

    def __init__(self) -> None:
        self.models: tuple[str, ...] = ()
        self.choice: PayloadRef | None = None
        self.cards: tuple[ModelCard, ...] = ()

    async def choose(self, payer: Payer, request: ModelRequest) -> Chosen:
        if not self.models:
            raise ModelError("model_unknown", f"there is no {request.model}")
        return Chosen(self.models, self.choice)

    async def able(self, workspace_id: UUID, request: ModelRequest) -> Sequence[ModelCard]:
        return self.cards

    async def policy(self, workspace_id: UUID, model: str) -> Policy | None:
        return Policy(models=self.models) if self.models else None


class FakeAnswers:
    """Kept for ever."""

    def __init__(self) -> None:
        self.kept: dict[Same, Hit] = {}
        self.seconds: list[int] = []
        self.misses = 0

    async def find(self, same: Same) -> Hit | None:
        await asyncio.sleep(0)  # others have their turn, as during any round trip
        if self.misses:
            self.misses -= 1
            return None
        return self.kept.get(same)

    async def keep(self, same: Same, hit: Hit, seconds: int) -> None:
        self.kept[same] = hit
        self.seconds.append(seconds)


class FakeNeighbours:
    """Whatever was kept lately is there, and as alike as its vector is."""

    def __init__(self) -> None:
        self.kept: dict[Same, dict[str, Vector]] = {}

    async def near(self, kin: Same, vector: Vector, least: float) -> Sequence[Neighbour]:
        await asyncio.sleep(0)
        there = [Neighbour(name, sum(map(mul, vector, other))) for name, other in self.kept.get(kin, {}).items()]
        return sorted((each for each in there if each.similarity >= least), key=lambda each: -each.similarity)

    async def keep(self, kin: Same, vector: Vector, digest: str, seconds: int) -> None:
        self.kept.setdefault(kin, {})[digest] = vector


class Well:
    """Every model is."""

    async def admitted(self, workspace_id: UUID, model: str) -> bool:
        return True

    async def noted(self, workspace_id: UUID, model: str, outcome: Outcome) -> None:
        pass


def engine(
    executor: Executor,
    providers: ProvidersOf,
    treasury: Treasury,
    routes: Routes,
    leases: Leases,
    clock: Clock,
    *,
    waiting: Waiting = patiently,
    embeddings: Embeddings | None = None,
    counter: TokenCounter | None = None,
) -> Engine:
    answers = FakeAnswers()
    means = Means(
        providers,
        Models(executor.states, clock),
        counter or Words(),
        treasury,
        routes,
        Well(),
        formats.check,
        Reusing(answers, leases, clock, Similar(embeddings, FakeNeighbours(), answers, clock)),
        waiting=waiting,
    )
    return Engine(means)
