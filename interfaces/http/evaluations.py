"""Evaluations over HTTP: listed, read trial by trial beside the recorded runs, and cancelled."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from interfaces import evaluating
from interfaces.composition import Core
from interfaces.http import evaluation_views as views
from interfaces.http.commands import Accepted, After, Key, Signed, caught_up
from interfaces.http.reading import reading
from interfaces.http.words import LAST_POSITION
from projections import evaluations as projected

OfSuite = Annotated[UUID | None, QueryParameter(name="suite", description="Only those of this suite.")]
Limit = Annotated[int, QueryParameter(ge=1, le=200, description="How many at the most.")]
Before = Annotated[int | None, QueryParameter(ge=1, le=LAST_POSITION, description="The `next` of the page before.")]


class EvaluationController(Controller):
    path = "/evaluations"
    tags = ("evaluation",)

    @get(operation_id="listEvaluations", summary="List the evaluations, the newest first")
    async def all(
        self,
        request: Signed,
        core: NamedDependency[Core],
        suite: OfSuite = None,
        limit: Limit = 50,
        before: Before = None,
        after: After = None,
    ) -> views.EvaluationPage:
        await caught_up(core.tail, projected.projection.name, after)
        workspace_id = request.user.workspace_id
        async with reading(core, request.user) as connection:
            rows = await projected.newest(connection, workspace_id, suite_id=suite, before=before, limit=limit + 1)
        following = rows[limit - 1].first_position if len(rows) > limit else None
        return views.EvaluationPage([views.summary(row) for row in rows[:limit]], following)

    @get("/{evaluation_id:uuid}", operation_id="readEvaluation", summary="Read an evaluation with its trials")
    async def one(
        self, evaluation_id: FromPath[UUID], request: Signed, core: NamedDependency[Core]
    ) -> views.Evaluation:
        """What is over is scored at once. Outputs are held beside those of the recorded runs by their hashes."""
        found = await evaluating.evaluator(core).read(evaluation_id, request.user)
        return await views.whole(core, evaluation_id, found, request.user.workspace_id)

    @post(
        "/{evaluation_id:uuid}/cancel", operation_id="cancelEvaluation", summary="Cancel an evaluation", status_code=200
    )
    async def cancel(
        self, evaluation_id: FromPath[UUID], request: Signed, core: NamedDependency[Core], key: Key
    ) -> Accepted:
        """Its runs that are under way are cancelled too."""
        return Accepted.of(await evaluating.evaluator(core).cancel(evaluation_id, request.user, key=key))
