"""A voice says what a model says to those who watch; what comes while a piece is on its way is the next piece."""

import asyncio
from typing import Self

from application.policies.step_jobs import StepJob
from application.ports import LiveText
from application.tasks import ended


class Voice:
    """Use it as a context: whoever leaves it has said everything, or is cancelled."""

    def __init__(self, live: LiveText, job: StepJob, tried: int) -> None:
        self._live = live
        self._job = job
        self._tried = tried
        self._offset = 0
        self._words: list[str] = []
        self._speaking: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._speaking is None:
            return
        if kind is None:
            await self._speaking
        else:
            await ended(self._speaking)

    def say(self, text: str) -> None:
        self._words.append(text)
        if self._speaking is None or self._speaking.done():
            self._speaking = asyncio.create_task(self._speak())

    async def void(self) -> None:
        """What was said so far counts for nothing any more, and the answer begins anew."""
        if self._speaking is not None:
            await self._speaking
        self._offset, self._tried = 0, self._tried + 1

    async def _speak(self) -> None:
        job = self._job
        while self._words:
            text = "".join(self._words)
            self._words.clear()
            await self._live.say(job.run_id, job.step, job.attempt, self._offset, text, tried=self._tried)
            self._offset += len(text)
