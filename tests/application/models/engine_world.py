"""An engine over parts in memory: models that follow scripts, a journal that checks itself, time that only jumps."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from uuid import UUID, uuid5

from application.execute import Order
from application.ledger.payer import Payer
from application.models.card import ModelCard
from application.models.checking import Problem
from application.models.engine import Asked, Engine
from application.models.engine_ports import Chosen, Means, Persistence, Timing
from application.models.failure import ModelError
from application.models.health import Outcome
from application.models.journal import Answered, DayOver, Hit, Try
from application.models.port import Provider
from application.models.request import Format, Message, ModelRequest, Text
from application.models.reusing import Reusing
from application.models.similar import Embeddings, Similar
from application.models.stream import Delta, Finished, Superseded, TextDelta, Usage
from domain import ledger
from domain.kernel import PayloadRef, Record
from domain.ledger import Reservation
from domain.prices import Prices
from domain.route import Policy
from tests.support.engine import FakeAnswers, FakeNeighbours
from tests.support.fakes import FakeClock, FakeLeases

WORKSPACE = UUID(int=1)
STREAM = UUID(int=3)
PAYER = Payer(WORKSPACE, UUID(int=2))
USAGE = Usage(10, 5)
PRICES = Prices(input=2_000_000, output=4_000_000)
"""Two micro-dollars for a token in, four for one out."""

CHOICE = PayloadRef("c" * 64, 1)
GONE = ModelError("model_unavailable", "It is gone.", retryable=True)
SLOWER = ModelError("model_rate_limited", "Slower.", retryable=True, retry_after=3.0)

REQUEST = ModelRequest("a/model", "answer", "Answer.", (Message("user", (Text("Why?"),)),), max_output_tokens=100)


def said(*words: str) -> list[Delta | Exception]:
    """A whole answer."""
    return [*(TextDelta(word) for word in words), Finished("end", USAGE, "m")]


class Silent(Exception):
    """In a script: say nothing more until the request is closed."""


class Request(Record):
    """One request to a scripted model, as the model saw it."""

    model: str
    request: ModelRequest


class Models:
    """Providers whose models say what the next line of their script tells, the last one again and again."""

    def __init__(self) -> None:
        self.scripts: dict[str, list[list[Delta | Exception]]] = {}
        self.missing: set[str] = set()
        self.asked: list[Request] = []
        self.open = 0
        self.silent = asyncio.Event()
        self.before: Callable[[str], None] = lambda _: None

    async def of(self, workspace_id: UUID, *, anew: bool = False) -> "Models":
        return self

    def get(self, model: str) -> Provider:
        if model not in self.scripts:
            raise ModelError("model_unknown", f"there is no model {model}")
        if model in self.missing:
            raise ModelError("model_key_missing", f"{model} has no key")
        return Scripted(self, model)

    def all(self) -> Sequence[Provider]:
        return ()


class Scripted:
    """One model."""

    def __init__(self, models: Models, model: str) -> None:
        self.name = model.partition("/")[0]
        self.own = False
        self.region = ""
        self._models = models
        self._model = model

    def unavailable(self) -> str | None:
        return None

    def cards(self) -> Sequence[ModelCard]:
        return ()

    async def discover(self) -> Sequence[str]:
        return ()

    async def stream(self, request: ModelRequest, card: ModelCard | None = None) -> AsyncGenerator[Delta, None]:
        models = self._models
        models.before(self._model)
        models.asked.append(Request(self._model, request))
        scripts = models.scripts[self._model]
        script = scripts.pop(0) if len(scripts) > 1 else scripts[0]
        models.open += 1
        try:
            for line in script:
                await asyncio.sleep(0)
                if isinstance(line, Silent):
                    models.silent.set()
                    await asyncio.Event().wait()
                if isinstance(line, Exception):
                    raise line
                yield line
        finally:
            models.open -= 1


class Treasury:
    """It only makes orders; the journal sees whether they fit."""

    async def reserve(
        self, payer: Payer, model: str, entry: UUID, worst_micro_usd: int | None, worst_tokens: int
    ) -> tuple[Reservation, Order]:
        reservation = Reservation(uuid5(payer.workspace_id, "day"), entry, worst_micro_usd, worst_tokens)
        wish = ledger.Reserve(entry, worst_micro_usd, worst_tokens, payer.subjects(model))
        return reservation, Order(reservation.ledger, wish)

    def settle(self, reservation: Reservation, micro_usd: int | None, tokens: int) -> Order:
        return Order(reservation.ledger, ledger.Settle(reservation.entry, micro_usd, tokens))

    def release(self, reservation: Reservation) -> Order:
        return Order(reservation.ledger, ledger.Release(reservation.entry))

    def doubt(self, reservation: Reservation) -> Order:
        return Order(reservation.ledger, ledger.Doubt(reservation.entry))


class Entry(Record):
    """What the journal says of a try."""

    made: Try
    kind: str
    detail: Answered | ModelError | None
    order: ledger.Commands


class Journal:
    """It holds that every try begins once and ends once."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.hits: list[Hit] = []
        self.open: dict[int, Try] = {}
        self.over: set[int] = set()
        self.refusals: dict[str, Exception] = {}
        self.days_over = 0
        self.slow: asyncio.Event | None = None
        self.reached = asyncio.Event()

    def entry(self, tried: int) -> UUID:
        return uuid5(WORKSPACE, f"try:{tried}")

    @property
    def stream(self) -> UUID:
        return STREAM

    async def begin(self, made: Try, reserve: Order) -> None:
        await self._wait()
        if self.days_over:
            self.days_over -= 1
            raise DayOver
        if made.model in self.refusals:
            raise self.refusals[made.model]
        assert made.tried not in {entry.made.tried for entry in self.entries}, "a try begins once"
        self.open[made.tried] = made
        self._enter(made, "begun", None, reserve)

    async def record(self, made: Try, answered: Answered, settle: Order) -> None:
        await self._end(made, "recorded", answered, settle)

    async def turned_away(self, made: Try, error: ModelError, release: Order) -> None:
        await self._end(made, "refused", error, release)

    async def in_doubt(self, made: Try, error: ModelError, doubt: Order) -> None:
        await self._end(made, "in_doubt", error, doubt)

    async def served(self, hit: Hit) -> None:
        self.hits.append(hit)

    async def _end(self, made: Try, kind: str, detail: Answered | ModelError, order: Order) -> None:
        await self._wait()
        assert made.tried not in self.over, "a try ends once"
        if made.tried not in self.open:
            return
        assert self.open.pop(made.tried) == made
        self.over.add(made.tried)
        self._enter(made, kind, detail, order)

    async def _wait(self) -> None:
        self.reached.set()
        if self.slow is not None:
            await self.slow.wait()
        await asyncio.sleep(0)

    def _enter(self, made: Try, kind: str, detail: Answered | ModelError | None, order: Order) -> None:
        command = order.command
        assert isinstance(command, ledger.Reserve | ledger.Settle | ledger.Release | ledger.Doubt)
        assert command.entry == made.reservation.entry == self.entry(made.tried)
        self.entries.append(Entry(made, kind, detail, command))

    @property
    def story(self) -> list[str]:
        """What happened, such as `0 a/model begun`."""
        return [f"{entry.made.tried} {entry.made.model} {entry.kind}" for entry in self.entries]

    def ended(self, kind: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.kind == kind]


