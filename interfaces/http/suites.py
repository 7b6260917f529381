"""Suites over HTTP: recorded runs become cases, are scored by something, and are evaluated."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from application.evaluating.planning import Wish, plan
from application.evaluating.suites import Suites
from domain import suite
from domain.kernel import Name, Record
from domain.scorers import Scorers
from interfaces import evaluating
from interfaces.composition import Core
from interfaces.http import suite_views as views
from interfaces.http.commands import Accepted, After, Key, Signed, caught_up, created, new_stream, sent
from interfaces.http.reading import reading
from interfaces.http.run_bodies import Model, RunBudget, Seconds, allowance
from projections import suites as projected

MOST_MODELS = 20
MOST_TIMES = 50


class AddCase(Record, forbid_unknown_fields=True):
    """A completed run, what to call it, and what new runs on its input are scored by."""

    run_id: UUID
    title: Name | None = None
    scorers: Scorers = ()


class ScoreCase(Record, forbid_unknown_fields=True):
    """What a case is scored by from now on, in place of what it was."""

    scorers: Scorers


class StartEvaluation(Record, forbid_unknown_fields=True):
    """Each case with each model, so often; without models, with the agents' own. Without cases, all of them.

    The budget bounds each run by itself, and so does the deadline, from its own start.
    """

    models: Annotated[tuple[Model, ...], Meta(max_length=MOST_MODELS)] = ()
    repeat: Annotated[int, Meta(ge=1, le=MOST_TIMES)] = 1
    deadline_seconds: Seconds = 900.0
    budget: RunBudget | None = None
    cases: Annotated[tuple[UUID, ...], Meta(max_length=suite.MOST_CASES)] = ()


ALL = StartEvaluation()


class SuiteController(Controller):
    path = "/suites"
    tags = ("evaluation",)

    @post(operation_id="createSuite", summary="Create a suite")
    async def create(
        self, data: JSONBody[suite.CreateSuite], request: Signed, core: NamedDependency[Core], key: Key
    ) -> Response[Accepted]:
        return created(request, await sent(core, new_stream(key), data, request.user, key=key))

    @get(operation_id="listSuites", summary="List the suites")
    async def all(self, request: Signed, core: NamedDependency[Core], after: After = None) -> views.SuiteList:
        await caught_up(core.tail, projected.projection.name, after)
        async with reading(core, request.user) as connection:
            rows = await projected.listed(connection, request.user.workspace_id)
        return views.SuiteList([views.summary(row) for row in rows])

    @get("/{suite_id:uuid}", operation_id="readSuite", summary="Read a suite with its cases")
    async def one(self, suite_id: FromPath[UUID], request: Signed, core: NamedDependency[Core]) -> views.Suite:
        return views.whole(suite_id, await Suites(core.executor).of(suite_id, request.user.workspace_id))

    @post("/{suite_id:uuid}/cases", operation_id="addCase", summary="Make a case of a run", status_code=200)
    async def add(
        self,
        suite_id: FromPath[UUID],
        data: JSONBody[AddCase],
        request: Signed,
        core: NamedDependency[Core],
        key: Key,
    ) -> Accepted:
        """Any completed run that stands alone. No model is asked."""
        known = Suites(core.executor)
        done = await known.add(suite_id, data.run_id, data.scorers, request.user, title=data.title, key=key)
        return Accepted.of(done)

    @put("/{suite_id:uuid}/cases/{case_id:uuid}", operation_id="scoreCase", summary="Score a case by something else")
    async def score(
        self,
        suite_id: FromPath[UUID],
        case_id: FromPath[UUID],
        data: JSONBody[ScoreCase],
        request: Signed,
        core: NamedDependency[Core],
        key: Key,
    ) -> Accepted:
        """Evaluations that have begun go by what was said before."""
        known = Suites(core.executor)
        return Accepted.of(await known.score(suite_id, case_id, data.scorers, request.user, key=key))

    @delete(
        "/{suite_id:uuid}/cases/{case_id:uuid}", operation_id="removeCase", summary="Remove a case", status_code=200
    )
    async def remove(
        self,
        suite_id: FromPath[UUID],
        case_id: FromPath[UUID],
        request: Signed,
        core: NamedDependency[Core],
        key: Key,
    ) -> Accepted:
        """The run that it was made of stays as it is."""
        return await sent(core, suite_id, suite.RemoveCase(case_id), request.user, key=key)

    @post("/{suite_id:uuid}/archive", operation_id="archiveSuite", summary="Archive a suite", status_code=200)
    async def archive(
        self, suite_id: FromPath[UUID], request: Signed, core: NamedDependency[Core], key: Key
    ) -> Accepted:
        """It is not evaluated any more; what was is still there."""
        return await sent(core, suite_id, suite.ArchiveSuite(), request.user, key=key)

    @post(
        "/{suite_id:uuid}/estimate",
        operation_id="estimateEvaluation",
        summary="What an evaluation costs at the most",
        status_code=200,
    )
    async def estimate(
        self,
        suite_id: FromPath[UUID],
        request: Signed,
        core: NamedDependency[Core],
        data: JSONBody[StartEvaluation] = ALL,
    ) -> views.EvaluationBound:
        """Nothing is started."""
        workspace_id = request.user.workspace_id
        found = await Suites(core.executor).of(suite_id, workspace_id)
        trials = plan(suite_id, found, _wish(data))
        bound = await (await evaluating.costing(core, workspace_id)).of(
            trials, found.cases, allowance(data.budget), workspace_id
        )
        return views.EvaluationBound(bound.runs, bound.judges, bound.micro_usd, bound.why_unknown)

    @post("/{suite_id:uuid}/evaluations", operation_id="startEvaluation", summary="Evaluate a suite")
    async def evaluate(
        self,
        suite_id: FromPath[UUID],
        request: Signed,
        core: NamedDependency[Core],
        key: Key,
        data: JSONBody[StartEvaluation] = ALL,
    ) -> Response[Accepted]:
        """Its cases are run anew, in the versions of their workflows, and scored. That asks models, which costs."""
        evaluator, evaluation_id = evaluating.evaluator(core), new_stream(key)
        done = await evaluator.start(evaluation_id, suite_id, _wish(data), request.user, key=key)
        return Response(Accepted.of(done), headers={"Location": f"/api/evaluations/{done.stream}"})


def _wish(data: StartEvaluation) -> Wish:
    return Wish(data.models, data.repeat, data.deadline_seconds, allowance(data.budget), data.cases)
