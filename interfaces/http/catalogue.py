"""What there is to choose from: templates and models."""

from typing import Literal

from litestar import get
from litestar.di import NamedDependency

from application.models.port import Provider
from application.templates import TEMPLATES
from application.templates import template as ready
from domain import secret
from domain.kernel import Record
from interfaces.composition import Core
from interfaces.http.commands import Signed


class TemplateStep(Record):
    """A step of a template."""

    id: str
    role: str
    needs: tuple[str, ...]


class Sample(Record):
    """A document to try the template with."""

    title: str
    text: str


class Template(Record):
    """A team that is ready to run."""

    name: str
    title: str
    description: str
    steps: list[TemplateStep]
    sample: Sample


class TemplateList(Record):
    """The templates."""

    items: list[Template]


class Model(Record):
    """A model as the workspace has it. Prices are micro-dollars per million tokens; null is unknown.

    Where it is not available, `mend` is what would help: a `secret` of the workspace, or only a `setting` of this Z2.
    """

    id: str
    provider: str
    description: str
    available: bool
    why_not: str | None
    mend: Literal["secret", "setting"] | None
    is_default: bool
    context_tokens: int | None
    input_price: int | None
    output_price: int | None
    source: str | None
    as_of: str | None


class ModelList(Record):
    """The models of all providers."""

    items: list[Model]


@get("/templates", tags=["catalogue"], operation_id="listTemplates", summary="List the templates")
async def templates() -> TemplateList:
    return TemplateList([_template(template) for template in TEMPLATES.values()])


def _template(template: ready.Template) -> Template:
    steps = [TemplateStep(member.step, member.agent.role, member.needs) for member in template.members]
    text = template.sample_text()
    title = text.lstrip("# ").split("\n", 1)[0].strip()
    return Template(template.name, template.title, template.description, steps, Sample(title, text))


@get("/models", tags=["catalogue"], operation_id="listModels", summary="List the models, ready or not")
async def models(request: Signed, core: NamedDependency[Core]) -> ModelList:
    default = core.settings.default_model
    providers = await core.providers.of(request.user.workspace_id)
    return ModelList(
        [
            Model(
                id=card.id,
                provider=card.provider,
                description=card.description,
                available=provider.unavailable() is None,
                why_not=provider.unavailable(),
                mend=_mend(provider),
                is_default=card.id == default,
                context_tokens=card.context_tokens,
                input_price=card.input_price,
                output_price=card.output_price,
                source=card.source,
                as_of=card.as_of,
            )
            for provider in providers.all()
            for card in provider.cards()
        ]
    )


def _mend(provider: Provider) -> Literal["secret", "setting"] | None:
    if provider.unavailable() is None:
        return None
    return "secret" if provider.name in secret.PROVIDERS else "setting"
