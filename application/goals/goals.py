"""Goals as people deal with them: asked, drafted, edited, and accepted; nothing runs before a person accepts."""

from typing import Any
from uuid import UUID, uuid5

from application.access import Actor, authorise, on_behalf_of
from application.errors import Invalid, NotFound
from application.execute import Executor, Order
from application.goals import drafting, planner
from application.goals.drafts import Drafts
from application.goals.likeness import NoneAlike, Ranker, choose, source_for
from application.kept import Kept
from application.models.port import ProvidersOf
from application.models.registry import Models
from application.orchestration.start import Starter, StartRequest
from application.orchestration.texts import JSON, PLAIN, Texts, kept, kept_value
from application.orchestration.tools import Tool
from application.ports import IdempotencyKey, Outcome
from application.templates import TEMPLATES, needing
from application.workflows.publishing import Publisher, WrongWorkflow
from domain import goal
from domain.kernel import Command, Record, replace
from domain.nodes import Allowance


class GoalRequest(Record):
    """What somebody wants; the document is what the team is to work on."""

    text: str
    document: str | None = None
    model: str | None = None
    budget: Allowance | None = None


class Start(Record):
    """What an accepted draft is started on; without a text, the document that came with the goal."""

    title: str
    text: str | None = None
    media_type: str = PLAIN
    model: str | None = None


class Means(Record):
    """What goals are dealt with by."""

    executor: Executor
    texts: Texts
    starter: Starter
    publisher: Publisher
    models: Models
    providers: ProvidersOf
    ranker: Ranker
    tools: tuple[Tool, ...]
    default_model: str


