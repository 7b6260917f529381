"""What faults of providers leave behind: a run that ends, a record that tells what happened, and no money held open.

Everything is real but the models: Postgres, Redis, the SDKs, and servers that speak the protocols of the providers.
"""

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis

from application.access import Actor
from application.orchestration.start import Starter, StartRequest
from application.orchestration.steps import StepWorker
from application.policies.step_jobs import StepJob
from domain import agent, nodes, route, run_events, workflow
from domain.definition import Definition
from domain.kernel import Command, Event
from domain.ledger_state import Ledger
from domain.run_state import Run
from infrastructure.database import Database
from infrastructure.settings import Settings
from interfaces.composition import Core, core
from interfaces.working import workshop
from tests.support import anthropic_server, openai_server, responses_server
from tests.support.fault_table import FAULTS
from tests.support.faults import Fault, Protocol
from tests.support.model_script import Script
from tests.support.model_server import ModelServer

DOCUMENT = "Tides turn turbines."
GOOD = Script("The Moon pulls at the sea.", input_tokens=100, output_tokens=10)
OPENAI, ANTHROPIC = "openai/gpt-6-luna", "anthropic/claude-sonnet-5-5"
ORDER: dict[Protocol, tuple[str, str]] = {
    "chat": (OPENAI, ANTHROPIC),
    "responses": (OPENAI, ANTHROPIC),
    "messages": (ANTHROPIC, OPENAI),
}
"""Whom to ask first and then, so that the first speaks the protocol."""

SERVERS: dict[Protocol, ModuleType] = {
    "chat": openai_server,
    "responses": responses_server,
    "messages": anthropic_server,
}
ENDS: dict[str, type[Event]] = {
    "no": run_events.CallRefused,
    "unknown": run_events.CallInDoubt,
    "counted": run_events.CallRecorded,
}

CHOSEN: list[tuple[str, Protocol]] = [
    ("429 with `Retry-After` in seconds", "chat"),
    ("429 because the quota is used up", "chat"),
    ("500", "messages"),
    ("401", "messages"),
    ("400 because the request is too long", "chat"),
    ("nobody listens at the address", "chat"),
    ("the connection is reset before an answer", "messages"),
    ("no answer within the time for the first event", "chat"),
    ("silence in the middle", "messages"),
    ("the connection is reset in the middle", "chat"),
    ("the answer ends in the middle", "messages"),
    ("an error in the middle: too many requests", "messages"),
    ("a web page with status 200", "chat"),
    ("half a JSON object in the middle", "messages"),
    ("bytes that are no UTF-8", "chat"),
    ("an answer without a word", "chat"),
    ("no reason for the end", "messages"),
    ("a call of a tool that was not offered", "chat"),
    ("a count below nothing", "chat"),
    ("529, overloaded", "responses"),
    ("an answer that failed, with its count", "responses"),
    ("the connection is reset in the middle", "responses"),
    ("an answer in the language of Messages", "responses"),
]
FAULT = {fault.name: fault for fault in FAULTS}
CELLS = [pytest.param(FAULT[name], protocol, id=f"{name}-{protocol}") for name, protocol in CHOSEN]


class Factory:
    """A workspace with a worker in it."""

    def __init__(self, parts: Core, servers: dict[Protocol, ModelServer]) -> None:
        shop = workshop(parts, uuid4())
        self.parts = parts
        self.servers = servers
        self.workspace_id = uuid4()
        self._actor = Actor(uuid4(), self.workspace_id, "admin")
        self._worker = StepWorker(shop)

    async def do(self, stream: UUID, command: Command) -> UUID:
        outcome = await self.parts.executor.execute(stream, command, self._actor, correlation_id=stream)
        return outcome.stream

    async def ended(self, model: str) -> UUID:
        """A run of one step, once nothing is left to be done of it."""
        reader = await self.do(uuid4(), agent.CreateAgent("Reader", "Reader", "Read.", "summarise", model))
        retry = nodes.Retry(attempts=2)
        node = nodes.Agent(id="read", agent="reader", prompt="Say what it says.", retry=retry)
        command = workflow.PublishWorkflow(Definition(name="Reading", nodes=(node,)), {"reader": reader})
        workflow_id = await self.do(uuid4(), command)
        starter = Starter(self.parts.executor, self.parts.payloads, self.parts.providers, "offline/extractive")
        request = StartRequest("Tides", DOCUMENT, workflow_id=workflow_id)
        run_id = (await starter.start(uuid4(), request, self._actor)).stream
        while (step := (await self.run(run_id)).steps["read"]).status == "scheduled":
            await self._worker.perform(StepJob(self.workspace_id, run_id, "read", step.attempt))
        return run_id

    async def run(self, run_id: UUID) -> Run:
        state = await self.parts.executor.state(run_id, self.workspace_id)
        assert isinstance(state, Run)
        return state

    async def calls(self, run_id: UUID) -> list[Event]:
        """What the record says of the run's calls."""
        kinds: tuple[type[Event], ...] = (run_events.CallBegun, *ENDS.values())
        return [each.event for each in await self.parts.store.load(run_id) if isinstance(each.event, kinds)]

    async def held(self, calls: list[Event]) -> dict[UUID, bool]:
        """The reservations of these calls that count still, and whether each is known to be in doubt."""
        begun = [each.reservation for each in calls if isinstance(each, run_events.CallBegun)]
        found: dict[UUID, bool] = {}
        for reservation in begun:
            assert reservation is not None
            day = await self.parts.executor.state(reservation.ledger, self.workspace_id)
            assert isinstance(day, Ledger)
            if reservation.entry in day.held or reservation.entry in day.doubts:
                found[reservation.entry] = reservation.entry in day.doubts
        return found


