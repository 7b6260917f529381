"""Prompt: a template of what agents are told; each publication is a version, and labels say which of them are used."""

from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta

from domain.kernel import Command, Context, Decider, Event, Record, Rejected, Slug, Text, refusal, replace
from domain.nodes import Schema

MAX_STORED = 48 * 1024
"""Bytes of a version as the log keeps it: an event has 64 KiB."""

MAX_LABELS = 20
NEWEST = "newest"
"""No label: it stands for the newest version."""

PRODUCTION = "production"
"""The label whose version is used where none is named; until it is set, the newest is."""

SectionText: TypeAlias = Annotated[Text, Meta(max_length=20_000)]
Extract: TypeAlias = Annotated[Text, Meta(min_length=1, max_length=500)]


class Sections(Record, omit_defaults=True, forbid_unknown_fields=True):
    """What a model is told, part by part; each is a template of its own, and an empty one is left out."""

    role: SectionText = ""
    task: SectionText = ""
    format: SectionText = ""
    constraints: SectionText = ""
    examples: SectionText = ""
    context: SectionText = ""


class Case(Record, omit_defaults=True, forbid_unknown_fields=True):
    """Values for the variables, and extracts that the prompt made of them has to have, or must not have."""

    name: Annotated[Text, Meta(min_length=1, max_length=80)]
    values: dict[str, Any] = {}
    has: Annotated[tuple[Extract, ...], Meta(max_length=20)] = ()
    lacks: Annotated[tuple[Extract, ...], Meta(max_length=20)] = ()


class Published(Event, tag="prompt.published.v1"):
    """`variables` is a JSON Schema for the object of all values that the sections are filled in with."""

    name: str
    sections: Sections
    variables: Schema
    cases: tuple[Case, ...] = ()


class Labelled(Event, tag="prompt.labelled.v1"):
    label: str
    version: int


class Unlabelled(Event, tag="prompt.unlabelled.v1"):
    label: str


class Archived(Event, tag="prompt.archived.v1"):
    """No run that would use it is started any more."""


Events: TypeAlias = Published | Labelled | Unlabelled | Archived


class PublishPrompt(Command):
    name: Slug
    sections: Sections
    variables: Schema = {}
    cases: Annotated[tuple[Case, ...], Meta(max_length=50)] = ()


class LabelPrompt(Command):
    label: Slug
    version: Annotated[int, Meta(ge=1)]


class UnlabelPrompt(Command):
    label: Slug


class ArchivePrompt(Command):
    pass


Commands: TypeAlias = PublishPrompt | LabelPrompt | UnlabelPrompt | ArchivePrompt


class Prompt(Record):
    status: Literal["absent", "active", "archived"] = "absent"
    version: int = 0
    name: str = ""
    sections: Sections = Sections()
    variables: Schema = {}
    cases: tuple[Case, ...] = ()
    labels: dict[str, int] = {}

    def at(self, word: str) -> int | None:
        """The version that a label, a number or nothing stands for; None where there is no such one."""
        if word.isdecimal() and len(word) < 10:
            return int(word) if 0 < int(word) <= self.version else None
        if word == NEWEST:
            return self.version
        return self.labels.get(word) if word else self.labels.get(PRODUCTION, self.version)


initial = Prompt()
_STORED = msgspec.json.Decoder(PublishPrompt)


def decide(command: Commands, prompt: Prompt, context: Context) -> list[Events]:
    match command, prompt.status:
        case PublishPrompt(), _:
            return _published(command, prompt)
        case LabelPrompt(label, version), "active":
            return _labelled(label, version, prompt)
        case UnlabelPrompt(label), "active" | "archived":
            return [Unlabelled(label)] if label in prompt.labels else []
        case ArchivePrompt(), "active":
            return [Archived()]
        case ArchivePrompt(), "archived":
            return []
        case ((LabelPrompt() | UnlabelPrompt() | ArchivePrompt()), "absent"):
            raise Rejected("there is no such prompt in this workspace", code="not_found")
        case _:
            raise refusal(type(command), "prompt", prompt.status)


def _published(command: PublishPrompt, prompt: Prompt) -> list[Events]:
    if prompt.name not in ("", command.name):
        detail = f"the prompt is called {prompt.name!r}, and agents name it so; publish {command.name!r} as a new one"
        raise _invalid(detail, "name")
    if command.sections == Sections():
        raise _invalid("all sections are empty, so nobody would be told anything", "sections")
    names = [case.name for case in command.cases]
    for name in names:
        if names.count(name) > 1:
            raise _invalid(f"two test cases are called {name!r}", "cases")
    _check_stored(command)
    made = command.name, command.sections, command.variables, command.cases
    same = ("active", prompt.name, prompt.sections, prompt.variables, prompt.cases) == (prompt.status, *made)
    return [] if same else [Published(*made)]


def _labelled(label: str, version: int, prompt: Prompt) -> list[Events]:
    if label == NEWEST:
        raise _invalid(f"{NEWEST!r} stands for the newest version, whichever that is, and is no label", "label")
    if version > prompt.version:
        raise _invalid(f"the prompt has no version {version}; its newest is {prompt.version}", "version")
    if label not in prompt.labels and len(prompt.labels) >= MAX_LABELS:
        raise _invalid(f"the prompt has {MAX_LABELS} labels, and more are not kept; take one away first", "label")
    return [] if prompt.labels.get(label) == version else [Labelled(label, version)]


def _check_stored(command: PublishPrompt) -> None:
    """What would be read as another, such as a number that is none, is refused; and what no event has room for."""
    try:
        stored = msgspec.json.encode(command)
        same = _STORED.decode(stored) == command
    except (msgspec.MsgspecError, UnicodeError, TypeError, RecursionError) as error:
        raise _invalid(f"it cannot be kept as JSON: {error}", "sections") from None
    if not same:
        raise _invalid("it cannot be kept as JSON: a value in it would be read as another", "variables")
    if len(stored) > MAX_STORED:
        detail = f"the sections, variables and test cases take {len(stored):,} bytes, and at most {MAX_STORED:,} are"
        raise _invalid(f"{detail} kept in one version; shorten them, or give long material as documents", "sections")


def _invalid(detail: str, field: str) -> Rejected:
    return Rejected(detail, code="invalid_prompt", field=field)


def evolve(prompt: Prompt, event: Events) -> Prompt:
    match event:
        case Published(name, sections, variables, cases):
            return Prompt("active", prompt.version + 1, name, sections, variables, cases, prompt.labels)
        case Labelled(label, version):
            return replace(prompt, labels=prompt.labels | {label: version})
        case Unlabelled(label):
            return replace(prompt, labels={each: at for each, at in prompt.labels.items() if each != label})
        case Archived():
            return replace(prompt, status="archived")


decider: Decider[Prompt, Commands, Events] = Decider(initial, decide, evolve)
