"""The routes about runs, their steps, and what waits for people."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from interfaces.http.call_prompts import CallPromptController
from interfaces.http.compactions import step_compactions
from interfaces.http.dead_letters import DeadLetterController
from interfaces.http.inbox import InboxController
from interfaces.http.run_steps import StepController
from interfaces.http.runs import RunController
from interfaces.http.texts import TextController
from interfaces.http.tool_texts import ToolTextController

HANDLERS: Sequence[ControllerRouterHandler] = (
    RunController,
    StepController,
    TextController,
    CallPromptController,
    step_compactions,
    ToolTextController,
    InboxController,
    DeadLetterController,
)
