"""The steps of runs over HTTP: what people do to one of them."""

from uuid import UUID

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from application.orchestration.approvals import Given
from domain import run_commands
from interfaces.composition import Core
from interfaces.http.body import MAX_DOCUMENT
from interfaces.http.commands import Accepted, Key, Signed, sent
from interfaces.http.run_bodies import Answer, Decide, Skip, given
from interfaces.people import approvals

NOTHING = Skip()


class StepController(Controller):
    path = "/runs/{run_id:uuid}/steps/{step:str}"
    tags = ("runs",)

    @post("/retry", status_code=200, operation_id="retryStep", summary="Retry a failed step")
    async def retry(
        self,
        run_id: FromPath[UUID],
        step: FromPath[str],
        request: Signed,
        core: NamedDependency[Core],
        key: Key,
    ) -> Accepted:
        """All other failed steps of the run are done again with it."""
        return await sent(core, run_id, run_commands.RetryStep(step), request.user, key=key)

    @post(
        "/skip",
        status_code=200,
        operation_id="skipStep",
        summary="Go on without a step",
        request_max_body_size=MAX_DOCUMENT,
    )
    async def skip(
        self,
        run_id: FromPath[UUID],
        step: FromPath[str],
        request: Signed,
        core: NamedDependency[Core],
        key: Key,
        data: JSONBody[Skip] = NOTHING,
    ) -> Accepted:
        people = approvals(core)
        return Accepted.of(await people.skip(run_id, step, given(data.output), request.user, key=key))

    @post(
        "/decision",
        status_code=200,
        operation_id="decideApproval",
        summary="Approve, edit or reject what a step shows",
        request_max_body_size=MAX_DOCUMENT,
    )
    async def decide(
        self,
        run_id: FromPath[UUID],
        step: FromPath[str],
        data: JSONBody[Decide],
        request: Signed,
        core: NamedDependency[Core],
        key: Key,
    ) -> Accepted:
        """Only the persons whom the workflow names may; where it names nobody, whoever has the right at all."""
        people, output = approvals(core), given(data.output)
        outcome = await people.decide(run_id, step, data.decision, request.user, given=output, note=data.note, key=key)
        return Accepted.of(outcome)

    @post(
        "/answer",
        status_code=200,
        operation_id="answerStep",
        summary="Answer what a step asks",
        request_max_body_size=MAX_DOCUMENT,
    )
    async def answer(
        self,
        run_id: FromPath[UUID],
        step: FromPath[str],
        data: JSONBody[Answer],
        request: Signed,
        core: NamedDependency[Core],
        key: Key,
    ) -> Accepted:
        people, answered = approvals(core), Given(data.text, data.data)
        return Accepted.of(await people.answer(run_id, step, answered, request.user, key=key))
