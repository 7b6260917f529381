"""The engine makes one call of a model: through failures, on the record, and within the budget."""

from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from itertools import count

from application.ledger.payer import Payer
from application.models.answers import Reuse, reusable, same_as
from application.models.checking import FormatMissed, mended
from application.models.cost import worst_micro_usd
from application.models.engine_ports import Chosen, Means
from application.models.failure import ModelError
from application.models.fitting import fitted
from application.models.gathering import speaks
from application.models.hedging import Race
from application.models.journal import Journal
from application.models.request import ModelRequest
from application.models.retrying import pause
from application.models.stream import Delta, Finished, Superseded
from application.models.tokens import fits, worst_beside
from application.models.tries import Trying, Wish
from domain import route
from domain.kernel import Record


class Asked(Record):
    """A call: what is asked, and on whose account.

    A model that failed before it spoke is asked again at most `retries` times, and nobody is asked anew after
    `seconds`. An answer may be as old as `cache_seconds`, 0 for a new one, and with a `cache_similarity` that of
    another question that is so much alike. Where the first model has said nothing for `hedge_after` seconds, the next
    is asked too, and the first to speak answers. Where what was shown may not be `superseded`, nobody else is asked
    from then on.
    """

    payer: Payer
    request: ModelRequest
    retries: int = 2
    seconds: float | None = None
    cache_seconds: int = 0
    hedge_after: float | None = None
    cache_similarity: float | None = None
    superseded: bool = True


