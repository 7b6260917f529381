"""A conversation on Z2, had in this process as the API has it; worker and projector are processes of their own."""

import asyncio
import json
import sys
from uuid import UUID, uuid4

import uvloop

from application.access import Actor
from application.models.registry import stream_of
from application.sessions.asking import Asked, Opening
from application.sessions.posting import Sessions
from bench.runs_peers.talk import question
from domain import agent
from domain.model import RegisterModel
from domain.session_events import AnswerCompleted, AnswerFailed, Compacted
from infrastructure import settings
from interfaces import composition
from interfaces.composition import Core, background
from interfaces.sessions import sessions

MODEL = "openai/talks"
CONTEXT = 32_000


class Talk:
    """Somebody who asks, and hears from the log what became of it."""

    def __init__(self, parts: Core) -> None:
        self._parts = parts
        self._sessions: Sessions = sessions(parts)
        self._actor = Actor(uuid4(), uuid4(), "admin")
        self._answered: asyncio.Queue[AnswerCompleted | AnswerFailed] = asyncio.Queue()
        self.session_id = uuid4()
        self.turns = 0
        self.compactions = 0

    async def begin(self) -> None:
        agent_id, workspace_id = uuid4(), self._actor.workspace_id
        card = RegisterModel(model=MODEL, family="openai", context_tokens=CONTEXT, output_tokens=2_000)
        await self._do(stream_of(workspace_id), card)
        await self._do(agent_id, agent.CreateAgent("Talker", "Talker", "Talk.", "answer", MODEL))
        await self._sessions.start(self.session_id, Opening(agent_id=agent_id), self._actor)

    async def turn(self) -> None:
        await self._sessions.post(self.session_id, uuid4(), Asked(question(self.turns)), self._actor)
        ended = await self._answered.get()
        assert isinstance(ended, AnswerCompleted), ended
        self.turns += 1

    async def listen(self) -> None:
        async with self._parts.tail.follow(await self._parts.store.head()) as batches:
            async for batch in batches:
                for recorded in batch:
                    self.compactions += isinstance(recorded.event, Compacted)
                    if isinstance(recorded.event, AnswerCompleted | AnswerFailed):
                        self._answered.put_nowait(recorded.event)

    async def _do(self, stream: UUID, command: RegisterModel | agent.CreateAgent) -> None:
        await self._parts.executor.execute(stream, command, self._actor, correlation_id=stream)


async def main() -> None:
    async with composition.core(settings.load()) as parts:
        talk = Talk(parts)
        async with background(talk.listen()):
            await talk.begin()
            print(json.dumps({"ready": True}), flush=True)
            while line := await asyncio.to_thread(sys.stdin.readline):
                for _ in range(json.loads(line)["turns"]):
                    await talk.turn()
                print(json.dumps({"turns": talk.turns, "compactions": talk.compactions}), flush=True)


if __name__ == "__main__":
    uvloop.run(main())
