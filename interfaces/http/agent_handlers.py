"""The routes about agents, what they are told and remember, and the sessions in which people talk with them."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from interfaces.http.agents import AgentController
from interfaces.http.compactions import session_compactions
from interfaces.http.evaluations import EvaluationController
from interfaces.http.memories import MemoryController
from interfaces.http.prompts import PromptController
from interfaces.http.session_reading import read_attachment
from interfaces.http.sessions import SaidController, SessionsController
from interfaces.http.suites import SuiteController
from interfaces.http.tools import list_tools

HANDLERS: Sequence[ControllerRouterHandler] = (
    AgentController,
    list_tools,
    MemoryController,
    PromptController,
    SessionsController,
    SaidController,
    read_attachment,
    session_compactions,
    SuiteController,
    EvaluationController,
)
