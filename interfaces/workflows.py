"""What publishes workflows, put together."""

from uuid import UUID

from application.orchestration.tools import ToolBox
from application.workflows.publishing import Publisher
from application.workflows.surroundings import Listed, Surroundings
from interfaces.composition import Core
from interfaces.tooling import of_nodes
from projections import agents, workflows


def publisher(core: Core, tools: ToolBox) -> Publisher:
    async def listing(workspace_id: UUID) -> Listed:
        async with core.database.reading(workspace_id) as connection:
            there = await agents.listed(connection, workspace_id)
            names = [row.name for row in there if row.status == "active"]
            return Listed(names, await workflows.names(connection, workspace_id))

    known = {tool.name: tool.input for tool in of_nodes(tools).all()}
    of_agents = {tool.name for tool in tools.all()}
    return Publisher(core.executor, Surroundings(core.executor, core.providers, listing, known, of_agents))