class World:
    """An engine with everything that it needs, where a test can reach it."""

    def __init__(self) -> None:
        self.models = Models()
        self.journal = Journal()
        self.cards: dict[str, ModelCard] = {}
        self.tokens = 7
        self.now = 0.0
        self.pauses: list[float] = []
        self.waited = asyncio.Event()
        self.waited.set()
        self.chance = 1.0
        self.outcomes: list[tuple[str, Outcome]] = []
        self.metered: list[tuple[str, str, Usage | None]] = []
        self.chosen = Chosen((), CHOICE)
        self.problems: list[str | None] = []
        self.shut: set[str] = set()
        self.answers_kept = FakeAnswers()
        self.leases = FakeLeases()
        self.clock = FakeClock()
        self.policies: dict[str, Policy] = {}
        self.neighbours = FakeNeighbours()
        self.embeddings: Embeddings | None = None
        self.reusing = self.replica()

    def answers(self, model: str, *scripts: list[Delta | Exception], **known: object) -> None:
        """A model, what it says when it is asked for the first time, the second and so on, and what is known of it."""
        self.models.scripts[model] = list(scripts)
        given = {"prices": PRICES, "family": "f", **known}
        self.cards[model] = ModelCard(id=model, provider=model.partition("/")[0], description="", **given)  # type: ignore[arg-type]

    def route(self, *models: str) -> ModelRequest:
        """A request that may go to any of these models, in this order."""
        self.chosen = Chosen(models, CHOICE, self.chosen.check)
        return _on("route/auto")

    def replica(self) -> Reusing:
        """What another process has, over the same answers."""
        similar = Similar(self.embeddings, self.neighbours, self.answers_kept, self.clock)
        return Reusing(self.answers_kept, self.leases, self.clock, similar, look_seconds=0)

    def engine(self) -> Engine:
        return Engine(self._means())

    def _means(self) -> Means:
        return Means(
            self.models,
            self,
            self,
            Treasury(),
            self,
            self,
            self.formed,
            self.reusing,
            meter=lambda provider, outcome, _, usage: self.metered.append((provider, outcome, usage)),
            persistence=Persistence(),
            timing=Timing(lambda: self.now, self._pause, lambda: self.chance),
        )

    async def card(self, workspace_id: UUID, model: str) -> ModelCard | None:
        return self.cards.get(model)

    def count(self, request: ModelRequest, family: str) -> int:
        return self.tokens

    def worst(self, request: ModelRequest, family: str) -> int:
        return self.tokens

    async def choose(self, payer: Payer, request: ModelRequest) -> Chosen:
        return self.chosen

    async def policy(self, workspace_id: UUID, model: str) -> Policy | None:
        return self.policies.get(model)

    async def admitted(self, workspace_id: UUID, model: str) -> bool:
        return model not in self.shut

    async def noted(self, workspace_id: UUID, model: str, outcome: Outcome) -> None:
        self.outcomes.append((model, outcome))

    def formed(self, text: str, wanted: Format) -> Problem | None:
        told = self.problems.pop(0) if self.problems else None
        return None if told is None else Problem(told, "at $: type")

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await self.waited.wait()
        self.now += seconds
        await asyncio.sleep(0)

    async def ask(self, request: ModelRequest = REQUEST, **asked: object) -> list[Delta]:
        """All that comes back."""
        whole = Asked(PAYER, request, **asked)  # type: ignore[arg-type]
        async with aclosing(self.engine().stream(whole, self.journal)) as deltas:
            return [delta async for delta in deltas]


def _on(model: str) -> ModelRequest:
    return ModelRequest(model, REQUEST.task, REQUEST.instructions, REQUEST.messages, REQUEST.max_output_tokens)


def shown(deltas: Sequence[Delta]) -> str:
    """The text that stands in the end, for somebody who takes back what is superseded."""
    text = ""
    for delta in deltas:
        if isinstance(delta, TextDelta):
            text += delta.text
        elif isinstance(delta, Superseded):
            text = ""
    return text
