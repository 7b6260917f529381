"""An evaluation that is cancelled while one of its runs is just about to begin: that run is cancelled too."""

from uuid import UUID, uuid4

from application.access import Actor
from application.evaluating.evaluator import Evaluator
from application.evaluating.judging import Judges
from application.evaluating.progress import Parts, Place, Progress
from application.evaluating.trials import Starters, Trials
from application.execute import Executor, Order
from application.orchestration.texts import Texts
from domain.author import Author
from domain.evaluation import Evaluation, Started, StartEvaluation, Trial
from domain.suite import Case, Golden
from tests.application.world import ADA, WORKSPACE, World

EVALUATION = UUID(int=50)


class Interrupted(Trials):
    """Somebody cancels the evaluation once it is known what starts the run, and before that has begun."""

    cancelling: Evaluator

    async def order(self, trial: Trial, golden: Golden, started: Started, actor: Actor) -> Order:
        order = await super().order(trial, golden, started, actor)
        await self.cancelling.cancel(EVALUATION, ADA)
        return order


def parts(world: World, executor: Executor, kind: type[Trials]) -> Parts:
    texts = Texts(world.payloads)
    judges = Judges(executor, texts, world.agents, "fake/model")
    return Parts(executor, texts, kind(executor, texts, Starters(world.starter, world.agents)), judges, world.clock)


async def test_a_run_that_begins_while_its_evaluation_is_cancelled_is_cancelled_too(world: World) -> None:
    agent_id, trial = await world.agent(), Trial(uuid4(), uuid4())
    given = await world.payloads.put(WORKSPACE, "Count.", "text/plain")
    case = Case(Golden(uuid4(), "Tides", "Reader", 1, given, None, agent_id=agent_id), ())
    author = Author(ADA.user_id, None, None, 0)
    await world.do(EVALUATION, StartEvaluation(uuid4(), 1, (trial,), author, 900.0), ADA)
    found = await world.executor.state(EVALUATION, WORKSPACE)
    assert isinstance(found, Evaluation)
    assert found.started is not None
    interrupted = parts(world, world.executor, Interrupted)
    assert isinstance(interrupted.trials, Interrupted)
    interrupted.trials.cancelling = Evaluator(parts(world, world.other_process, Trials))
    await Progress(interrupted).go_on(Place(EVALUATION, 0, trial, case, found.started, ADA), None)
    assert (await world.run(trial.run_id)).status == "cancelled"
