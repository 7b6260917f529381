"""What the words of the kernel let through at the edge."""

from typing import Any

import msgspec
import pytest

from domain.agent import CreateAgent, Instructions, ModelChoice
from domain.kernel import Command, Name, Rejected, Slug, Text, refusal
from domain.run_commands import CancelRun, PauseRun, Reason, SignalName, SignalRun
from domain.webhook import RotateWebhookSecret

ACCEPTED = [
    (Name, "A"),
    (Name, "Ada Lovelace"),
    (Name, "研究"),
    (Name, "x" * 80),
    (Slug, "a"),
    (Slug, "read-2"),
    (Slug, "x" * 40),
    (ModelChoice, "default"),
    (ModelChoice, "openai/gpt-5:latest"),
    (Text, ""),
    (Text, "two\nlines\n"),
    (ModelChoice, "openai/" + "x" * 193),
    (Instructions, "x"),
    (Instructions, "x" * 20_000),
    (Reason, ""),
    (Reason, "x" * 500),
    (SignalName, "x"),
    (SignalName, "x" * 200),
]
REFUSED = [
    (Name, ""),
    (Name, " "),
    (Name, " Ada"),
    (Name, "Ada "),
    (Name, "Ada\n"),
    (Name, "Ada\nLovelace"),
    (Name, "A\x00da"),
    (Name, "A\x7fda"),
    (Name, "x" * 81),
    (Slug, ""),
    (Slug, "Read"),
    (Slug, "2nd"),
    (Slug, "read\n"),
    (Slug, "x" * 41),
    (ModelChoice, "default\n"),
    (ModelChoice, "gpt-5"),
    (ModelChoice, "openai/gpt 5"),
    (ModelChoice, "openai/gpt-5\n"),
    (Text, "\x00"),
    (Text, "two\nlines\x00\n"),
    (ModelChoice, "openai/" + "x" * 194),
    (Instructions, ""),
    (Instructions, "x" * 20_001),
    (Reason, "x" * 501),
    (Reason, "\x00"),
    (SignalName, ""),
    (SignalName, "x" * 201),
    (SignalName, "paid\x00"),
]


@pytest.mark.parametrize(("kind", "value"), ACCEPTED)
def test_a_well_formed_word_is_let_through(kind: Any, value: str) -> None:
    assert msgspec.convert(value, kind) == value


@pytest.mark.parametrize(("kind", "value"), REFUSED)
def test_an_ill_formed_word_is_refused(kind: Any, value: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(value, kind)


CONTENT = {"sha256": "0" * 64, "size": 1}
NUL_INSIDE: list[tuple[type[msgspec.Struct], dict[str, Any], str]] = [
    (
        CreateAgent,
        {"name": "Ada", "role": "Reader", "instructions": "\x00", "task": "compose"},
        "instructions",
    ),
    (SignalRun, {"name": "paid\x00", "content": CONTENT}, "name"),
    (PauseRun, {"reason": "\x00"}, "reason"),
    (CancelRun, {"reason": "enough\x00"}, "reason"),
]


@pytest.mark.parametrize(("kind", "body", "field"), NUL_INSIDE)
def test_the_character_nul_is_refused_with_the_name_of_the_field(
    kind: type[msgspec.Struct], body: dict[str, Any], field: str
) -> None:
    with pytest.raises(msgspec.ValidationError, match=rf"at `\$\.{field}`"):
        msgspec.convert(body, kind)


def test_a_command_refuses_a_field_that_it_does_not_know() -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field `because`"):
        msgspec.convert({"because": "enough"}, CancelRun)


def test_a_refusal_says_why_under_a_code() -> None:
    refusal = Rejected("no", code="name_taken", field="name")
    assert (str(refusal), refusal.code, refusal.field) == ("no", "name_taken", "name")


@pytest.mark.parametrize(
    ("command", "noun", "status", "said"),
    [
        (CancelRun, "run", "completed", "cannot cancel the run: the run is completed"),
        (RotateWebhookSecret, "webhook", "paused", "cannot rotate the webhook secret: the webhook is paused"),
        (CreateAgent, "agent", "absent", "cannot create the agent: the agent does not exist"),
    ],
)
def test_a_refusal_is_a_sentence_under_a_type_for_programs(
    command: type[Command], noun: str, status: str, said: str
) -> None:
    refused = refusal(command, noun, status)
    assert (str(refused), refused.code, refused.field) == (said, "rejected", None)
