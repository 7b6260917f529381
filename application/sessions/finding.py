"""Sessions, and whoever answers in them, as the log has them now."""

from uuid import UUID

from application.errors import Invalid, NotFound
from application.execute import Executor
from domain import agent
from domain.session_state import Session


async def session(executor: Executor, session_id: UUID, workspace_id: UUID) -> Session:
    """Raises NotFound."""
    missing = NotFound("there is no such session in this workspace", field="session_id")
    try:
        state = await executor.state(session_id, workspace_id)
    except NotFound:
        raise missing from None
    if not isinstance(state, Session):
        raise missing
    return state


async def active_agent(executor: Executor, agent_id: UUID, workspace_id: UUID) -> agent.Agent:
    """Raises Invalid where there is no such agent, or where it is retired."""
    missing = Invalid(f"there is no agent {agent_id} in this workspace", field="agent_id")
    try:
        state = await executor.state(agent_id, workspace_id)
    except NotFound:
        raise missing from None
    if not isinstance(state, agent.Agent):
        raise missing
    if state.status != "active":
        raise Invalid(f"the agent {state.name!r} is {state.status}; it answers nobody any more", field="agent_id")
    return state