Open = Callable[[Fault, Protocol], contextlib.AbstractAsyncContextManager[Factory]]


@pytest.fixture
def opened(database: Database, log_url: str, redis_url: str, tmp_path: Path) -> Open:
    """Opens a factory whose providers do as a fault wants."""
    del database  # it is empty, and closed after the test

    @asynccontextmanager
    async def open_(fault: Fault, protocol: Protocol) -> AsyncIterator[Factory]:
        async with contextlib.AsyncExitStack() as stack:
            redis = await stack.enter_async_context(Redis.from_url(redis_url))
            await redis.flushdb()
            servers = {name: await stack.enter_async_context(each.running()) for name, each in SERVERS.items()}
            for server in servers.values():
                server.default = GOOD
            openai = servers["chat" if protocol == "messages" else protocol].url
            settings = Settings(
                database_url=log_url,
                redis_url=redis_url,
                data_dir=str(tmp_path),
                openai_protocol="responses" if protocol == "responses" else "chat",
                services=_services(await _nowhere() if fault.place == "nowhere" else openai, servers["messages"].url),
                model_first_token_seconds=1.0 if "first_token_timeout" in fault.timeouts else 60.0,
                model_idle_seconds=1.0 if "idle_timeout" in fault.timeouts else 60.0,
            )
            yield Factory(await stack.enter_async_context(core(settings)), servers)

    return open_


async def _nowhere() -> str:
    async with openai_server.running() as gone:
        return gone.url


def _services(openai: str, anthropic: str) -> dict[str, str]:
    return {
        "OPENAI_BASE_URL": f"{openai}/v1",
        "OPENAI_API_KEY": "sk-test",
        "ANTHROPIC_BASE_URL": anthropic,
        "ANTHROPIC_API_KEY": "sk-ant-test",
    }


@pytest.mark.parametrize(("fault", "protocol"), CELLS)
async def test_each_fault_ends_its_try_on_the_record_and_its_run_goes_on_or_fails(
    opened: Open, fault: Fault, protocol: Protocol
) -> None:
    expected, gone = fault.outcomes[protocol], fault.place == "nowhere"
    async with opened(fault, protocol) as factory:
        factory.servers[protocol].will(fault.scripts[protocol])
        run_id = await factory.ended(ORDER[protocol][0])
        begun, end, *later = calls = await factory.calls(run_id)
        assert isinstance(begun, run_events.CallBegun)
        assert type(end) is ENDS[expected.billed]
        assert said(end) == expected.code
        assert list((await factory.held(calls)).values()) == ([True] if expected.billed == "unknown" else [])
        run = await factory.run(run_id)
        again = expected.retryable and not gone
        assert (run.status, run.code) == (("completed", None) if again else ("failed", expected.code))
        assert [type(each) for each in later] == {
            "completed": [run_events.CallBegun, run_events.CallRecorded],
            "failed": [run_events.CallBegun, ENDS[expected.billed]] if expected.retryable else [],
        }[run.status]


@pytest.mark.parametrize(("fault", "protocol"), CELLS)
async def test_where_there_is_another_model_it_answers_and_the_record_tells_which(
    opened: Open, fault: Fault, protocol: Protocol
) -> None:
    expected, order = fault.outcomes[protocol], ORDER[protocol]
    async with opened(fault, protocol) as factory:
        policy = route.WantedPolicy(strategy="cascade", models=order, order=order)
        await factory.do(route.routes_stream(factory.workspace_id), route.DefineRoute("both", policy))
        factory.servers[protocol].will(fault.scripts[protocol])
        run_id = await factory.ended("route/both")
        first, end, second, answer = calls = await factory.calls(run_id)
        assert [each.model for each in (first, second) if isinstance(each, run_events.CallBegun)] == list(order)
        assert (type(end), said(end)) == (ENDS[expected.billed], expected.code)
        assert isinstance(answer, run_events.CallRecorded)
        assert (answer.model, answer.problem, answer.attempt) == (order[1], "", 1)
        assert list((await factory.held(calls)).values()) == ([True] if expected.billed == "unknown" else [])
        run = await factory.run(run_id)
        assert run.status == "completed"
        assert run.output == answer.output
        assert await factory.parts.payloads.get(factory.workspace_id, answer.output) == GOOD.text


def said(end: Event) -> str:
    """Why a try ended, as its record has it."""
    match end:
        case run_events.CallRecorded(problem=problem):
            return problem
        case run_events.CallRefused(code=code) | run_events.CallInDoubt(code=code):
            return code
        case _:
            raise AssertionError(f"{end} ends no try")


async def test_characters_that_no_record_can_keep_are_replaced_and_the_answer_stands(opened: Open) -> None:
    async with opened(FAULT["500"], "chat") as factory:
        factory.servers["chat"].will(Script("Half a \ud83d pair and a \x00 byte."))
        run = await factory.run(await factory.ended(OPENAI))
        assert (run.status, run.code) == ("completed", None)
        assert run.output is not None
        kept = await factory.parts.payloads.get(factory.workspace_id, run.output)
        assert kept.startswith("Half a ")
        assert "\x00" not in kept
