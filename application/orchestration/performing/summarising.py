"""A summary of what an agent was told: by the model that is set for it, or else by its key sentences."""

import asyncio
from collections.abc import Sequence

from application.intelligence import requests, summaries
from application.models.failure import ModelError
from application.models.request import Document, ModelRequest
from application.models.windows import Window
from application.orchestration.performing import asking
from application.orchestration.performing.asking import Asking
from application.orchestration.work import Work
from domain.agent import Agent
from domain.kernel import PayloadRef, Record, replace
from domain.run_state import FIRST_SUMMARY, Call
from domain.run_values import Member, Shortening

CHARACTERS_A_TOKEN = 2


class Summary(Record):
    """What stands for something longer, and how it came about."""

    method: Shortening
    text: str


class Summariser:
    """Makes the summaries of one attempt at a step."""

    def __init__(self, work: Work, member: Member, doer: Agent) -> None:
        self._work = work
        self._member = member
        self._doer = doer

    async def summary(
        self, documents: Sequence[Document], most_tokens: int, call: int, kept: Sequence[str] = ()
    ) -> Summary:
        """In so many tokens, for call number `call`, which pays at most once for it; `kept` is told word for word.

        Where no model makes one, it is the key sentences.
        """
        before = [summaries.read(each.text) for each in documents]
        lines = list(dict.fromkeys((*(line for keeps, _ in before for line in keeps), *kept)))
        plain = [Document(each.title, text) for each, (_, text) in zip(documents, before, strict=True)]
        if (words := await self._asked(plain, most_tokens, call)) is not None:
            return Summary("summarised", summaries.written(lines, words))
        return Summary("extracted", summaries.written(lines, await self.extracted(plain, most_tokens)))

    async def extracted(self, documents: Sequence[Document], most_tokens: int) -> str:
        """The key sentences. A long text takes a second of computing: not in the event loop."""
        texts, most = [each.text for each in documents], most_tokens * CHARACTERS_A_TOKEN
        return await asyncio.to_thread(self._work.shop.extract, texts, most)

    async def _asked(self, documents: Sequence[Document], most_tokens: int, call: int) -> str | None:
        """The words of a model, once they are on the record; None where none is set, or it had none to say."""
        if not self._doer.summary_model:
            return None
        wanted = summaries.request(self._doer.summary_model, documents, most_tokens)
        number = FIRST_SUMMARY + call
        recorded = (await self._work.latest()).recorded(number)
        if recorded is None:
            asked = Asking(self._member, replace(self._doer, cache_seconds=0), quiet=True)
            try:
                await asking.answer(self._work, asked, wanted, call=number)
            except ModelError:
                return None
            recorded = (await self._work.latest()).recorded(number)
        if recorded is None or not await self._is_of(recorded, wanted):
            return None
        return str(await self._work.read(recorded.output)).strip() or None

    async def _is_of(self, recorded: Call, wanted: ModelRequest) -> bool:
        """Whether this was asked: what is known of models may have changed since an attempt before this one."""
        if recorded.request is None:
            return False

        async def load(ref: PayloadRef) -> str:
            return await self._work.shop.texts.text(self._work.job.workspace_id, ref)

        return (await requests.whole(recorded.request, load)).messages == wanted.messages


def share(window: Window, part: float) -> int:
    return max(1, int(window.tokens * part))
