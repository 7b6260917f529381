"""The application over ports in memory, with the words in which its stories are told."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

from application.access import Actor
from application.errors import NotFound
from application.execute import Executor
from application.ledger.treasury import Treasury
from application.models.port import ProvidersOf
from application.models.registry import Models
from application.models.tokens import TokenCounter
from application.models.windows import Windows
from application.orchestration.pinning import Pinning
from application.orchestration.start import Starter, StartRequest
from application.orchestration.start_agent import AgentStarter
from application.orchestration.steps import StepWorker
from application.orchestration.texts import Texts
from application.orchestration.tools import Authorise, Tool, ToolBox, only_reading
from application.orchestration.workshop import Workshop
from application.policies.step_jobs import StepJob
from application.ports import IdempotencyKey, Outcome
from application.registry import name_stream
from domain import agent, nodes, run_events, workflow
from domain.definition import Definition
from domain.kernel import Command
from domain.run_state import Run, Step
from infrastructure.models.offline.extracting import extracted
from tests.support.engine import Routes, Words, engine
from tests.support.fakes import (
    FakeClock,
    FakeLeases,
    FakeLiveText,
    FakePayloads,
    FakeProvider,
    FakeProviders,
    FakeQueue,
    FakeStore,
)
from tests.support.until import until

WORKSPACE, ELSEWHERE = UUID(int=1), UUID(int=99)
ADA = Actor(UUID(int=2), WORKSPACE, "user")
EVE = Actor(UUID(int=3), ELSEWHERE, "admin")
SYSTEM = Actor(UUID(int=4), WORKSPACE, "system")
DOCUMENT = "Tides turn turbines."
LEASE = UUID(int=6)


def key(name: str = "k", digest: bytes = b"digest") -> IdempotencyKey:
    return IdempotencyKey(WORKSPACE, name, digest)


def create_agent(name: str = "Reader", *, model: str = "default") -> agent.CreateAgent:
    return agent.CreateAgent(name, "Researcher", "Read closely.", "summarise", model)


class World:
    """Everything that the application needs, where a test can reach it.

    `most` is how many of the steps that a step makes ready are gone on with; at 0 each is performed when asked for.
    """

    def __init__(
        self,
        providers: ProvidersOf | None = None,
        counter: TokenCounter | None = None,
        *,
        beside: "World | None" = None,
    ) -> None:
        """With other `providers` than those in memory, for tests that speak to real ones; and tokens as those count.

        A process `beside` that of another has the same log.
        """
        self.clock = FakeClock()
        self.store: FakeStore = FakeStore() if beside is None else beside.store
        self.payloads: FakePayloads = FakePayloads() if beside is None else beside.payloads
        self.store.texts = self.payloads.texts
        self.leases = FakeLeases()
        self.live = FakeLiveText()
        self.queue = FakeQueue()
        self.provider = FakeProvider()
        self.paid = FakeProvider("openai")
        self.providers = providers or FakeProviders(self.provider, self.paid)
        self.executor = Executor(self.store, self.clock)
        self.other_process = Executor(self.store, self.clock)
        self.starter = Starter(self.executor, self.payloads, self.providers, "fake/model")
        pinning = Pinning(self.executor, self.providers, "fake/model")
        self.agents = AgentStarter(self.executor, self.payloads, pinning)
        self.treasury = Treasury(self.executor, self.clock)
        self.routes = Routes()
        self.counter = counter or Words()
        self.models = Models(self.executor.states, self.clock, fresh_seconds=0.0)
        self.engine = engine(
            *(self.executor, self.providers, self.treasury, self.routes, self.leases, self.clock), counter=self.counter
        )
        self.shop = self.workshop()
        self.most = 20
        self.steps = StepWorker(self.shop, free=lambda: self.most)

    def workshop(self, *tools: Tool, authorise: Authorise = only_reading, lease: UUID = LEASE) -> Workshop:
        """What a worker works with that has these tools."""
        return Workshop(
            self.executor,
            self.payloads,
            Texts(self.payloads),
            self.engine,
            self.treasury,
            self.live,
            self.starter,
            self.agents,
            ToolBox(tools, authorise),
            self.clock,
            lease,
            Windows(self.counter, self.models, self.routes),
            extracted,
        )

    async def do(
        self, stream: UUID, command: Command, actor: Actor = SYSTEM, key: IdempotencyKey | None = None
    ) -> Outcome:
        return await self.executor.execute(stream, command, actor, correlation_id=UUID(int=5), key=key)

    async def do_elsewhere(self, stream: UUID, command: Command, key: IdempotencyKey | None = None) -> Outcome:
        """As another process does it."""
        return await self.other_process.execute(stream, command, SYSTEM, correlation_id=UUID(int=5), key=key)

    async def agent(self, name: str = "Reader", *, model: str = "default") -> UUID:
        return (await self.do(uuid4(), create_agent(name, model=model))).stream

    async def workflow(self, *lines: str, max_attempts: int = 3) -> UUID:
        """`workflow("a", "b: a")` is two steps of one agent, the second of which needs the first."""
        await self.agent(f"Agent of {'; '.join(lines)}")
        parts = [line.partition(":") for line in lines]
        retry = nodes.Retry(max_attempts)
        made = [
            nodes.Agent(id=name, agent="reader", prompt=f"Do {name}.", needs=tuple(needs.split()), retry=retry)
            for name, _, needs in parts
        ]
        return await self.published(*made, name="; ".join(lines), reader=f"Agent of {'; '.join(lines)}")

    async def published(
        self, *made: nodes.AnyNode, name: str = "", output: str = "", reader: str = "Reader", **more: Any
    ) -> UUID:
        """A workflow of these nodes; the agents that they name are all one."""
        stream = name_stream(WORKSPACE, "agent", reader)
        try:
            who = (await self.executor.state(stream, WORKSPACE)).owner_id
        except NotFound:
            who = await self.agent(reader)
        names = {each.agent for each in workflow.walk(made) if isinstance(each, nodes.Agent | nodes.Plan)}
        names |= {each for node in workflow.walk(made) if isinstance(node, nodes.Plan) for each in node.team}
        names |= {each for node in workflow.walk(made) for each in getattr(node, "agents", ())}
        definition = Definition(name=name or f"Work {uuid4().hex[:8]}", nodes=made, output=output, **more)
        command = workflow.PublishWorkflow(definition, dict.fromkeys(sorted(names), who))
        return (await self.do(uuid4(), command)).stream

    async def start(self, *lines: str, max_attempts: int = 3, model: str | None = None, by: Actor = ADA) -> UUID:
        """A run of such a workflow."""
        workflow_id = await self.workflow(*lines, max_attempts=max_attempts)
        request = StartRequest("Tides", DOCUMENT, workflow_id=workflow_id, model=model)
        return (await self.starter.start(uuid4(), request, by)).stream

    async def started(
        self, *made: nodes.AnyNode, text: str = DOCUMENT, media_type: str = "text/plain", **more: Any
    ) -> UUID:
        """A run of a workflow of these nodes."""
        workflow_id = await self.published(*made, **more)
        request = StartRequest("Tides", text, workflow_id=workflow_id, media_type=media_type)
        return (await self.starter.start(uuid4(), request, ADA)).stream

    async def output(self, run_id: UUID, step: str | None = None) -> Any:
        """What a run, or a step of it, came to."""
        run = await self.run(run_id)
        ref = run.output if step is None else run.steps[step].output
        return await Texts(self.payloads).value(WORKSPACE, ref)

    async def perform(self, run_id: UUID, step: str = "a", attempt: int = 1) -> None:
        await self.steps.perform(self.job(run_id, step, attempt))

    def begin(self, run_id: UUID, step: str = "a", attempt: int = 1) -> "asyncio.Task[None]":
        """As a worker process does: the test may look on, or cancel it."""
        return asyncio.create_task(self.perform(run_id, step, attempt))

    async def idle(self) -> None:
        """Wait until the worker does nothing any more."""
        await until(lambda: not self.steps.busy)

    def happened(self, run_id: UUID) -> list[str]:
        """The kinds of what happened to a run since it was started and its first steps were scheduled."""
        events = [event for event in self.store.events(run_id) if not isinstance(event, run_events.Started)]
        kinds = [type(event).__name__ for event in events]
        first = next((place for place, kind in enumerate(kinds) if kind != "StepScheduled"), len(kinds))
        return kinds[first:]

    async def run(self, run_id: UUID) -> Run:
        state = await self.executor.state(run_id, WORKSPACE)
        assert isinstance(state, Run)
        return state

    async def step(self, run_id: UUID, step: str = "a") -> Step:
        return (await self.run(run_id)).steps[step]

    def job(self, run_id: UUID, step: str = "a", attempt: int = 1) -> StepJob:
        return StepJob(WORKSPACE, run_id, step, attempt)