class Goals:
    """Everything that is asked twice is done once."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def ask(
        self, goal_id: UUID, request: GoalRequest, actor: Actor, *, key: IdempotencyKey | None = None
    ) -> Outcome:
        """Raises Invalid, NotAllowed, Rejected or KeyReused."""
        authorise(actor, goal.AskGoal)
        executor = self._means.executor
        if earlier := await executor.earlier(key):
            return earlier
        text = kept(request.text)
        document = kept(request.document) if request.document else None
        texts = tuple(each for each in (text, document) if each is not None)
        asked = goal.AskGoal(text.ref, document.ref if document else None, request.model, request.budget)
        if (request.model or self._means.default_model).startswith(needing.OFFLINE):
            asked, texts = self._chosen(request.text, asked, texts)
            orders: tuple[Order, ...] = ()
        else:
            asked, orders = await self._planned(goal_id, request, asked, actor)
        small = await self._means.texts.store(actor.workspace_id, texts)
        whole = [Order(goal_id, asked, small), *orders]
        done = await executor.execute_together(whole, actor, correlation_id=goal_id)
        return await self._remembered(goal_id, asked, actor, done, key)

    def _chosen(self, text: str, asked: goal.AskGoal, texts: tuple[Kept, ...]) -> tuple[goal.AskGoal, tuple[Kept, ...]]:
        """The template that the goal is most like."""
        try:
            chosen = choose(text, self._means.ranker)
        except NoneAlike as error:
            return replace(asked, found=goal.Refusal("no_template", str(error))), texts
        source = drafting.bounded(source_for(text, chosen.template), asked.budget)
        draft = kept(source)
        return replace(asked, found=goal.Draft(draft.ref, chosen.ranking)), (*texts, draft)

    async def _planned(
        self, goal_id: UUID, request: GoalRequest, asked: goal.AskGoal, actor: Actor
    ) -> tuple[goal.AskGoal, tuple[Order, ...]]:
        """A run of the planner, which begins in the append that says that the goal was asked."""
        workspace_id, run_id = actor.workspace_id, uuid5(goal_id, "plan")
        planner_id = planner.planner_id(workspace_id)
        await self._means.publisher.publish(planner_id, planner.definition(), actor)
        told = drafting.material(request.text, request.document, await self._usable(workspace_id), self._means.tools)
        given = kept_value(told)
        assert given is not None, "an object is something"
        start = StartRequest(
            "Draft a workflow",
            given.text,
            workflow_id=planner_id,
            model=request.model,
            media_type=JSON,
            budget=request.budget,
        )
        order = await self._means.starter.order(run_id, start, actor)
        return replace(asked, planned_by=run_id), (order,)

    async def _usable(self, workspace_id: UUID) -> list[Any]:
        cards = await self._means.models.all(workspace_id)
        return drafting.usable(cards.values(), await self._means.providers.of(workspace_id))

    async def read(self, goal_id: UUID, actor: Actor) -> goal.Goal:
        """The goal as it is now; what its planner has come to just now is put on the record. Raises NotFound."""
        found = await self._state(goal_id, actor.workspace_id)
        drafts = Drafts(self._means.executor, self._means.texts)
        if not await drafts.settle(goal_id, found, on_behalf_of(actor)):
            return found
        return await self._state(goal_id, actor.workspace_id)

    async def _settle(self, goal_id: UUID, command: Command, texts: tuple[Kept, ...], actor: Actor) -> Outcome:
        small = await self._means.texts.store(actor.workspace_id, texts)
        order = Order(goal_id, command, tuple(small))
        return await self._means.executor.execute_together([order], actor, correlation_id=goal_id)

    async def _remembered(
        self, goal_id: UUID, command: Command, actor: Actor, done: Outcome, key: IdempotencyKey | None
    ) -> Outcome:
        """What was done, kept under the key: the same command once more comes to nothing and is remembered."""
        if key is None:
            return done
        return await self._means.executor.execute(goal_id, command, actor, correlation_id=goal_id, key=key)

    async def edit(self, goal_id: UUID, source: str, actor: Actor, *, key: IdempotencyKey | None = None) -> Outcome:
        """Raises WrongWorkflow, NotFound, NotAllowed, Rejected or KeyReused."""
        authorise(actor, goal.EditDraft)
        if earlier := await self._means.executor.earlier(key):
            return earlier
        await self.read(goal_id, actor)
        checked = await self._means.publisher.checked(source, actor.workspace_id, workflow_of(goal_id))
        if checked.mistakes:
            raise WrongWorkflow(checked.mistakes)
        text = kept(source)
        command = goal.EditDraft(text.ref)
        done = await self._settle(goal_id, command, (text,), actor)
        return await self._remembered(goal_id, command, actor, done, key)

    async def accept(
        self, goal_id: UUID, start: Start | None, actor: Actor, *, key: IdempotencyKey | None = None
    ) -> Outcome:
        """Publish the draft, and start it if that is wished. Raises what publishing and starting raise, or Rejected."""
        authorise(actor, goal.AcceptGoal)
        if earlier := await self._means.executor.earlier(key):
            return earlier
        command = await self._accepted(goal_id, start, actor)
        done = await self._settle(goal_id, command, (), actor)
        return await self._remembered(goal_id, command, actor, done, key)

    async def _accepted(self, goal_id: UUID, start: Start | None, actor: Actor) -> goal.AcceptGoal:
        """What is to be put on the record, once what it says is done."""
        found = await self.read(goal_id, actor)
        if found.draft is None or found.status != "drafted":
            return goal.AcceptGoal(workflow_of(goal_id), found.draft.source if found.draft else kept("").ref)
        source = await self._means.texts.text(actor.workspace_id, found.draft.source)
        run = await self._to_start(found, start, actor) if start else None
        await self._means.publisher.publish(workflow_of(goal_id), source, actor)
        run_id = await self._started(goal_id, run, actor) if run else None
        return goal.AcceptGoal(workflow_of(goal_id), found.draft.source, run_id)

    async def _to_start(self, found: goal.Goal, start: Start, actor: Actor) -> StartRequest:
        """Raises Invalid where there is nothing to work on, or no model to do it."""
        text, asked = start.text, found.asked
        if text is None and asked is not None and asked.document is not None:
            text = await self._means.texts.text(actor.workspace_id, asked.document)
        if text is None:
            raise Invalid("there is nothing to work on: give an input", field="input")
        model = start.model or (asked.model if asked else None)
        if found.draft and found.draft.chosen and not found.edited:
            template = TEMPLATES[found.draft.chosen[0].template]
            needing.check(template, drafting.said(text, start.media_type), {model or self._means.default_model})
        return StartRequest(start.title, text, model=model, media_type=start.media_type)

    async def _started(self, goal_id: UUID, run: StartRequest, actor: Actor) -> UUID:
        run_id = uuid5(goal_id, "run")
        try:
            await self._means.executor.state(run_id, actor.workspace_id)
        except NotFound:
            whole = replace(run, workflow_id=workflow_of(goal_id))
            await self._means.starter.start(run_id, whole, actor)
        return run_id

    async def _state(self, goal_id: UUID, workspace_id: UUID) -> goal.Goal:
        missing = NotFound("there is no such goal in this workspace")
        try:
            state = await self._means.executor.state(goal_id, workspace_id)
        except NotFound:
            raise missing from None
        if not isinstance(state, goal.Goal):
            raise missing
        return state


def workflow_of(goal_id: UUID) -> UUID:
    """The workflow that a goal's draft is published as."""
    return uuid5(goal_id, "workflow")
