"""Goals over HTTP: asked for, read with their drafts, edited, and accepted."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from application.documents import MAX_CHARACTERS, checked
from application.goals.goals import GoalRequest, Goals, Start
from application.workflows.reading import MAX_TEXT
from domain.kernel import Name, Record
from interfaces.composition import Core
from interfaces.http import goal_views as views
from interfaces.http.body import MAX_DOCUMENT
from interfaces.http.commands import Accepted, After, Key, Signed, caught_up, created, new_stream
from interfaces.http.reading import reading
from interfaces.http.run_bodies import Model, RunBudget, RunInput, allowance, document
from interfaces.http.words import LAST_POSITION
from projections import goals as projected

GoalText = Annotated[str, Meta(min_length=1, max_length=4_000)]
Document = Annotated[str, Meta(min_length=1, max_length=MAX_CHARACTERS)]


class AskGoal(Record, forbid_unknown_fields=True):
    """What is to be reached. The budget bounds the drafting, and after that each run of what is drafted."""

    goal: GoalText
    document: Document | None = None
    model: Model | None = None
    budget: RunBudget | None = None


class EditDraft(Record, forbid_unknown_fields=True):
    """The draft as it shall be: a text of YAML or JSON."""

    source: Annotated[str, Meta(min_length=1, max_length=MAX_TEXT)]


class AcceptGoal(Record, forbid_unknown_fields=True):
    """Whether to start it at once: on this input, or on the document that came with the goal."""

    start: bool = False
    title: Name = "Goal"
    input: RunInput | None = None
    model: Model | None = None


Limit = Annotated[int, QueryParameter(ge=1, le=200, description="How many at the most.")]
Before = Annotated[int | None, QueryParameter(ge=1, le=LAST_POSITION, description="The `next` of the page before.")]

WITHOUT_START = AcceptGoal()


class GoalController(Controller):
    path = "/goals"
    tags = ("goals",)

    @post(operation_id="askGoal", summary="Draft a workflow for a goal", request_max_body_size=MAX_DOCUMENT)
    async def ask(
        self, data: JSONBody[AskGoal], request: Signed, goals: NamedDependency[Goals], key: Key
    ) -> Response[Accepted]:
        """With a language model an agent drafts it; without one a template is chosen. Nothing of it is run."""
        text = checked(data.goal)
        given = None if data.document is None else checked(data.document)
        asked = GoalRequest(text, given, data.model, allowance(data.budget))
        return created(request, Accepted.of(await goals.ask(new_stream(key), asked, request.user, key=key)))

    @get(operation_id="listGoals", summary="List the goals, the newest first")
    async def all(
        self,
        request: Signed,
        core: NamedDependency[Core],
        limit: Limit = 50,
        before: Before = None,
        after: After = None,
    ) -> views.GoalPage:
        await caught_up(core.tail, projected.projection.name, after)
        workspace_id = request.user.workspace_id
        async with reading(core, request.user) as connection:
            rows = await projected.newest(connection, workspace_id, before=before, limit=limit + 1)
        following = rows[limit - 1].first_position if len(rows) > limit else None
        return views.GoalPage(await views.summaries(core, rows[:limit]), following)

    @get("/{goal_id:uuid}", operation_id="readGoal", summary="Read a goal with its draft")
    async def one(
        self, goal_id: FromPath[UUID], request: Signed, core: NamedDependency[Core], goals: NamedDependency[Goals]
    ) -> views.Goal:
        return await views.whole(core, goal_id, await goals.read(goal_id, request.user), request.user.workspace_id)

    @put("/{goal_id:uuid}", operation_id="editDraft", summary="Edit the draft of a goal")
    async def edit(
        self,
        goal_id: FromPath[UUID],
        data: JSONBody[EditDraft],
        request: Signed,
        goals: NamedDependency[Goals],
        key: Key,
    ) -> Accepted:
        """All mistakes are told at once; with any the draft stays as it was."""
        return Accepted.of(await goals.edit(goal_id, data.source, request.user, key=key))

    @post("/{goal_id:uuid}/accept", operation_id="acceptGoal", summary="Publish the draft of a goal", status_code=200)
    async def accept(
        self,
        goal_id: FromPath[UUID],
        request: Signed,
        goals: NamedDependency[Goals],
        key: Key,
        data: JSONBody[AcceptGoal] = WITHOUT_START,
    ) -> Accepted:
        """As a workflow of its own, which is started only if that is wished."""
        return Accepted.of(await goals.accept(goal_id, _start(data), request.user, key=key))


def _start(data: AcceptGoal) -> Start | None:
    """Raises Invalid."""
    if not data.start:
        return None
    if data.input is None:
        return Start(data.title, model=data.model)
    text, media_type = document(data.input)
    return Start(data.input.title, text, media_type, data.model)
