"""What an evaluation may cost at the most, said before anything of it is run; no model is asked."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from application.errors import Invalid, NotFound
from application.estimating.amounts import Amount
from application.estimating.calling import Asking
from application.estimating.estimating import Estimator
from application.evaluating import judging
from application.evaluating.judging import Shown
from application.models.card import ModelCard
from application.models.tokens import TokenCounter
from application.orchestration.pinning import Pinning
from application.orchestration.texts import Texts
from application.orchestration.tools import Tool
from application.templates.needing import OFFLINE
from domain import agent
from domain.definition import Definition, InlineAgent
from domain.evaluation import Trial
from domain.kernel import Record
from domain.nodes import Agent, Allowance
from domain.scorers import Judge
from domain.suite import Case, Golden

DEFAULT = "default"
UNBOUNDED = "an agent that acts with tools may ask its model again and again; give each run a budget"
UNPRICED = "the prices of a model that would be asked are not known"


class Bound(Record):
    """So many runs of cases and of judges, and micro-dollars at the most; None is unknown, and `why_unknown` says why.

    Attempts that fail are not counted. Cases that could not be started cost nothing.
    """

    runs: int
    judges: int
    micro_usd: int | None
    why_unknown: str = ""


class Known(Record):
    """What is known of models, and how their tokens are counted."""

    cards: Mapping[str, ModelCard]
    counter: TokenCounter
    tools: Mapping[str, Tool]
    default_model: str


class Costing:
    """Bounds, from the same estimates that goals and templates are shown with."""

    def __init__(self, pinning: Pinning, texts: Texts, known: Known) -> None:
        self._pinning = pinning
        self._texts = texts
        self._known = known

    async def of(
        self, trials: Sequence[Trial], cases: Mapping[UUID, Case], budget: Allowance | None, workspace_id: UUID
    ) -> Bound:
        """Raises Unavailable."""
        each: dict[tuple[UUID, str | None], list[int | str]] = {}
        found: list[int | str] = []
        for trial in trials:
            key = trial.case_id, trial.model
            if key not in each:
                each[key] = await self._trial(cases[trial.case_id], trial.model, budget, workspace_id)
            found += each[key]
        judges = [one for trial in trials for one in cases[trial.case_id].scorers if isinstance(one, Judge)]
        unknown = [one for one in found if isinstance(one, str)]
        if unknown:
            return Bound(len(trials), len(judges), None, unknown[0])
        return Bound(len(trials), len(judges), sum(one for one in found if isinstance(one, int)))

    async def _trial(
        self, case: Case, model: str | None, budget: Allowance | None, workspace_id: UUID
    ) -> list[int | str]:
        """Of the run and of each judge: micro-dollars at the most, or why nobody knows."""
        most = budget.micro_usd if budget else None
        try:
            found = [await self._run(case.golden, model, workspace_id)]
        except (Invalid, NotFound):
            return [0]
        found += [await self._judge(each, workspace_id) for each in case.scorers if isinstance(each, Judge)]
        return found if most is None else [most if isinstance(each, str) else min(each, most) for each in found]

    async def _run(self, golden: Golden, model: str | None, workspace_id: UUID) -> int | str:
        value = await self._texts.value(workspace_id, golden.input)
        if golden.agent_id is not None:
            return await self._alone(golden.agent_id, "{{ input }}", value, model, workspace_id)
        assert golden.workflow_id is not None, "a case has a workflow or an agent"
        published = await self._pinning.published(golden.workflow_id, golden.version, workspace_id)
        doers = {name: await self._pinning.agent(doer, workspace_id) for name, doer in published.agents.items()}
        found = await self._bound(published.definition, doers, value, model)
        own = published.definition.budget
        if own is None or own.micro_usd is None:
            return found
        return own.micro_usd if isinstance(found, str) else min(found, own.micro_usd)

    async def _alone(
        self, agent_id: UUID, prompt: str, value: Any, model: str | None, workspace_id: UUID, material: str = ""
    ) -> int | str:
        doer = await self._pinning.agent(agent_id, workspace_id)
        node = Agent(id="answer", agent=doer.name, prompt=prompt, document=False, input=material)
        return await self._bound(Definition(name=doer.name, nodes=(node,)), {doer.name: doer}, value, model)

    async def _judge(self, judge: Judge, workspace_id: UUID) -> int | str:
        """With material as long as a judge is ever shown."""
        model = None if judge.model == DEFAULT else judge.model
        longest = "0 " * (judging.LONGEST // 2)
        value = {"ask": judging.ASK.format(rubric=judge.rubric), "material": judging.material(Shown(*[longest] * 3))}
        if judge.agent_id is not None:
            try:
                return await self._alone(judge.agent_id, judging.PROMPT, value, model, workspace_id, judging.MATERIAL)
            except (Invalid, NotFound):
                return 0
        if (model or self._known.default_model).startswith(OFFLINE):
            return 0
        doer = agent.Agent("active", 1, judging.NAME, "Judge", judging.INSTRUCTIONS, "compose")
        told = {"prompt": judging.PROMPT, "input": judging.MATERIAL}
        node = Agent(id="answer", agent=doer.name, document=False, prompt=told["prompt"], input=told["input"])
        return await self._bound(Definition(name=doer.name, nodes=(node,)), {doer.name: doer}, value, model)

    async def _bound(
        self, definition: Definition, doers: Mapping[str, agent.Agent], value: Any, model: str | None
    ) -> int | str:
        if any(each.tools or each.colleagues or each.memory != "off" for each in doers.values()):
            return UNBOUNDED
        asked = {name: self._model(each, model) for name, each in doers.items()}
        inline = {name: InlineAgent(each.role, each.instructions, each.task) for name, each in doers.items()}
        amount = await Estimator(self._asking(inline, asked.get), self._known.tools).of(definition, value)
        free = all(each.startswith(OFFLINE) for each in asked.values())
        return 0 if free else _highest(amount)

    def _model(self, doer: agent.Agent, model: str | None) -> str:
        return model or (self._known.default_model if doer.model == DEFAULT else doer.model)

    def _asking(self, agents: Mapping[str, InlineAgent], model_of: Callable[[str], str | None]) -> Asking:
        return Asking(agents, lambda name: self._known.cards.get(model_of(name) or ""), self._known.counter)


def _highest(amount: Amount) -> int | str:
    if amount.calls.high is None:
        return "nothing bounds how often a model is asked"
    return UNPRICED if amount.micro_usd.high is None else amount.micro_usd.high
