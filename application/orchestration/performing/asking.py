"""Asking the model of an agent: what is asked and what is answered is on the record."""

import contextlib
from collections.abc import AsyncGenerator, Iterator
from functools import partial
from typing import Any

import msgspec

from application.intelligence import requests
from application.intelligence.prompt import Material
from application.kept import Kept
from application.ledger.payer import Payer, behind
from application.models import stream
from application.models.engine import Asked
from application.models.failure import ModelError
from application.models.request import ModelRequest
from application.models.stream import Delta, Finished, TextDelta
from application.orchestration.outcome import StepError
from application.orchestration.patience import patiently
from application.orchestration.run_journal import Ensuing, RunJournal
from application.orchestration.voice import Voice
from application.orchestration.work import Work
from domain import agent
from domain.kernel import PayloadRef, Record
from domain.nodes import Agent, AnyNode
from domain.run_charge_commands import Ceiling
from domain.run_state import inside
from domain.run_tool_commands import EndTool
from domain.run_values import Member

FIRST_CALL = 0
MOST_TRIES = 1_000
"""So many models are tried for one call at most, as those who watch count them."""

MARKDOWN = "text/markdown"


def member_of(work: Work, name: str) -> Member:
    """The agent that the run pinned under this name. Raises StepError."""
    member = work.run.team.get(name)
    if member is None:
        raise StepError("agent_unknown", f"the run has no agent {name!r} in its team")
    return member


async def pinned(work: Work, member: Member) -> agent.Agent:
    """The agent at the version that the run pinned."""
    executor = work.shop.executor
    known = executor.states.remembered(member.agent_id).state
    if not isinstance(known, agent.Agent) or known.version < member.version:
        known = await patiently(lambda: executor.state(member.agent_id, work.job.workspace_id))
    if isinstance(known, agent.Agent) and known.version == member.version:
        return known
    past = await patiently(lambda: executor.past(member.agent_id, work.job.workspace_id))
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


class Asking(Record):
    """On whose behalf a model is asked, and for what; `refs` and `before` are what the record has of its request.

    What is `ensuing` is done in the append that records the answer. What is `quiet` is shown to nobody who watches.
    """

    member: Member
    doer: agent.Agent
    media_type: str = MARKDOWN
    refs: tuple[PayloadRef, ...] = ()
    before: PayloadRef | None = None
    ensuing: Ensuing | None = None
    quiet: bool = False


async def answer(work: Work, asking: Asking, request: ModelRequest, *, call: int = FIRST_CALL) -> PayloadRef:
    """A new answer, once it is on the record. Raises ModelError and Superseded."""
    doer = asking.doer
    journal = await _journal(work, asking, request, call)
    # the run tries a step again by itself, later and on its record
    hedge = doer.hedge_after_ms / 1_000 or None
    seconds, similarity = doer.cache_seconds, doer.cache_similarity
    payer = await _payer(work, asking.member)
    asked = Asked(payer, request, retries=0, cache_seconds=seconds, hedge_after=hedge, cache_similarity=similarity)
    async with contextlib.aclosing(work.shop.engine.stream(asked, journal)) as deltas:
        finished = await (_end(deltas) if asking.quiet else _listen(work, deltas, call))
    if finished.stop_reason == "refusal":
        raise ModelError("model_request_refused", "the model declined to answer; change the prompt or the model")
    assert journal.output is not None, "an answer is on the record before it ends"
    return journal.output


async def _journal(work: Work, asking: Asking, request: ModelRequest, call: int) -> RunJournal:
    shop, job = work.shop, work.job
    ceilings = await patiently(lambda: shop.treasury.ceilings(job.workspace_id))
    asked = await _stored(work, asking, request, call)
    return RunJournal(
        shop.executor,
        shop.texts,
        job,
        call=call,
        request=asked,
        ceilings=ceilings,
        media_type=asking.media_type,
        within=work.run.within,
        ahead=work.ahead,
        ensuing=asking.ensuing,
        own=tuple(_own(asking.doer.limits)),
    )


def _own(limits: agent.Limits) -> Iterator[Ceiling]:
    """What the agent itself may spend in a step."""
    if limits.micro_usd is not None:
        yield Ceiling("step", "micro_usd", limits.micro_usd)
    if limits.tokens is not None:
        yield Ceiling("step", "tokens", limits.tokens)


async def _stored(work: Work, asking: Asking, request: ModelRequest, call: int) -> Kept:
    """What is new of the request; what it goes on from, and the texts that it tells, are on the record already."""
    step = await work.latest()
    before = next((made.request for made in reversed(step.calls) if made.call < call and made.request), asking.before)
    known = [*asking.refs, work.run.input, *(used.output for used in step.tools), *(made.output for made in step.calls)]
    known += [work.run.steps[inside(step.scope, need)].output for need in step.node.needs]
    known += [each.command.output for each in work.ahead.orders if isinstance(each.command, EndTool)]
    load = partial(work.shop.texts.text, work.job.workspace_id)
    earlier = None if before is None else await requests.before(before, load)
    asked, _ = requests.stored(request, [ref for ref in known if ref is not None], earlier)
    return asked


async def _payer(work: Work, member: Member) -> Payer:
    """Who started the run pays for it."""
    run, job, starter = work.run, work.job, work.run.started_by
    if starter is None:  # the first form of the event told it in its context only
        past = await patiently(lambda: work.shop.executor.past(job.run_id, job.workspace_id))
        starter = past[0].context.actor_id
    others = behind(job.run_id, run)
    return Payer(job.workspace_id, starter, member.agent_id, run.key_id, job.run_id, others)


async def _end(deltas: AsyncGenerator[Delta, None]) -> Finished:
    async for delta in deltas:
        if isinstance(delta, Finished):
            return delta
    raise AssertionError("an answer that ends without its end is an error of the engine")


async def _listen(work: Work, deltas: AsyncGenerator[Delta, None], call: int) -> Finished:
    """Say what is said to those who watch, until it ends; what an agent says next takes the place of that."""
    async with Voice(work.shop.live, work.job, call * MOST_TRIES) as voice:
        async for delta in deltas:
            match delta:
                case TextDelta(text):
                    voice.say(text)
                case stream.Superseded():
                    await voice.void()
                case Finished():
                    return delta
                case _:
                    pass
    raise AssertionError("an answer that ends without its end is an error of the engine")
