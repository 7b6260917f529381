"""Which templates cannot do without a language model, said before anything is done."""

from collections.abc import Collection
from typing import Any

from application.errors import Invalid
from application.templates.template import Template

OFFLINE = "offline/"


def check(template: Template, value: Any, models: Collection[str]) -> None:
    """Raise Invalid where the template needs a language model for this input, and the offline engine would be asked."""
    asked = sorted(model for model in models if model.startswith(OFFLINE))
    if not asked or not template.asks_a_model(value):
        return
    spared = f", or `{template.spared_by}` in the input" if template.spared_by else ""
    raise Invalid(
        f"the template {template.name!r} needs a language model, and {asked[0]} is none: it copies sentences."
        f" Give a model for this run{spared}; `z2 models` lists those that are ready",
        field="model",
    )
