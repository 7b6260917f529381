"""What an agent's model is told of its turns, kept within what the model takes; what is told shorter is on the record.

First what tools gave is left out that can be asked again, then a summary stands for the first turns, and at last what
the newest tools gave is told by its key sentences. All of it happens before the call, and is recorded with it.
"""

from collections import Counter
from collections.abc import Sequence
from functools import partial

from application.execute import Order
from application.intelligence import accounting, context, conversation
from application.intelligence.conversation import Cut, Said
from application.kept import Kept
from application.models.failure import ModelError
from application.models.request import Document, ModelRequest
from application.models.windows import Window, is_small
from application.orchestration.patience import patiently
from application.orchestration.performing.summarising import Summariser, share
from application.orchestration.texts import kept
from application.orchestration.work import Work
from domain.agent import Agent
from domain.kernel import PayloadRef, Record
from domain.run_state import Step
from domain.run_tool_commands import CompactContext
from domain.run_values import Member


class Told(Record):
    """What a call asks; `refs` are the summaries in it, which are on the record."""

    request: ModelRequest
    refs: tuple[PayloadRef, ...] = ()


class Compacting:
    """Builds the requests of one attempt at a step."""

    def __init__(self, work: Work, member: Member, doer: Agent) -> None:
        self._work = work
        self._doer = doer
        self._summariser = Summariser(work, member, doer)

    async def told(self, first: ModelRequest, said: Sequence[Said], call: int) -> Told:
        """What call number `call` asks. Raises ModelError `model_context_exceeded` where that is too much."""
        step = await self._work.latest()
        made = [each for each in step.compactions if each.call <= call]
        refs = tuple(each.summary for each in made if each.summary is not None)
        cuts = [
            Cut(each.method, each.replaced, None if each.summary is None else str(await self._work.read(each.summary)))
            for each in made
        ]
        request = conversation.continued(first, said, cuts)
        windows, workspace_id = self._work.shop.windows, self._work.job.workspace_id
        window = await patiently(lambda: windows.of(workspace_id, request, self._doer.context_tokens))
        if window is None or is_small(request, context.FULL * window.tokens):
            return Told(request, refs)
        fitting = _Fitting(self._work, self._summariser, window, first, said, call, step, cuts)
        request = await fitting.request()
        return Told(request, (*refs, *fitting.refs))


class _Fitting:
    """One request on its way into a window."""

    def __init__(
        self,
        work: Work,
        summariser: Summariser,
        window: Window,
        first: ModelRequest,
        said: Sequence[Said],
        call: int,
        step: Step,
        cuts: list[Cut],
    ) -> None:
        self._work = work
        self._summariser = summariser
        self._window = window
        self._first = first
        self._said = said
        self._call = call
        self._step = step
        self._cuts = cuts
        self.refs: list[PayloadRef] = []

    async def request(self) -> ModelRequest:
        """Raises ModelError."""
        full, most = share(self._window, context.FULL), self._window.tokens
        for least, way in ((full, self._drop), (full, self._fold), (most, self._shorten)):
            if (tokens := await self._count()) > least:
                await way(tokens)
        if (tokens := await self._count()) > most:
            raise exceeded(self._made(), tokens, self._window, self._portions())
        return self._made()

    async def _drop(self, tokens: int) -> None:
        """Leave out what tools gave that can be asked again."""
        wanted = tokens - share(self._window, context.AIM)
        names = context.droppable(self._said, self._step, self._cuts)
        chosen = context.enough(names, await self._tokens(names), wanted)
        if chosen:
            await self._cut(Cut("dropped", chosen), tokens)

    async def _fold(self, tokens: int) -> None:
        """Let a summary stand for the first turns."""
        room = share(self._window, context.SUMMARY)
        names = context.foldable(self._said, self._step, self._cuts)
        wanted = tokens + room - share(self._window, context.AIM)
        chosen = context.enough(names, await self._tokens(names), wanted)
        if not chosen:
            return
        documents = context.told_before(self._said, self._cuts, chosen)
        done = context.done(self._said, self._step, chosen)
        summary = await self._summariser.summary(documents, room, self._call, done)
        before = [conversation.summary(self._call_of(cut)) for cut in self._cuts if cut.of_turns][-1:]
        await self._cut(Cut(summary.method, (*before, *chosen), summary.text), tokens)

    def _call_of(self, cut: Cut) -> int:
        """Of the call that was told this first."""
        made = (each.call for each in self._step.compactions if each.replaced == cut.replaced)
        return next(made, self._call)

    async def _shorten(self, tokens: int) -> None:
        """Tell what the newest tools gave by its key sentences, the longest first, as long as it is too much."""
        for name in context.oversized(self._said, self._cuts):
            if tokens <= self._window.tokens:
                return
            own = (await self._tokens([name]))[name]
            room = max(own - (tokens - share(self._window, context.FULL)), share(self._window, context.SUMMARY))
            call, _, index = name.removeprefix("tool:").partition(".")
            whole = Document(name, self._said[int(call)].results[int(index)].text)
            summary = await self._summariser.extracted([whole], room)
            await self._cut(Cut("extracted", (name,), summary), tokens)
            tokens = await self._count()

    async def _cut(self, cut: Cut, before: int) -> None:
        """It goes on the record with the call that is told so, or with the end of the attempt."""
        self._cuts.append(cut)
        job, text = self._work.job, None if cut.summary is None else kept(cut.summary)
        command = CompactContext(
            job.step,
            job.attempt,
            self._call,
            cut.method,
            cut.replaced,
            None if text is None else text.ref,
            before,
            await self._count(),
        )
        texts: Sequence[Kept] = () if text is None else (text,)
        if text is not None:
            self.refs.append(text.ref)
        small = await self._work.shop.texts.store(job.workspace_id, texts)
        self._work.ahead.add(Order(job.run_id, command, small))

    def _made(self) -> ModelRequest:
        return conversation.continued(self._first, self._said, self._cuts)

    async def _count(self) -> int:
        return await self._work.shop.windows.count(self._made(), self._window)

    async def _tokens(self, names: Sequence[str]) -> dict[str, int]:
        count = partial(self._work.shop.windows.count, window=self._window)
        return {name: await count(context.alone(self._first, self._said, name)) for name in names}

    def _portions(self) -> list[accounting.Portion]:
        return accounting.portions(self._made(), self._work.shop.windows.counter, self._window.family)


def exceeded(request: ModelRequest, tokens: int, window: Window, portions: Sequence[accounting.Portion]) -> ModelError:
    """Why a request is too long although all that may be told shorter is: what it is made of."""
    counts = Counter[str]()
    for each in portions:
        counts[each.origin.partition(":")[0]] += each.tokens
    parts = ", ".join(f"{origin} {count:,}" for origin, count in counts.most_common())
    detail = (
        f"{request.model} may be given {window.tokens:,} tokens, and the request may have {tokens:,} although all that "
        f"can be told shorter is (likely {parts}); give less material or fewer tools, unpin messages, "
        "or take another model"
    )
    return ModelError("model_context_exceeded", detail)
