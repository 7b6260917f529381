"""What is to be started where a run is to be done again."""

from application.orchestration.start import StartRequest
from application.orchestration.start_agent import AgentRequest
from domain import agent
from domain.kernel import replace
from domain.run_state import Run
from interfaces.composition import Core
from interfaces.http.run_bodies import RerunRun, allowance, document
from projections.run_row import RunRow


async def again(core: Core, row: RunRow, data: RerunRun) -> StartRequest | AgentRequest:
    """The same as before but for what is given: a version of a workflow, or the agent as it is now. Raises Invalid."""
    title = row.title
    if data.input is not None:
        title, (text, media_type) = data.input.title, document(data.input)
    else:
        assert row.input is not None, "a run has begun with an input"
        text, media_type = await core.payloads.get(row.workspace_id, row.input), row.input.media_type
    known = None if row.workflow_id is None else await core.executor.states.refresh(row.workflow_id)
    if known is not None and isinstance(known.state, agent.Agent):
        again = _by_agent(row, data, title, text, media_type)
        return again if data.input is not None else replace(again, tainted_by=await _tainted_by(core, row))
    return StartRequest(
        title,
        text,
        workflow_id=row.workflow_id,
        version=row.workflow_version,
        model=data.model,
        media_type=media_type,
        budget=allowance(data.budget) or row.budget,
        deadline_seconds=data.deadline_seconds,
        priority=row.priority if data.priority is None else data.priority,
        rerun_of=row.id,
    )


async def _tainted_by(core: Core, row: RunRow) -> tuple[str, ...]:
    """What the agent had seen that has said the input, if one has."""
    run = await core.executor.state(row.id, row.workspace_id)
    return run.tainted_by if isinstance(run, Run) else ()


def _by_agent(row: RunRow, data: RerunRun, title: str, text: str, media_type: str) -> AgentRequest:
    assert row.workflow_id is not None, "it is the id of the agent"
    return AgentRequest(
        row.workflow_id,
        title,
        text,
        data.model,
        media_type,
        budget=allowance(data.budget) or row.budget,
        deadline_seconds=data.deadline_seconds,
        priority=row.priority if data.priority is None else data.priority,
        rerun_of=row.id,
    )
