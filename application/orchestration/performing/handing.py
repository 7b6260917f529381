"""What an agent has others do: a person answers, or another agent works on it in a run of its own."""

from uuid import UUID, uuid5

from application import registry
from application.access import Actor
from application.errors import Invalid, NotFound
from application.ledger.payer import behind
from application.orchestration.outcome import StepError, Suspended
from application.orchestration.patience import patiently
from application.orchestration.performing.child import LONGEST_TITLE
from application.orchestration.run_journal import WORKER_ID
from application.orchestration.start_agent import AgentRequest
from application.orchestration.texts import kept
from application.orchestration.tools import Tool, ToolCall
from application.orchestration.work import Work
from domain import name, run_spending
from domain.agent import Agent
from domain.kernel import Rejected
from domain.nodes import Allowance
from domain.run import MAX_DEPTH
from domain.run_values import ForAnswer, ForRun, Parent

TEXT = {"type": "string", "minLength": 1, "maxLength": 20_000}

ask_person = Tool(
    "ask-person",
    "Asks the person in charge a question and waits for the answer. Ask only what you cannot find out otherwise.",
    {"type": "object", "properties": {"question": TEXT}, "required": ["question"], "additionalProperties": False},
    {"type": "string"},
    later=True,
)

ask_agent = Tool(
    "ask-agent",
    "Has another agent, one of your colleagues, do a task, and waits for what it comes to. It knows only the task.",
    {
        "type": "object",
        "properties": {"agent": {"type": "string", "minLength": 1, "maxLength": 80}, "task": TEXT},
        "required": ["agent", "task"],
        "additionalProperties": False,
    },
    {"type": "string"},
    later=True,
    untrusted=True,
)

HANDED = (ask_person, ask_agent)


async def over(call: ToolCall, doer: Agent, work: Work) -> Suspended:
    """What the step waits for from now on. Raises StepError where nobody can do it."""
    await work.shop.tools.check(call)
    if call.tool is ask_person:
        question = kept(str(call.arguments["question"]))
        return Suspended(ForAnswer(question.ref, call.call, call.index), texts=(question,))
    return await _by_agent(call, doer, work)


async def _by_agent(call: ToolCall, doer: Agent, work: Work) -> Suspended:
    """Whoever started this run pays for that one too, within what may still be spent here."""
    job, run = work.job, work.run
    named = str(call.arguments["agent"])
    if named not in doer.colleagues:
        known = ", ".join(doer.colleagues) or "nobody"
        raise StepError("agent_unknown", f"{named!r} is none of your colleagues; you can ask {known}")
    depth = (run.parent.depth if run.parent else 0) + 1
    if depth > min(doer.limits.depth, MAX_DEPTH):
        told = f"agents may ask each other {doer.limits.depth} deep, and this would be deeper; do it yourself"
        raise StepError("too_deep", told)
    run_id = uuid5(job.run_id, f"{job.step}:{call.call}.{call.index}")
    budget = run_spending.left(await work.now(), job.step, Allowance(doer.limits.micro_usd, doer.limits.tokens))
    request = AgentRequest(
        await _agent(named, work),
        f"{run.title}: {named}"[:LONGEST_TITLE].strip(),
        str(call.arguments["task"]),
        budget=budget,
        priority=run.priority,
        parent=Parent(job.run_id, job.step, depth),
        started_by=run.started_by,
        behind=behind(job.run_id, run),
        tainted_by=call.tainted_by,
    )
    actor = Actor(WORKER_ID, job.workspace_id, "system", key_id=run.key_id)
    try:
        order = await patiently(lambda: work.shop.agents.order(run_id, request, actor))
    except (Invalid, NotFound, Rejected) as error:
        raise StepError(error.code, f"the agent {named!r} cannot be asked: {error}") from None
    return Suspended(ForRun(run_id, budget, call.call, call.index), also=(order,))


async def _agent(named: str, work: Work) -> UUID:
    """The agent of this name as the workspace has it now. Raises StepError."""
    stream = registry.name_stream(work.job.workspace_id, "agent", named)
    try:
        holder = await patiently(lambda: work.shop.executor.state(stream, work.job.workspace_id))
    except NotFound:
        holder = name.initial
    if holder.owner_id is None:
        raise StepError("agent_unknown", f"there is no agent {named!r} in this workspace any more")
    return UUID(str(holder.owner_id))
