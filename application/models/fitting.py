"""What a model is asked, as far as it can do it: said before anybody is paid."""

from application.models import formats
from application.models.card import Capability, ModelCard
from application.models.failure import ModelError
from application.models.request import Image, ModelRequest
from domain.kernel import Record, replace

_NEEDED: dict[Capability, str] = {"tools": "call tools", "vision": "look at pictures"}
"""What nothing can stand in for. Structured output is asked for in words where a model has no other way."""


class Fitted(Record):
    """A request as one model is asked it, with what of it was changed for that."""

    request: ModelRequest
    warnings: tuple[str, ...] = ()


def fitted(request: ModelRequest, model: str, card: ModelCard | None) -> Fitted:
    """The request for this model. Raises ModelError `model_incapable` or `model_schema_refused`."""
    request = replace(request, model=model)
    if request.format is not None and (problem := formats.refusal(request.format.schema)):
        raise ModelError("model_schema_refused", f"no answer can be checked against this schema: {problem}")
    if card is None:
        return Fitted(request)
    for capability in _needs(request):
        if capability in card.cannot:
            raise ModelError("model_incapable", f"{model} cannot {_NEEDED[capability]}, as this request needs it to")
    most = card.output_tokens
    if most is None or request.max_output_tokens <= most:
        return Fitted(request)
    warning = f"output_limited: {model} answers with at most {most:,} tokens, not {request.max_output_tokens:,}"
    return Fitted(replace(request, max_output_tokens=most), (warning,))


def _needs(request: ModelRequest) -> list[Capability]:
    pictures = any(isinstance(part, Image) for message in request.messages for part in message.parts)
    wanted: dict[Capability, bool] = {"tools": bool(request.tools), "vision": pictures}
    return [capability for capability, is_wanted in wanted.items() if is_wanted]
