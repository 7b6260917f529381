"""How an agent's first request is made: of its template at the version that the run pinned, or without one."""

import asyncio
from typing import Any

from application.intelligence import assembling, prompt
from application.intelligence.assembling import Task
from application.intelligence.faults import Unfilled
from application.intelligence.prompt import Material
from application.intelligence.templates import Prompts
from application.models.request import ModelRequest
from application.orchestration.outcome import StepError
from application.orchestration.patience import patiently
from application.orchestration.work import Work
from domain import agent
from domain.nodes import Agent
from domain.run_values import Member


async def first_request(
    node: Agent, work: Work, member: Member, doer: agent.Agent, asked: str, material: list[Material]
) -> ModelRequest:
    """What the agent is told before it says anything. Raises StepError `prompt_unfilled`."""
    if member.prompt_id is None:
        return prompt.build(asked, doer, member.model, material, node.output)
    shop, workspace_id = work.shop, work.job.workspace_id
    known, version = member.prompt_id, member.prompt_version
    template = await patiently(lambda: Prompts(shop.executor).template(known, version, workspace_id))
    given = await _given(node, work)
    left = material[1:] if assembling.tells_all(template, given) else material
    task = Task(asked, left, given, node.output, conversing=work.run.conversation is not None)
    try:
        return await asyncio.to_thread(assembling.built, template, doer, member.model, task)
    except Unfilled as wrong:
        detail = f"the prompt {template.prompt.name!r} at version {version} cannot be filled in: {wrong}"
        raise StepError("prompt_unfilled", detail) from None


async def _given(node: Agent, work: Work) -> dict[str, Any]:
    """The fields of what the agent works on, where it has some."""
    if node.input:
        value = await work.value(node.input)
    elif node.document and work.run.input is not None:
        value = await work.read(work.run.input)
    else:
        return {}
    return value if isinstance(value, dict) else {}
