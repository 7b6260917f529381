"""A turn of an agent on Z2, started in this process as the API starts it; worker and projector are their own."""

from uuid import UUID, uuid4

import uvloop

from application.access import Actor
from application.orchestration.start_agent import AgentRequest, AgentStarter
from bench.agent_peers.common import INSTRUCTIONS, MODEL, QUESTION
from bench.runs_peers.turns import serve
from bench.runs_z2 import Caller, caller
from domain import agent
from interfaces.composition import agent_starter


class Asker:
    """Has an agent answer, and hears from the log when it has."""

    def __init__(self, calling: Caller, starter: AgentStarter) -> None:
        self._calling = calling
        self._starter = starter
        self._actor = Actor(uuid4(), uuid4(), "admin")

    async def create(self) -> UUID:
        command = agent.CreateAgent(
            "Calculator", "Calculator", INSTRUCTIONS, "answer", f"openai/{MODEL}", tools=("calculate",)
        )
        stream = uuid4()
        await self._calling.parts.executor.execute(stream, command, self._actor, correlation_id=stream)
        return stream

    async def turn(self, agent_id: UUID) -> None:
        run_id = uuid4()
        over = self._calling.hearing(run_id)
        order = await self._starter.order(run_id, AgentRequest(agent_id, "A question", QUESTION), self._actor)
        await self._calling.parts.executor.execute_together([order], self._actor, correlation_id=run_id)
        await over


async def main() -> None:
    async with caller() as calling:
        asker = Asker(calling, agent_starter(calling.parts))
        agent_id = await asker.create()
        await serve({"turn": lambda: asker.turn(agent_id)})


if __name__ == "__main__":
    uvloop.run(main())
