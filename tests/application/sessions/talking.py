"""A session in a world in memory: somebody asks, a worker answers, and the end of the run is carried to the session."""

from typing import Any
from uuid import UUID, uuid4

from application.access import Actor
from application.models.request import Document, Text
from application.orchestration.start_agent import STEP
from application.orchestration.texts import Texts
from application.policies import session_answers
from application.policies.session_answers import AnswerJob
from application.ports import IdempotencyKey
from application.sessions.answering import Answering
from application.sessions.asking import Asked, Opening, Posted
from application.sessions.ending import Endings
from application.sessions.posting import Sessions
from domain.run_values import Conversation
from domain.session_state import Message, Session
from tests.application.world import ADA, WORKSPACE, World


class FakeLastWords:
    """What was said last, as the test says."""

    def __init__(self) -> None:
        self.words = ""

    async def of(self, run_id: UUID, step: str) -> str:
        assert step == STEP
        return self.words


class Talk:
    """`jobs` are those of the policy, in the order of the log."""

    def __init__(self, world: World | None = None) -> None:
        self.world = world = world or World()
        self.texts = Texts(world.payloads)
        self.words = FakeLastWords()
        self.endings = Endings(world.executor, self.texts, self.words)
        answering = Answering(world.executor, self.texts, world.agents, world.starter)
        self.sessions = Sessions(answering, self.endings)

    async def start(
        self, text: str | None = "Who?", *, key: IdempotencyKey | None = None, by: Actor = ADA, **more: Any
    ) -> Posted:
        """A session with an agent, where somebody asks this at once."""
        if not {"agent_id", "workflow_id"} & more.keys():
            more["agent_id"] = await self.world.agent(f"Agent {uuid4().hex[:6]}")
        opening = Opening(asked=Asked(text) if text is not None else None, **more)
        return await self.sessions.start(uuid4(), opening, by, key=key)

    async def post(self, session_id: UUID, text: str = "And?", *, seed: UUID | None = None, **more: Any) -> Posted:
        return await self.sessions.post(session_id, seed or uuid4(), Asked(text), ADA, **more)

    async def answered(self, posted: Posted, step: str = STEP) -> Message:
        """The answer, once a worker has made it and the session was told."""
        assert posted.ids is not None
        await self.world.perform(posted.ids.run_id, step)
        for job in await self.jobs():
            await self.endings.end(job)
        return await self.message(posted)

    async def jobs(self) -> list[AnswerJob]:
        made = [job for recorded in await self.world.store.read(0, 10_000) for job in session_answers.react(recorded)]
        return [
            AnswerJob(WORKSPACE, UUID(job.arguments["run_id"]), Conversation(**_uuids(job.arguments["conversation"])))
            for job in made
        ]

    async def message(self, posted: Posted) -> Message:
        assert posted.ids is not None
        return (await self.session(posted.session_id)).messages[posted.ids.answer_id]

    async def session(self, session_id: UUID) -> Session:
        state = await self.world.executor.state(session_id, WORKSPACE)
        assert isinstance(state, Session)
        return state

    async def said(self, message: Message) -> str:
        assert message.content is not None
        return await self.texts.text(WORKSPACE, message.content)

    def told(self) -> list[tuple[str, list[str]]]:
        """Who said what, as the model was told last."""
        return [
            (message.role, [part.text for part in message.parts if isinstance(part, Text | Document)])
            for message in self.world.provider.requests[-1].messages
        ]


def _uuids(told: dict[str, str]) -> dict[str, UUID]:
    return {name: UUID(value) for name, value in told.items()}
