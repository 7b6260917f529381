"""The routes about what is started by itself."""

from collections.abc import Sequence

from litestar.types import ControllerRouterHandler

from interfaces.http.messages import send_message
from interfaces.http.schedules import ScheduleController
from interfaces.http.triggers import TriggerController

HANDLERS: Sequence[ControllerRouterHandler] = (ScheduleController, TriggerController, send_message)
