"""Teams that are ready to run."""

from application.templates import research_brief
from application.templates.template import Template

TEMPLATES: dict[str, Template] = {template.name: template for template in (research_brief.template,)}
