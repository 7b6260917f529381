"""What a field may hold, in words for a person, taken from its type."""

import re
from collections.abc import Iterator

from msgspec import inspect

from application.identity import accounts
from domain import agent, kernel, model, route, scorers, webhook

LAST_POSITION = 2**63 - 1
"""The largest position that the log's column can hold; nobody needs to be told."""

MODEL_PATTERN = r"^[a-z0-9_-]+/[^\s\x00-\x1f\x7f]+$(?!\n)"
MODEL_NAME_PATTERN = r"^[^\s\x00-\x1f\x7f]+$(?!\n)"

_STEP = re.compile(r"\.([^.\[\]]+)|\[(\d+|\.\.\.)\]")


def _pattern(kind: object) -> str:
    told = inspect.type_info(kind)
    assert isinstance(told, inspect.StrType), "only texts have patterns"
    assert told.pattern is not None, "a type without a pattern needs no words for it"
    return told.pattern


TEXT_PATTERN = _pattern(kernel.Text)

PATTERNS = {
    _pattern(kernel.Name): "without line breaks or other control characters, and without white space at its ends",
    TEXT_PATTERN: "without the character NUL",
    _pattern(kernel.Slug): "made of lower-case letters, digits and hyphens, beginning with a letter",
    _pattern(agent.ModelChoice): "that is `default` or names a model as `provider/model`",
    _pattern(agent.SummaryModel): "that names a model as `provider/model`",
    _pattern(scorers.JudgeModel): "that is `default` or names a model as `provider/model`",
    _pattern(agent.PromptChoice): "that names a prompt, such as `support`, `support@production` or `support@3`",
    _pattern(model.ModelId): "that names a model as `provider/model`",
    _pattern(route.ModelId): "that names a model as `provider/model`, and no route",
    _pattern(route.Pattern): "that names models as `provider/model`, where `*` stands for anything, and no route",
    _pattern(route.Region): "without white space and control characters",
    _pattern(webhook.Prefix): "that begins the name of an event, such as `run.` or `agent.created`",
    _pattern(accounts.Email): "that is an e-mail address",
    MODEL_PATTERN: "that names a model as `provider/model`",
}
"""What the patterns of texts mean; a test finds patterns that have no words."""


PLAIN: dict[type[inspect.Type], str] = {
    inspect.BoolType: "true or false",
    inspect.UUIDType: "a UUID",
    inspect.DateTimeType: "a time with its zone (RFC 3339), such as 2026-12-31T23:59:59Z",
    inspect.DateType: "a day, such as 2026-12-31",
    inspect.FloatType: "a number",
    inspect.DictType: "an object",
    inspect.StructType: "an object",
    inspect.AnyType: "anything",
}
"""Types of which there is no more to say."""


def allowed(kind: inspect.Type) -> str:
    """What a value of this type is, such as `text of 1 to 80 characters`."""
    match _bare(kind):
        case inspect.StrType() as kind:
            return " ".join(_text(kind))
        case inspect.IntType() as kind:
            return f"a whole number{_range(kind.ge, kind.le)}"
        case inspect.LiteralType(values):
            return f"one of {', '.join(str(value) for value in values)}"
        case inspect.UnionType() as kind:
            return " or ".join(allowed(each) for each in _given(kind))
        case inspect.ListType() | inspect.VarTupleType() as kind:
            return f"a list{_of(kind.min_length, kind.max_length, 'items')}"
        case kind if type(kind) in PLAIN:
            return PLAIN[type(kind)]
        case kind:
            raise TypeError(f"there are no words for {kind}")


def at(kind: inspect.Type, path: str) -> inspect.Type:
    """The type at a path such as `.nodes[0].prompt`, as far as it is known."""
    for name, _ in _STEP.findall(path):
        kind = _bare(kind)
        if isinstance(kind, inspect.UnionType):
            kind = _given(kind)[0]
        if isinstance(kind, inspect.ListType | inspect.VarTupleType):
            kind = kind.item_type
        elif isinstance(kind, inspect.StructType):
            kind = _field(kind, name)
    return kind


def _field(kind: inspect.StructType, name: str) -> inspect.Type:
    if name == kind.tag_field:
        assert kind.tag is not None, "a field for a tag implies a tag"
        return inspect.LiteralType((kind.tag,))
    return next(field.type for field in kind.fields if field.encode_name == name)


def _bare(kind: inspect.Type) -> inspect.Type:
    return kind.type if isinstance(kind, inspect.Metadata) else kind


def _given(kind: inspect.UnionType) -> list[inspect.Type]:
    """What may be given; that it may also be left out or null needs no words."""
    return [each for each in kind.types if not isinstance(each, inspect.NoneType)]


def fields(kind: inspect.Type) -> str:
    """The names of the fields of an object, which may be one that can be left out."""
    if isinstance(kind, inspect.UnionType):
        (kind,) = _given(kind)
    assert isinstance(kind, inspect.StructType), "only objects have fields"
    return ", ".join(field.encode_name for field in kind.fields)


def _text(kind: inspect.StrType) -> Iterator[str]:
    yield f"text{_of(kind.min_length, kind.max_length, 'characters')}"
    if kind.pattern is not None:
        yield PATTERNS[kind.pattern]


def _of(least: int | None, most: int | None, things: str) -> str:
    if least is not None and most is not None:
        return f" of {least:,} to {most:,} {things}"
    return f" of at most {most:,} {things}" if most is not None else ""


def _range(least: float | None, most: float | None) -> str:
    if most is None or most >= LAST_POSITION:
        return "" if least is None else f" from {least:,} on"
    return f" from {least or 0:,} to {most:,}"
