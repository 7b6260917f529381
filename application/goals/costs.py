"""What a draft may cost on the document that came with its goal."""

from collections.abc import Mapping

from application.estimating.calling import Asking
from application.estimating.estimating import Estimator
from application.models.card import ModelCard
from application.models.tokens import TokenCounter
from application.orchestration.tools import Tool
from application.templates.costs import Cost, told
from application.workflows.checking import agents_named
from domain import workflow
from domain.definition import Definition

DEFAULT = "default"


async def cost(
    definition: Definition,
    document: str,
    model: str,
    cards: Mapping[str, ModelCard],
    counter: TokenCounter,
    tools: Mapping[str, Tool],
) -> Cost:
    """`model` is what agents are given that have chosen none. Agents of the workspace are counted as such."""

    def of(agent: str) -> str:
        own = definition.agents.get(agent)
        return model if own is None or own.model == DEFAULT else own.model

    asking = Asking(definition.agents, lambda agent: cards.get(of(agent)), counter)
    amount = await Estimator(asking, tools).of(definition, document)
    named = {who for node in workflow.walk(definition.nodes) for _, who in agents_named(node)}
    models = sorted({of(agent) for agent in named})
    return told(", ".join(models) or model, [cards.get(each) for each in models], amount)