class Engine:
    """Calls of models, whoever wants them."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def stream(self, asked: Asked, journal: Journal) -> AsyncGenerator[Delta, None]:
        """The answer, and then one Finished; it is on the record before it ends. Use it within `contextlib.aclosing`.

        What was said before a Superseded is void. Raises ModelError where nobody answers, Unavailable where nothing
        was begun because a part of Z2 is away, and what the journal raises.
        """

        def ask(on: Journal) -> AsyncGenerator[Delta, None]:
            return _Calling(self._means, asked, on).stream()

        wish = await self._reuse(asked)
        answer = self._means.reusing.stream(wish, journal, ask) if wish else ask(journal)
        async with aclosing(answer) as deltas:
            async for delta in deltas:
                yield delta

    async def _reuse(self, asked: Asked) -> Reuse | None:
        """Which answers will do as well; None where only a new one will."""
        workspace_id, request, policy = asked.payer.workspace_id, asked.request, None
        if not asked.cache_seconds or not reusable(request):
            return None
        if request.model.startswith(route.PREFIX):
            chooser = self._means.chooser
            policy = await self._means.waiting(lambda: chooser.policy(workspace_id, request.model))
            if policy is None:
                return None
        same = same_as(workspace_id, request, policy)
        return Reuse(same, request, policy, asked.cache_seconds, asked.cache_similarity)


class _Said(Record):
    """A piece of an answer, and which try it is of."""

    tried: int
    model: str
    delta: Delta


def _opens(said: _Said) -> bool:
    return speaks(said.delta) or isinstance(said.delta, Finished)


class _Calling:
    """One call under way."""

    def __init__(self, means: Means, asked: Asked, journal: Journal) -> None:
        self._means = means
        self._asked = asked
        self._journal = journal
        self._tries: Iterator[int] = count()
        self._begun = means.timing.now()
        self._counted: dict[str, int] = {}
        self._failures: list[ModelError] = []
        self._claimed: int | None = None
        self._shown: int | None = None

    async def stream(self) -> AsyncGenerator[Delta, None]:
        """The pieces of one answer after the other; where one was shown and is void, that is said before the next."""
        async with aclosing(self._one_after_another()) as pieces:
            async for said in pieces:
                speaking = speaks(said.delta)
                if self._shown not in (None, said.tried) and (speaking or isinstance(said.delta, Finished)):
                    yield Superseded(said.model, self._failures[-1].code)
                    self._shown = said.tried
                self._shown = said.tried if speaking else self._shown
                yield said.delta

    async def _one_after_another(self) -> AsyncGenerator[_Said, None]:
        """Ask the candidates in their order until one of them answers."""
        chosen = await self._chosen()
        rest = iter(chosen.models)
        for model in rest:
            try:
                held: list[_Said] = []
                async with aclosing(self._answer(model, rest, chosen)) as pieces:
                    async for said in pieces:
                        if self._holds(model, chosen):
                            held.append(said)
                        else:
                            yield said
                for said in held:
                    yield said
            except ModelError as error:
                self._failures.append(error)
                if self._bound():
                    raise
                if self._late():
                    break
            else:
                return
        raise self._telling()

    def _answer(self, model: str, rest: Iterator[str], chosen: Chosen) -> AsyncGenerator[_Said, None]:
        """Ask one model; and where that is silent for too long, the next of the rest too."""
        answer, seconds = self._persistently(model, chosen), self._asked.hedge_after
        if seconds is None:
            return answer

        def other() -> AsyncGenerator[_Said, None] | None:
            following = next(rest, None)
            return None if following is None else self._persistently(following, chosen)

        race = Race[_Said](_opens, self._failures.append)
        return race.run(answer, lambda: self._means.timing.pause(seconds), other)

    async def _persistently(self, model: str, chosen: Chosen) -> AsyncGenerator[_Said, None]:
        """Ask one model, and again where that may help: a little later, or shown what was wrong with its answer."""
        wish, again, repaired = await self._wish(self._asked.request, model, chosen), 0, False
        while True:
            trying, spoke = Trying(self._means, self._journal, wish, next(self._tries), self._claims), False
            try:
                async with aclosing(trying.stream()) as deltas:
                    async for delta in deltas:
                        spoke = spoke or speaks(delta)
                        yield _Said(trying.tried, model, delta)
            except ModelError as error:
                self._let_go(trying.tried)
                better = None if repaired or self._late() or self._bound() else mended(self._asked.request, error)
                if better is not None:
                    self._failures.append(error)
                    wish, repaired = await self._wish(better, model, chosen), True
                    continue
                seconds = None if spoke or isinstance(error, FormatMissed) else self._pause(error, again)
                if seconds is None:
                    raise
                await self._means.timing.pause(seconds)
                again += 1
            else:
                return

    def _claims(self, tried: int) -> bool:
        """Whether the try may answer: the first to ask so may, until it fails."""
        if self._claimed is None:
            self._claimed = tried
        return self._claimed == tried

    def _let_go(self, tried: int) -> None:
        if self._claimed == tried:
            self._claimed = None

    async def _chosen(self) -> Chosen:
        model = self._asked.request.model
        if not model.startswith(route.PREFIX):
            return Chosen((model,))
        chooser = self._means.chooser
        return await self._means.waiting(lambda: chooser.choose(self._asked.payer, self._asked.request))

    async def _wish(self, request: ModelRequest, model: str, chosen: Chosen) -> Wish:
        """What to ask the model. Raises ModelError where it cannot do that."""
        payer, models = self._asked.payer, self._means.models
        card = await self._means.waiting(lambda: models.card(payer.workspace_id, model))
        fit = fitted(request, model, card)
        tokens, most = (
            await self._count(request, card.family if card is not None else ""),
            fit.request.max_output_tokens,
        )
        if card is not None and (exceeded := fits(card, tokens, most)):
            raise exceeded
        worst = worst_micro_usd(card.prices if card is not None else None, tokens, most)
        last = model == chosen.models[-1]
        check = None if last else chosen.check
        return Wish(payer, fit.request, card, worst, tokens + most, fit.warnings, chosen.choice, check, last)

    async def _count(self, request: ModelRequest, family: str) -> int:
        """The most tokens of the request; counted once for all models that count alike."""
        if request is not self._asked.request:
            return await worst_beside(self._means.counter, request, family)
        if family not in self._counted:
            self._counted[family] = await worst_beside(self._means.counter, request, family)
        return self._counted[family]

    def _pause(self, error: ModelError, again: int) -> float | None:
        if again >= self._asked.retries:
            return None
        seconds = pause(error, again, self._means.persistence, self._means.timing.chance())
        return None if seconds is None or self._late(seconds) else seconds

    def _holds(self, model: str, chosen: Chosen) -> bool:
        """Whether nothing is shown before it is whole, because it may not pass the check and then not be taken back."""
        return not self._asked.superseded and chosen.check is not None and model != chosen.models[-1]

    def _bound(self) -> bool:
        """Whether something was shown that nothing else may take the place of."""
        return self._shown is not None and not self._asked.superseded

    def _late(self, seconds: float = 0.0) -> bool:
        """Whether the call would have taken too long in so many seconds."""
        limit = self._asked.seconds
        return limit is not None and self._means.timing.now() - self._begun + seconds >= limit

    def _telling(self) -> ModelError:
        """Of all failures the last one that time may mend, or else the last."""
        assert self._failures, "a choice has a candidate"
        return next((each for each in reversed(self._failures) if each.retryable), self._failures[-1])
