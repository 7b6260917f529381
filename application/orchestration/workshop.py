"""What a worker works with."""

from uuid import UUID

from application.execute import Executor
from application.intelligence.summaries import Extract
from application.ledger.treasury import Treasury
from application.memory.recalling import Recalling
from application.models.engine import Engine
from application.models.windows import Windows
from application.orchestration.start import Starter
from application.orchestration.start_agent import AgentStarter
from application.orchestration.texts import Texts
from application.orchestration.tools import ToolBox
from application.ports import Clock, LiveText, Payloads
from domain.kernel import Record


class Workshop(Record):
    """`lease` is the life of this process: what it begins is its own as long as it shows that it lives."""

    executor: Executor
    payloads: Payloads
    texts: Texts
    engine: Engine
    treasury: Treasury
    live: LiveText
    starter: Starter
    agents: AgentStarter
    tools: ToolBox
    clock: Clock
    lease: UUID
    windows: Windows
    extract: Extract
    memory: Recalling | None = None
