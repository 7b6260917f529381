"""A world whose models take little, and refuse what is more by a true count."""

from collections.abc import AsyncGenerator, Callable, Sequence
from typing import Any
from uuid import UUID, uuid4

from application.models.card import ModelCard
from application.models.failure import ModelError
from application.models.registry import stream_of
from application.models.request import Document, ModelRequest, Text, ToolResult
from application.models.stream import Delta, Finished, TextDelta, ToolCallDelta, Usage
from application.orchestration.start_agent import AgentRequest
from application.orchestration.steps import StepWorker
from application.orchestration.tools import Authorise, Tool, only_reading
from domain import agent
from domain.kernel import PayloadRef
from domain.model import RegisterModel
from domain.prices import Prices
from domain.run_state import Step
from domain.run_tool_events import ContextCompacted
from infrastructure.models.tokens import Tokens
from tests.application.world import ADA, WORKSPACE, World
from tests.support.fakes import FakeProvider, FakeProviders

STEP = "answer"
FAMILY = "openai"
COUNTER = Tokens()

Answer = Callable[[ModelRequest], Sequence[Delta | Exception]]


def says(text: str) -> list[Delta | Exception]:
    return [TextDelta(text), Finished("end", Usage(100, 20), "m")]


def wants(*calls: tuple[str, str], words: str = "") -> list[Delta | Exception]:
    deltas = [ToolCallDelta(index, f"id{index}", name, given) for index, (name, given) in enumerate(calls)]
    return [*([TextDelta(words)] if words else []), *deltas, Finished("tool_calls", Usage(100, 20), "m")]


class Narrow(FakeProvider):
    """Takes so many tokens for question and answer, and answers from what it is told."""

    def __init__(self, name: str, tokens: int, answer: Answer) -> None:
        super().__init__(name)
        self.tokens = tokens
        self.answer = answer
        self.counts: list[int] = []

    async def stream(self, request: ModelRequest, card: ModelCard | None = None) -> AsyncGenerator[Delta, None]:
        self.counts.append(COUNTER.count(request, FAMILY))
        if self.counts[-1] + request.max_output_tokens > self.tokens:
            raise ModelError("model_context_exceeded", f"{self.counts[-1]:,} tokens are too many")
        self.script = [*self.answer(request)]
        async for delta in super().stream(request, card):
            yield delta


class NarrowWorld:
    """One agent whose model takes little, a second model that makes summaries, and their tools."""

    def __init__(
        self,
        answer: Answer,
        *tools: Tool,
        tokens: int = 8_000,
        summary: Answer | None = None,
        door: Authorise = only_reading,
    ) -> None:
        self.model = Narrow("fake", tokens, answer)
        self.cheap = Narrow("openai", 100_000, summary or (lambda request: says("They went on.")))
        self.world = World(FakeProviders(self.model, self.cheap), COUNTER)
        self.world.shop = self.world.workshop(*tools, authorise=door)
        self.world.steps = StepWorker(self.world.shop, free=lambda: self.world.most)
        self.tools = tuple(tool.name for tool in tools)

    async def know(self, model: str, context: int, output: int = 1_000) -> None:
        """Let the workspace have a card of this model."""
        prices = Prices(input=1_000_000, output=1_000_000)
        command = RegisterModel(
            model=model, family=FAMILY, context_tokens=context, output_tokens=output, prices=prices, can=("tools",)
        )
        await self.world.do(stream_of(WORKSPACE), command)

    async def agent(self, **more: Any) -> UUID:
        await self.know("fake/model", self.model.tokens)
        await self.know("openai/cheap", self.cheap.tokens)
        command = agent.CreateAgent("Finder", "Finder", "Find things.", "answer", tools=self.tools, **more)
        return (await self.world.do(uuid4(), command)).stream

    async def start(self, text: str = "Find it.", **more: Any) -> UUID:
        who, run_id = await self.agent(**more), uuid4()
        order = await self.world.agents.order(run_id, AgentRequest(who, "Search", text), ADA)
        await self.world.executor.execute_together([order], ADA, correlation_id=run_id)
        return run_id

    async def step(self, run_id: UUID) -> Step:
        return await self.world.step(run_id, STEP)

    def compacted(self, run_id: UUID) -> list[ContextCompacted]:
        return [event for event in self.world.store.events(run_id) if isinstance(event, ContextCompacted)]

    async def text(self, ref: PayloadRef | None) -> str:
        assert ref is not None
        return await self.world.payloads.get(WORKSPACE, ref)


def results(request: ModelRequest) -> list[ToolResult]:
    """What the model was told of its tools."""
    return [part for message in request.messages for part in message.parts if isinstance(part, ToolResult)]


def words(request: ModelRequest) -> str:
    """All texts and documents that a model was told."""
    parts = (part for message in request.messages for part in message.parts)
    return "\n".join(part.text for part in parts if isinstance(part, Text | Document))
