"""What there is to begin with: templates."""

from litestar import get

from application.templates import TEMPLATES
from application.templates import template as ready
from domain.kernel import Record


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


@get("/templates", tags=["catalogue"], operation_id="listTemplates", summary="List the templates")
async def templates() -> TemplateList:
    return TemplateList([_template(template) for template in TEMPLATES.values()])


def _template(template: ready.Template) -> Template:
    steps = [TemplateStep(member.step, member.agent.role, member.needs) for member in template.members]
    text = template.sample_text()
    title = text.lstrip("# ").split("\n", 1)[0].strip()
    return Template(template.name, template.title, template.description, steps, Sample(title, text))
