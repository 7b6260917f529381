"""One attempt at a step as those see it who do the work: what it is about, and what may be looked at for it."""

from typing import Any

from application.orchestration.sight import Sight
from application.orchestration.workshop import Workshop
from application.policies.step_jobs import StepJob
from domain.kernel import PayloadRef, Record, replace
from domain.run_state import Run, Step


class Work(Record):
    """`run` is the run as the attempt found it."""

    shop: Workshop
    job: StepJob
    run: Run

    @property
    def step(self) -> Step:
        return self.run.steps[self.job.step]

    def sight(self, scope: str | None = None) -> Sight:
        """The view from the step, or from a list inside it."""
        view = Sight(self.shop.texts, self.job.workspace_id, self.run, self.step.scope, self.job.step)
        return view if scope is None else replace(view, scope=scope, step="")

    async def value(self, expression: str) -> Any:
        return await self.sight().value(expression)

    async def text(self, template: str) -> str:
        return await self.sight().text(template)

    async def read(self, ref: PayloadRef | None) -> Any:
        return await self.shop.texts.value(self.job.workspace_id, ref)
