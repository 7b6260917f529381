"""How a run of one agent starts: with a task, or as the next answer of a conversation."""

from uuid import UUID

from application.access import Actor, authorise
from application.errors import Invalid
from application.execute import Executor, Order
from application.intelligence import taint
from application.ledger.payer import Behind, behind_actor, named
from application.orchestration.pinning import Pinning, Published
from application.orchestration.texts import PLAIN, SMALL, kept
from application.ports import IdempotencyKey, Outcome, Payloads
from application.sessions import finding
from domain import run_commands
from domain.definition import Definition
from domain.kernel import PayloadRef, Record
from domain.nodes import Agent, Allowance, Schema
from domain.run_values import Conversation, Member, Parent

STEP = "answer"
"""The only step of such a run."""

MOST_CHARACTERS = 200_000


class AgentRequest(Record):
    """What the agent is to do; `text` is its task, in the words of whoever asks.

    Where the text is JSON, `prompt` may say what of it the task is, and `material` what is shown beside that as
    somebody else's. `output` is the schema of the answer. Where an agent says the text, `tainted_by` is what it has
    seen.
    """

    agent_id: UUID
    title: str
    text: str
    model: str | None = None
    media_type: str = PLAIN
    budget: Allowance | None = None
    deadline_seconds: float | None = None
    priority: int = 0
    parent: Parent | None = None
    rerun_of: UUID | None = None
    conversation: Conversation | None = None
    started_by: UUID | None = None
    behind: Behind | None = None
    prompt: str = "{{ input }}"
    material: str = ""
    output: Schema | None = None
    tainted_by: tuple[str, ...] = ()


class AgentStarter:
    """Starts runs of one agent."""

    def __init__(self, executor: Executor, payloads: Payloads, pinning: Pinning) -> None:
        self._executor = executor
        self._payloads = payloads
        self._pinning = pinning

    async def start(
        self, run_id: UUID, request: AgentRequest, actor: Actor, *, key: IdempotencyKey | None = None
    ) -> Outcome:
        """Start a run under this id. Raises Invalid, NotFound, NotAllowed, Rejected or KeyReused."""
        authorise(actor, run_commands.StartRun)
        if earlier := await self._executor.earlier(key):
            return earlier
        _check(request.text, "input.text")
        await finding.active_agent(self._executor, request.agent_id, actor.workspace_id)
        order = await self.order(run_id, request, actor)
        if key is None:
            return await self._executor.execute_together([order], actor, correlation_id=run_id)
        for text in order.texts:
            await self._payloads.put(actor.workspace_id, text.text, text.ref.media_type)
        return await self._executor.execute(run_id, order.command, actor, correlation_id=run_id, key=key)

    async def order(self, run_id: UUID, request: AgentRequest, actor: Actor) -> Order:
        """What starts the run, for an append with others. Raises Invalid, NotFound and Unavailable."""
        _check(request.text, "text")
        doer = await self._pinning.agent(request.agent_id, actor.workspace_id)
        node = _node(request, doer.name)
        published = Published(doer.version, Definition(name=doer.name, nodes=(node,)), {doer.name: request.agent_id})
        team = {doer.name: await self._pinning.member(request.agent_id, doer, request.model, actor.workspace_id)}
        text = kept(request.text, request.media_type)
        behind = request.behind or await behind_actor(self._executor, actor)
        command = _command(request, published, node, team, text.ref, behind, actor)
        if text.ref.size <= SMALL:
            return Order(run_id, command, (text,))
        await self._payloads.put(actor.workspace_id, text.text, text.ref.media_type)
        return Order(run_id, command)


def _node(request: AgentRequest, name: str) -> Agent:
    asked, shown = request.prompt, request.material
    return Agent(id=STEP, title=name, agent=name, prompt=asked, document=False, input=shown, output=request.output)


def _command(
    request: AgentRequest,
    published: Published,
    node: Agent,
    team: dict[str, Member],
    task: PayloadRef,
    behind: Behind,
    actor: Actor,
) -> run_commands.StartRun:
    return run_commands.StartRun(
        request.title,
        request.agent_id,
        published.version,
        published.definition.name,
        (node,),
        team,
        task,
        actor.key_id,
        budget=request.budget,
        deadline_seconds=request.deadline_seconds,
        priority=request.priority,
        parent=request.parent,
        rerun_of=request.rerun_of,
        payers=tuple(dict.fromkeys((*named(actor.agent_id, None), *behind.subjects))),
        within=behind.runs,
        started_by=request.started_by,
        conversation=request.conversation,
        agent_id=request.agent_id,
        tainted_by=request.tainted_by if actor.agent_id is None else (taint.TOKEN,),
    )


def _check(text: str, field: str) -> None:
    """Raise Invalid where it is no task."""
    if not text.strip():
        raise Invalid("say what the agent is to do", field=field)
    if len(text) > MOST_CHARACTERS:
        raise Invalid(f"a task has at most {MOST_CHARACTERS:,} characters", field=field)
