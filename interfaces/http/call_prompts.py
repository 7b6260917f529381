"""What a model was told over HTTP: the parts of a recorded request, where each is from, and what it costs in tokens."""

import asyncio
from functools import partial
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from application.access import Actor
from application.errors import NotFound
from application.intelligence import accounting, requests
from application.intelligence.accounting import Portion
from domain.kernel import Record
from domain.run_state import Call, Run
from infrastructure.models.tokens import Tokens
from interfaces.composition import Core
from interfaces.http.commands import Signed
from interfaces.http.run_reading import UNKNOWN

_tokens = Tokens()


class CallPrompt(Record):
    """`tokens` are counted by Z2, those of all parts together; `counted` is what the provider said, where it has."""

    model: str
    tokens: int
    counted: int | None
    parts: list[Portion]


class CallPromptController(Controller):
    path = "/runs/{run_id:uuid}/steps/{step:str}/calls/{call:str}"
    tags = ("runs",)

    @get("/prompt", operation_id="readCallPrompt", summary="What a model was told, part by part")
    async def prompt(
        self,
        run_id: FromPath[UUID],
        step: FromPath[str],
        call: FromPath[str],
        request: Signed,
        core: NamedDependency[Core],
    ) -> CallPrompt:
        """Calls count from 0. It is as it was asked for and recorded; what was tried last counts."""
        made = await _call(core, request.user, run_id, step, call)
        if made.request is None:
            raise NotFound("this call was not asked by a request that is on the record")
        told = await requests.whole(made.request, partial(core.payloads.get, request.user.workspace_id))
        card = await core.models.card(request.user.workspace_id, made.model)
        parts = await asyncio.to_thread(accounting.portions, told, _tokens, card.family if card else "")
        counted = made.tokens.input if made.tokens else None
        return CallPrompt(made.model, sum(each.tokens for each in parts), counted, parts)


async def _call(core: Core, actor: Actor, run_id: UUID, step: str, call: str) -> Call:
    """Raises NotFound."""
    try:
        state = await core.executor.state(run_id, actor.workspace_id)
    except NotFound:
        raise NotFound(UNKNOWN) from None
    if not isinstance(state, Run):
        raise NotFound(UNKNOWN)
    if step not in state.steps:
        raise NotFound(f"the run has no step {step!r}")
    made = [each for each in state.steps[step].calls if str(each.call) == call]
    if not made:
        raise NotFound(f"the step {step!r} has made no call {call!r}")
    return state.steps[step].recorded(made[-1].call) or made[-1]
