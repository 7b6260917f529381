"""Asking an agent: what is asked and what is answered is on the record, and nothing is ever paid for twice."""

import contextlib
from collections.abc import AsyncGenerator
from typing import Any

import msgspec

from application.intelligence import prompt
from application.intelligence.prompt import Material
from application.ledger.payer import Payer, behind
from application.models import stream
from application.models.engine import Asked
from application.models.failure import ModelError
from application.models.request import ModelRequest
from application.models.stream import Delta, Finished, TextDelta
from application.orchestration.outcome import Completed, Outcome, StepError
from application.orchestration.patience import patiently
from application.orchestration.run_journal import RunJournal
from application.orchestration.texts import JSON, kept
from application.orchestration.work import Work
from domain import agent
from domain.kernel import PayloadRef
from domain.nodes import Agent, AnyNode
from domain.run_state import inside
from domain.run_values import Member

FIRST_CALL = 0
MARKDOWN = "text/markdown"


async def by_agent(node: Agent, work: Work) -> Outcome:
    """An answer that is on the record is never asked for again."""
    if recorded := work.step.recorded(FIRST_CALL):
        return Completed(recorded.output)
    member = member_of(work, node.agent)
    doer = await pinned(work, member)
    asked = await work.text(node.prompt)
    request = prompt.build(asked, doer, member.model, await material(node, work), node.output)
    output = await answer(work, member, doer, request, media_type=MARKDOWN if node.output is None else JSON)
    return Completed(output)


def member_of(work: Work, name: str) -> Member:
    """The agent that the run pinned under this name. Raises StepError."""
    member = work.run.team.get(name)
    if member is None:
        raise StepError("agent_unknown", f"the run has no agent {name!r} in its team")
    return member


async def pinned(work: Work, member: Member) -> agent.Agent:
    """The agent at the version that the run pinned."""
    known = work.shop.executor.states.remembered(member.agent_id).state
    if isinstance(known, agent.Agent) and known.version == member.version:
        return known
    past = await patiently(lambda: work.shop.executor.past(member.agent_id, work.job.workspace_id))
    state = agent.initial
    for recorded in past:
        state = agent.evolve(state, recorded.event)  # type: ignore[arg-type]
        if state.version == member.version:
            break
    return state


async def material(node: Agent, work: Work) -> list[Material]:
    """What the agent is given: the value that the node names, or else the run's document; then what it needs."""
    found: list[Material] = []
    if node.input:
        found.append(Material("Input", as_text(await work.value(node.input))))
    elif node.document and work.run.input:
        found.append(Material(f"Source: {work.run.title}", as_text(await work.read(work.run.input))))
    for need in node.needs:
        before = work.run.steps[inside(work.step.scope, need)]
        if before.output is not None:
            title = f"{need}: {_role(work, before.node)}".removesuffix(": ")
            found.append(Material(title, as_text(await work.read(before.output))))
    return found


def _role(work: Work, node: AnyNode) -> str:
    member = work.run.team.get(node.agent) if isinstance(node, Agent) else None
    return node.title if member is None else member.role


def as_text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


async def answer(
    work: Work,
    member: Member,
    doer: agent.Agent,
    request: ModelRequest,
    *,
    call: int = FIRST_CALL,
    media_type: str = MARKDOWN,
) -> PayloadRef:
    """A new answer, once it is on the record. Raises ModelError and Superseded."""
    journal = await _journal(work, request, call, media_type)
    # the run tries a step again by itself, later and on its record
    hedge = doer.hedge_after_ms / 1_000 or None
    seconds, similarity = doer.cache_seconds, doer.cache_similarity
    payer = await _payer(work, member)
    asked = Asked(payer, request, retries=0, cache_seconds=seconds, hedge_after=hedge, cache_similarity=similarity)
    async with contextlib.aclosing(work.shop.engine.stream(asked, journal)) as deltas:
        finished = await _listen(work, deltas)
    if finished.stop_reason == "refusal":
        raise ModelError("model_request_refused", "the model declined to answer; change the prompt or the model")
    assert journal.output is not None, "an answer is on the record before it ends"
    return journal.output


async def _journal(work: Work, request: ModelRequest, call: int, media_type: str) -> RunJournal:
    shop, job = work.shop, work.job
    ceilings = await patiently(lambda: shop.treasury.ceilings(job.workspace_id))
    asked = kept(msgspec.json.encode(request).decode(), JSON)
    return RunJournal(
        shop.executor,
        shop.texts,
        job,
        call=call,
        request=asked,
        ceilings=ceilings,
        media_type=media_type,
        within=work.run.within,
    )


async def _payer(work: Work, member: Member) -> Payer:
    """Who started the run pays for it."""
    run, job, starter = work.run, work.job, work.run.started_by
    if starter is None:  # the first form of the event told it in its context only
        past = await patiently(lambda: work.shop.executor.past(job.run_id, job.workspace_id))
        starter = past[0].context.actor_id
    others = behind(job.run_id, run)
    return Payer(job.workspace_id, starter, member.agent_id, run.key_id, job.run_id, others)


async def _listen(work: Work, deltas: AsyncGenerator[Delta, None]) -> Finished:
    """Say what is said to those who watch, until it ends."""
    offset, tried, job = 0, 0, work.job
    async for delta in deltas:
        match delta:
            case TextDelta(text):
                await work.shop.live.say(job.run_id, job.step, job.attempt, offset, text, tried=tried)
                offset += len(text)
            case stream.Superseded():
                offset, tried = 0, tried + 1
            case Finished():
                return delta
            case _:
                pass
    raise AssertionError("an answer that ends without its end is an error of the engine")
