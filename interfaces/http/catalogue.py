"""What there is to begin with: templates, each with a sample and what a run of it costs, or a goal."""

from collections.abc import Sequence
from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.types import ControllerRouterHandler

from application.orchestration.texts import JSON, PLAIN
from application.templates import TEMPLATES, costs
from application.templates import template as ready
from application.templates.costs import Cost
from domain import nodes
from domain.definition import Definition
from domain.kernel import Record
from domain.nodes import AnyNode
from interfaces import templates as shown
from interfaces.composition import Core
from interfaces.http.commands import Signed
from interfaces.http.goals import GoalController
from interfaces.http.words import MODEL_PATTERN

_costs = shown.costs()

OfModel = Annotated[
    str | None,
    QueryParameter(
        max_length=200, pattern=MODEL_PATTERN, name="model", description="The model that the costs are for."
    ),
]


class TemplateStep(Record):
    """A step of a template."""

    id: str
    kind: str
    role: str
    needs: tuple[str, ...]


class Sample(Record):
    """An input to try the template with: a document, or JSON where the media type says so."""

    title: str
    text: str
    media_type: str


class Template(Record):
    """A team that is ready to run.

    Where it needs a language model, `spared_by` names a field of the input with which it does without, if there is
    one. `offline` tells what comes of it with the offline engine. `costs` are those of a run on the sample.
    """

    name: str
    title: str
    description: str
    steps: list[TemplateStep]
    sample: Sample
    needs_model: bool
    spared_by: str
    offline: str
    costs: list[Cost]


class TemplateList(Record):
    """The templates, and what their costs assume."""

    items: list[Template]
    assumptions: tuple[str, ...]


@get("/templates", tags=["catalogue"], operation_id="listTemplates", summary="List the templates")
async def templates(
    request: Signed,
    core: NamedDependency[Core],
    of_model: OfModel = None,
) -> TemplateList:
    """Without a model the costs are those of the default model, and those of one by which templates are compared."""
    cards = await core.models.all(request.user.workspace_id)
    models = [of_model] if of_model else [*dict.fromkeys((core.settings.default_model, costs.REFERENCE))]
    found = []
    for template in TEMPLATES.values():
        told = [await _costs.of(template, model, cards.get(model)) for model in models]
        found.append(_template(template, [each for each in told if each is not None]))
    return TemplateList(found, costs.ASSUMPTIONS)


def _template(template: ready.Template, told: list[Cost]) -> Template:
    definition = template.definition
    media_type = PLAIN if template.sample.document else JSON
    return Template(
        template.name,
        template.title,
        template.description,
        [_step(node, definition) for node in definition.nodes],
        Sample(template.sample.title, template.sample.text(), media_type),
        template.needs_model,
        template.spared_by,
        template.offline,
        told,
    )


def _step(node: AnyNode, definition: Definition) -> TemplateStep:
    kind = str(node.__struct_config__.tag)
    role = definition.agents[node.agent].role if isinstance(node, nodes.Agent) else node.title or kind
    return TemplateStep(node.id, kind, role, node.needs)


HANDLERS: Sequence[ControllerRouterHandler] = (templates, GoalController)
