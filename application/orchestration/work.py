"""One attempt at a step as those see it who do the work: what it is about, and what may be looked at for it."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, TypeAlias

from application.execute import Order
from application.orchestration.ahead import Ahead
from application.orchestration.outcome import Completed
from application.orchestration.patience import patiently
from application.orchestration.sight import Sight
from application.orchestration.workshop import Workshop
from application.policies.step_jobs import StepJob
from domain.kernel import PayloadRef, Record, replace
from domain.run_state import Run, Step

Completing: TypeAlias = Callable[[Completed], AbstractAsyncContextManager[Sequence[Order]]]
"""What completes the step with an answer of a model, for the append that records it while the block is open."""


class Work(Record):
    """`run` is the run as the attempt found it, and `ahead` what is to be put on the record with what comes next.

    What is known to be the step's last append may be `completing` it, so that there need be none of its own.
    """

    shop: Workshop
    job: StepJob
    run: Run
    ahead: Ahead
    completing: Completing

    @property
    def step(self) -> Step:
        return self.run.steps[self.job.step]

    async def now(self) -> Run:
        """The run as far as it is on the record by now: this attempt puts more there as it goes."""
        executor, run_id = self.shop.executor, self.job.run_id
        state = executor.states.remembered(run_id).state
        if not isinstance(state, Run):
            state = await patiently(lambda: executor.state(run_id, self.job.workspace_id))
        assert isinstance(state, Run), "a run stays one"
        return state

    async def latest(self) -> Step:
        """The step as far as it is on the record by now."""
        return (await self.now()).steps[self.job.step]

    def sight(self, scope: str | None = None) -> Sight:
        """The view from the step, or from a list inside it."""
        view = Sight(self.shop.texts, self.job.workspace_id, self.run, self.step.scope, self.job.step)
        return view if scope is None else replace(view, scope=scope, step="")

    async def value(self, expression: str) -> Any:
        return await self.sight().value(expression)

    async def text(self, template: str) -> str:
        return await self.sight().text(template)

    async def prompt(self, template: str) -> str:
        return await self.sight().prompt(template)

    async def read(self, ref: PayloadRef | None) -> Any:
        return await self.shop.texts.value(self.job.workspace_id, ref)
