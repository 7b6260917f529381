"""A step whose nodes an agent plans: the plan is checked, and on the record, before anything of it is done."""

import re
from collections.abc import Iterator, Sequence

import msgspec

from application.intelligence import prompt
from application.intelligence.prompt import Material
from application.models.request import ModelRequest
from application.orchestration.outcome import Opened, Outcome, StepError
from application.orchestration.performing import asking
from application.orchestration.performing.asking import Asking
from application.orchestration.work import Work
from application.workflows import checking, publishing, reading
from application.workflows.checking import Around
from domain import nodes as kinds
from domain import patterns, workflow
from domain.agent import Agent
from domain.kernel import PayloadRef
from domain.nodes import AnyNode
from domain.run_values import Member, Planned

TRIES = 2
FENCED = re.compile(r"```(?:json)?\s*\n(.*?)\n```", re.DOTALL)
MOST_BYTES = 32 * 1024
MOST_TOLD = 10

FORM = """Answer with a JSON list of steps and nothing else. Each step is an object:
{"kind": "agent", "id": "a-short-name", "agent": "who does it", "prompt": "what to do", "needs": ["ids of steps"]}
Ids are lower-case letters, digits and hyphens, and begin with a letter. A step is given what the steps that it needs
have made. At most %d steps. The last step makes the result, so let it need what it takes.

Your team:
%s"""


async def plan(node: kinds.Plan, work: Work) -> Outcome:
    """Raises StepError where the agent makes no plan that can be done, though it was told what is wrong."""
    member = asking.member_of(work, node.agent)
    doer = await asking.pinned(work, member)
    request = prompt.build(await _asked(node, work), doer, member.model, _material(node, await _input(work)))
    for call in range(TRIES):
        answer = await _answer(work, member, doer, request, call)
        try:
            return Opened(Planned(checked(answer, node, _around(node, work))))
        except StepError as mistakes:
            if call + 1 == TRIES:
                raise
            request = prompt.repaired(request, answer, str(mistakes))
    raise AssertionError("the last try returns or raises")


async def _answer(work: Work, member: Member, doer: Agent, request: ModelRequest, call: int) -> str:
    """An answer that is on the record is never asked for again."""
    recorded = work.step.recorded(call)
    ref: PayloadRef | None = recorded.output if recorded else None
    ref = ref or await asking.answer(work, Asking(member, doer), request, call=call)
    return asking.as_text(await work.read(ref))


async def _asked(node: kinds.Plan, work: Work) -> str:
    team = [(name, asking.member_of(work, name)) for name in node.team]
    told = "\n".join(f"- {name}: {member.role}" for name, member in team)
    return f"{await work.prompt(node.prompt)}\n\n{FORM % (node.most, told)}"


async def _input(work: Work) -> str:
    return asking.as_text(await work.read(work.run.input))


def _material(node: kinds.Plan, document: str) -> Sequence[Material]:
    return [Material(f"Source: {node.title or 'input'}", document)] if document.strip() else []


def checked(answer: str, node: kinds.Plan, around: Around) -> tuple[AnyNode, ...]:
    """The nodes that were planned. Raises StepError, which says all that the agent need know to put it right."""
    fenced = FENCED.search(answer)
    text = fenced.group(1) if fenced else answer.strip()
    if len(text.encode(errors="replace")) > MOST_BYTES:
        raise _invalid([f"it has more than {MOST_BYTES:,} bytes"])
    try:
        planned = msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        raise _invalid([f"it is not a JSON list of steps: {error}"]) from None
    read = reading.taken({"name": "Plan", "nodes": planned})
    definition = read.definition
    mistakes = [publishing.told(each) for each in read.mistakes]
    if definition is None or mistakes:
        raise _invalid(mistakes)
    mistakes += [publishing.told(each) for each in checking.check(definition, around=around)]
    mistakes += _unplannable(definition.nodes, node)
    if mistakes:
        raise _invalid(mistakes)
    return patterns.written_out(definition.nodes)


def _unplannable(planned: Sequence[AnyNode], node: kinds.Plan) -> Iterator[str]:
    """What a workflow may have, and a plan may not."""
    every = list(workflow.walk(planned))
    if len(every) > node.most:
        yield f"there are {len(every)} steps, and at most {node.most} are allowed"
    for each in every:
        if isinstance(each, kinds.Plan | kinds.SubWorkflow):
            yield f"step {each.id!r} is a {each.__struct_config__.tag}, which no plan may have"


def _invalid(mistakes: Sequence[str]) -> StepError:
    told = "; ".join(mistakes[:MOST_TOLD]) or "it is no list of steps"
    return StepError("plan_invalid", f"the plan cannot be done: {told}")


def _around(node: kinds.Plan, work: Work) -> Around:
    """Whom and what a plan may name."""
    agents = {name: asking.member_of(work, name).agent_id for name in node.team}
    tools = {tool.name: tool.input for tool in work.shop.tools.all()}
    return Around(agents=agents, agent_names=node.team, workflows={}, tools=tools)
