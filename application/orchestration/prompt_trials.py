"""What two versions of a prompt make of the inputs of recorded runs: both are filled in beside each other."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

from application.errors import NotFound
from application.execute import Executor
from application.intelligence import comparing, requests
from application.intelligence.assembling import Task, Template, tells_all
from application.intelligence.comparing import Compared
from application.intelligence.prompt import Material
from application.models.request import Document, ModelRequest
from application.models.tokens import TokenCounter
from application.orchestration.outcome import StepError
from application.orchestration.sight import Sight
from application.orchestration.texts import Texts
from domain import agent
from domain.kernel import Record, replace
from domain.nodes import Agent
from domain.run_state import Run, Step
from domain.run_values import Member

MOST_STEPS = 50
"""Of all runs together."""


class Trial(Record):
    """A step of a recorded run by an agent, as two versions of a prompt would have told it."""

    run_id: UUID
    step: str
    agent: str
    model: str
    compared: Compared


class Trials:
    """No model is asked, and nothing is written."""

    def __init__(
        self, executor: Executor, texts: Texts, counter: TokenCounter, family_of: Callable[[str], Awaitable[str]]
    ) -> None:
        self._executor = executor
        self._texts = texts
        self._counter = counter
        self._family_of = family_of

    async def of(self, before: Template, after: Template, runs: Sequence[UUID], workspace_id: UUID) -> list[Trial]:
        """Of the steps by agents of these runs, the first so many. Raises NotFound."""
        found: list[Trial] = []
        for run_id in dict.fromkeys(runs):
            run = await self._run(run_id, workspace_id)
            async for trial in self._of_run(run_id, run, before, after, workspace_id):
                found.append(trial)
                if len(found) == MOST_STEPS:
                    return found
        return found

    async def _run(self, run_id: UUID, workspace_id: UUID) -> Run:
        try:
            run = await self._executor.state(run_id, workspace_id)
        except NotFound:
            run = None
        if not isinstance(run, Run):
            raise NotFound(f"there is no run {run_id} in this workspace", field="runs")
        return run

    async def _of_run(
        self, run_id: UUID, run: Run, before: Template, after: Template, workspace_id: UUID
    ) -> AsyncIterator[Trial]:
        for name, step in run.steps.items():
            asked = next((call.request for call in step.calls if call.call == 0 and call.request), None)
            if not isinstance(step.node, Agent) or asked is None or run.conversation is not None:
                continue
            member = run.team[step.node.agent]
            told = await requests.whole(asked, lambda ref: self._texts.text(workspace_id, ref))
            doer = await self._doer(member, workspace_id)
            family = await self._family_of(member.model)
            task = await self._task(step.node, step, run, told, workspace_id)
            old, new = (_fitting(task, template) for template in (before, after))
            one = await asyncio.to_thread(comparing.rendered, before, doer, member.model, old, self._counter, family)
            two = await asyncio.to_thread(comparing.rendered, after, doer, member.model, new, self._counter, family)
            yield Trial(run_id, name, member.name, member.model, comparing.beside(one, two))

    async def _doer(self, member: Member, workspace_id: UUID) -> agent.Agent:
        """The agent as the run pinned it."""
        state = agent.initial
        for recorded in await self._executor.past(member.agent_id, workspace_id):
            state = agent.evolve(state, recorded.event)  # type: ignore[arg-type]  # they are an agent's
            if state.version == member.version:
                break
        return state

    async def _task(self, node: Agent, step: Step, run: Run, told: ModelRequest, workspace_id: UUID) -> Task:
        """What the step was to do, of what is on the record. Its input stands first among the material."""
        sight = Sight(self._texts, workspace_id, run, step.scope)
        value: Any = None
        if node.input:
            value = await _known(sight.value(node.input))
        elif node.document and run.input is not None:
            value = await self._texts.value(workspace_id, run.input)
        given = value if isinstance(value, dict) else {}
        first = [part for part in told.messages[0].parts if isinstance(part, Document)] if told.messages else []
        own = {each.title.capitalize() for each in told.origins if each.origin.startswith("prompt:")}
        material = [Material(part.title, part.text) for part in first if part.title not in own]
        return Task(str(await _known(sight.prompt(node.prompt)) or ""), material, given, node.output)


async def _known(value: Awaitable[Any]) -> Any:
    """Nothing, where what it was made of is not there any more."""
    try:
        return await value
    except StepError:
        return None


def _fitting(task: Task, template: Template) -> Task:
    """Without the input as a document, where the template tells all of it."""
    if not tells_all(template, task.given):
        return task
    return replace(task, material=[each for each in task.material if not each.title.startswith(("Source: ", "Input"))])
