"""The tools that agents and workflows may be given, put together."""

from application.memory.tools import within_memory
from application.orchestration.performing.handing import HANDED
from application.orchestration.run_documents import RunDocuments
from application.orchestration.texts import Texts
from application.orchestration.tools import Tool, ToolBox
from application.tools.outside import Hosts, within_hosts
from infrastructure.identity.tokens import now
from infrastructure.tools.installed import installed
from infrastructure.tools.run_documents import run_tools
from infrastructure.tools.shipped import shipped
from interfaces import memory
from interfaces.composition import Core


def toolbox(parts: Core) -> ToolBox:
    """All of them, behind the one door. Raises Invalid where the settings name hosts that are none."""
    hosts = Hosts.of(parts.settings.fetch_hosts)
    documents = RunDocuments(parts.executor, Texts(parts.payloads))
    own: tuple[Tool, ...] = (*shipped(now, hosts), *run_tools(documents), *HANDED, *memory.tools(parts))
    tools = *own, *installed({tool.name for tool in own})
    return ToolBox(tools, within_hosts(hosts, within_memory))


def of_nodes(tools: ToolBox) -> ToolBox:
    """Those that a node of a workflow may call by itself, with nobody to wait for and no agent's memory."""
    return ToolBox(tool for tool in tools.all() if not tool.later and tool.name not in memory.NAMES)


def of_plans(tools: ToolBox) -> ToolBox:
    """Those of them that a workflow may be drafted with: they only read what they are given."""
    mine = {tool.name for tool in shipped(now) if tool.effect == "read"}
    return ToolBox(tool for tool in tools.all() if tool.name in mine)
