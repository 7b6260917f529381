"""What an agent is told of what is remembered, beside its task: material, and never instructions."""

from collections.abc import Sequence

from application.memory import telling
from application.models.request import Document, Message, Text
from application.orchestration.patience import patiently
from application.orchestration.work import Work
from domain.agent import Agent
from domain.kernel import replace
from domain.run_values import Member


async def with_memory(messages: Sequence[Message], work: Work, member: Member, doer: Agent) -> tuple[Message, ...]:
    """The messages with what fits the last of them, if the agent may know of it and there is anything."""
    shop, job, session = work.shop, work.job, work.run.conversation
    session_id = None if session is None else session.session_id
    owners = telling.owners(doer.memory, job.workspace_id, member.agent_id, session_id)
    if shop.memory is None or not owners or not messages:
        return tuple(messages)
    recalling, last = shop.memory, messages[-1]
    task = "\n".join(part.text for part in last.parts if isinstance(part, Text))
    facts = await patiently(lambda: recalling.for_step(job.workspace_id, owners, task))
    told = telling.told(facts)
    if not told.text:
        return tuple(messages)
    return (*messages[:-1], replace(last, parts=(Document(telling.TITLE, told.text), *last.parts)))
