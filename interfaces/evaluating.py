"""What evaluates, put together."""

from collections.abc import Sequence
from uuid import UUID

from application.evaluating.costing import Costing, Known
from application.evaluating.evaluator import Evaluator
from application.evaluating.judging import Judges
from application.evaluating.progress import Parts
from application.evaluating.trials import Starters, Trials
from application.orchestration.pinning import Pinning
from application.orchestration.texts import Texts
from application.tools.split_document import split_document
from infrastructure.identity.tokens import now
from infrastructure.models.tokens import Tokens
from interfaces.composition import Core, agent_starter, starter
from projections import evaluations

CALLED = {split_document.name: split_document}
"""What is called to see how much there will be to do: it only cuts a text into pieces."""

_tokens = Tokens()


def evaluator(core: Core) -> Evaluator:
    texts, agents = Texts(core.payloads), agent_starter(core)
    trials = Trials(core.executor, texts, Starters(starter(core), agents))
    judges = Judges(core.executor, texts, agents, core.settings.default_model)
    return Evaluator(Parts(core.executor, texts, trials, judges, now))


async def running(core: Core) -> Sequence[tuple[UUID, UUID]]:
    """The evaluations that are not over, by what the read model knows."""
    async with core.database.connection() as connection:
        return await evaluations.running(connection)


async def costing(core: Core, workspace_id: UUID) -> Costing:
    """What says beforehand what is spent at the most, by what the workspace knows of models now."""
    pinning = Pinning(core.executor, core.providers, core.settings.default_model)
    known = Known(await core.models.all(workspace_id), _tokens, CALLED, core.settings.default_model)
    return Costing(pinning, Texts(core.payloads), known)
