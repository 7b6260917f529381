"""What of a request a service and a model take: the rest is dropped, and each thing that is dropped is told."""

import re
from typing import TypeAlias

from application.models import catalogue, formats
from application.models.card import Capability, ModelCard
from application.models.failure import ModelError
from application.models.request import Format, Image, JsonSchema, ModelRequest, Sampling
from application.models.stream import Warned
from domain.kernel import Record, replace
from infrastructure.models import strictness
from infrastructure.models.service import Refused, Service

DROPPED = "parameter_dropped"
_DRAWN: frozenset[Refused] = frozenset({"temperature", "top_p", "presence_penalty", "frequency_penalty"})
_NAME = re.compile(r"[^a-zA-Z0-9_-]+")

Names: TypeAlias = frozenset[Refused]


class Wish(Record):
    """A request that can be sent as it is. `form`: how the form of the answer is asked for, besides in words."""

    request: ModelRequest
    warnings: tuple[Warned, ...]
    form: Format | None = None
    any_json: bool = False
    effort: str | None = None
    parallel: bool | None = None
    thinks: bool = False
    """Whether the model is known to reason."""

    cached: bool = True
    """Whether what stays the same may be marked for the provider's cache."""


def granted(
    request: ModelRequest, service: Service, card: ModelCard | None = None, *, unknown: Names = frozenset()
) -> Wish:
    """`unknown` is what the protocol has no word for; without a card the catalogue says what is known of the model.

    Raises ModelError `model_incapable` where the model is known to lack what the request cannot do without.
    """
    card = card or catalogue.card(request.model)
    _capable(request, card)
    warnings: list[Warned] = []
    lean = replace(request, sampling=_sampling(request.sampling, _refused(service, card) | unknown, warnings))
    lean = _tools(lean, service, warnings)
    worded = _worded(lean, service, card)
    effort = _effort(request, service, card, warnings)
    parallel = _parallel(request, service, card, warnings)
    return Wish(
        request=worded,
        warnings=tuple(warnings),
        form=_bound(request.format) if request.format and worded is lean else None,
        any_json=worded is not lean and service.structured == "json_object",
        effort=effort,
        parallel=parallel,
        thinks=knows(card, "reasoning"),
        cached=not lacks(card, "prompt_cache"),
    )


def knows(card: ModelCard | None, capability: Capability) -> bool:
    return card is not None and capability in card.can


def lacks(card: ModelCard | None, capability: Capability) -> bool:
    return card is not None and capability in card.cannot


def _capable(request: ModelRequest, card: ModelCard | None) -> None:
    pictures = any(isinstance(part, Image) for message in request.messages for part in message.parts)
    for needed, capability, what in ((request.tools, "tools", "tools"), (pictures, "vision", "pictures")):
        if needed and card is not None and capability in card.cannot:
            raise ModelError("model_incapable", f'the model "{request.model}" takes no {what}')


def _refused(service: Service, card: ModelCard | None) -> Names:
    refused = service.refuses
    if not lacks(card, "reasoning"):
        refused |= service.refuses_thinking
    if lacks(card, "sampling") or (service.sampling_if_known and not knows(card, "sampling")):
        refused |= _DRAWN
    return refused


def _sampling(wanted: Sampling, refused: Names, warnings: list[Warned]) -> Sampling:
    dropped = [
        name for name in Sampling.__struct_fields__ if name in refused and getattr(wanted, name) not in (None, ())
    ]
    warnings += [_warned(name, "this model takes none") for name in dropped]
    return replace(wanted, **{name: () if name == "stop" else None for name in dropped})


def _effort(request: ModelRequest, service: Service, card: ModelCard | None, warnings: list[Warned]) -> str | None:
    if request.effort is None:
        return None
    if "effort" in service.refuses or lacks(card, "reasoning"):
        warnings.append(_warned("effort", "this model does not reason, or not more and less"))
        return None
    return service.efforts.get(request.effort, request.effort)


def _parallel(request: ModelRequest, service: Service, card: ModelCard | None, warnings: list[Warned]) -> bool | None:
    """What to say about several tool calls at once; None for nothing, where that means what is wanted."""
    if not request.tools:
        return None
    if "parallel_tools" in service.refuses:
        if not request.parallel_tools:
            warnings.append(_warned("parallel_tools", f"{service.title} decides itself how many tools are called"))
        return None
    if lacks(card, "parallel_tools"):
        return None
    return request.parallel_tools if service.parallel_said or not request.parallel_tools else None


def _tools(request: ModelRequest, service: Service, warnings: list[Warned]) -> ModelRequest:
    """The same with a choice of tools that the service knows."""
    choice = request.tool_choice
    if not request.tools or choice == "auto" or _kind(choice) in service.tool_choices:
        return request
    named = tuple(tool for tool in request.tools if tool.name == choice)
    if named and "required" in service.tool_choices:
        return replace(request, tools=named, tool_choice="required")
    warnings.append(_warned("tool_choice", f"{service.title} does not know {choice!r}; the model decides"))
    return replace(request, tool_choice="auto")


def _kind(choice: str) -> str:
    return choice if choice in ("none", "required") else "named"


def _worded(request: ModelRequest, service: Service, card: ModelCard | None) -> ModelRequest:
    """The same with the form of the answer told in words, where the model cannot be bound to it."""
    wanted = request.format
    bindable = service.structured == "json_schema" and not lacks(card, "structured_output")
    if wanted is None or (bindable and _takes(service, wanted)):
        return request
    told = (request.instructions, formats.asked_in_words(wanted))
    return replace(request, instructions="\n\n".join(filter(None, told)))


def _takes(service: Service, wanted: Format) -> bool:
    """Whether an answer can be bound to the schema there, strictly or not."""
    schema = strictness.typed(wanted.schema)
    return strictness.fenced(schema) if service.protocol == "messages" else bool(schema.get("type") == "object")


def _bound(wanted: Format) -> Format:
    """With a name and a schema that every service takes: what is not strict is followed, if not enforced."""
    schema: JsonSchema = strictness.typed(wanted.schema)
    name = _NAME.sub("_", wanted.name)[:64] or "answer"
    return Format(name, schema, strict=wanted.strict and strictness.strict(schema))


def _warned(name: str, why: str) -> Warned:
    return Warned(DROPPED, f"{name}: {why}")
