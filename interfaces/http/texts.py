"""The texts of a run over HTTP: what it worked on, and what it and its steps made."""

from typing import cast
from uuid import UUID

from litestar import Controller, MediaType, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from application.access import Actor
from application.errors import NotFound
from domain.kernel import PayloadRef
from interfaces.composition import Core
from interfaces.http.commands import After, Signed
from interfaces.http.run_reading import run_row, step_output, step_subject

WHOLE = 256 * 1024
"""Bytes up to which a text is read before anything is answered; longer ones are streamed."""


class TextController(Controller):
    path = "/runs/{run_id:uuid}"
    tags = ("runs",)

    @get("/input", operation_id="readRunInput", summary="The document of a run", media_type=MediaType.TEXT)
    async def input(
        self, run_id: FromPath[UUID], request: Signed, core: NamedDependency[Core], after: After = None
    ) -> Response[str]:
        row = await run_row(core, request.user, run_id, after)
        return await _text(core, request.user, row.input, "the run has no input")

    @get("/output", operation_id="readRunOutput", summary="The result of a run", media_type=MediaType.TEXT)
    async def output(
        self, run_id: FromPath[UUID], request: Signed, core: NamedDependency[Core], after: After = None
    ) -> Response[str]:
        row = await run_row(core, request.user, run_id, after)
        return await _text(core, request.user, row.output, f"the run has no result: it is {row.status}")

    @get(
        "/steps/{step:str}/output",
        operation_id="readStepOutput",
        summary="The output of a step",
        media_type=MediaType.TEXT,
    )
    async def of_step(
        self,
        run_id: FromPath[UUID],
        step: FromPath[str],
        request: Signed,
        core: NamedDependency[Core],
        after: After = None,
    ) -> Response[str]:
        return await stored(core, request.user, await step_output(core, request.user, run_id, step, after))

    @get(
        "/steps/{step:str}/subject",
        operation_id="readStepSubject",
        summary="What a step asks people to approve",
        media_type=MediaType.TEXT,
    )
    async def subject(
        self,
        run_id: FromPath[UUID],
        step: FromPath[str],
        request: Signed,
        core: NamedDependency[Core],
        after: After = None,
    ) -> Response[str]:
        return await stored(core, request.user, await step_subject(core, request.user, run_id, step, after))


async def _text(core: Core, actor: Actor, ref: PayloadRef | None, missing: str) -> Response[str]:
    if ref is None:
        raise NotFound(missing)
    return await stored(core, actor, ref)


async def stored(core: Core, actor: Actor, ref: PayloadRef) -> Response[str]:
    if ref.size <= WHOLE:
        # as it is stored: of a text that says it is JSON the framework would make JSON once more
        stored = (await core.payloads.get(actor.workspace_id, ref)).encode()
        return cast(Response[str], Response(stored, media_type=ref.media_type))
    pieces = await core.payloads.open(actor.workspace_id, ref)
    # a hash that turns out wrong breaks the answer off before its length is reached, so nobody takes it for whole
    streamed = Stream(pieces, media_type=ref.media_type, headers={"Content-Length": str(ref.size)})
    return cast(Response[str], streamed)  # it is a text, in pieces
