"""Faults of providers of models, and what Z2 makes of each: the form of the table.

The rows stand in docs/models-failures.md, too; `python -m tests.support.fault_table` prints them.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, TypeAlias

from domain.kernel import Record
from tests.support.model_script import Script

Protocol: TypeAlias = Literal["chat", "responses", "messages"]
Billed: TypeAlias = Literal["no", "unknown", "counted"]

PROTOCOLS: dict[Protocol, str] = {"chat": "Chat Completions", "responses": "Responses", "messages": "Messages"}
TEXT = "Tides follow the Moon around the Earth."
COUNTED = (120, 7)
"""The tokens that a server counts unless a row has others."""


class Outcome(Record):
    """What a fault comes to: `answered`, or the code of an error; `wait` are the seconds that the provider asks for."""

    code: str
    retryable: bool = False
    billed: Billed = "no"
    wait: float | None = None
    tokens: tuple[int, int] = COUNTED
    text: str = TEXT

    def told(self) -> str:
        """As the documents say it."""
        if self.code == "answered":
            return "an answer"
        wait = f", not before {self.wait:,.10g} s" if self.wait is not None else ""
        return f"`{self.code}`{wait}"


class Fault(Record):
    """One row: what a server does in each protocol in which it can, and what comes of it there.

    `place` is where the server is, if anywhere. `timeouts` are those of the settings, in seconds.
    """

    name: str
    scripts: dict[Protocol, Script]
    outcomes: dict[Protocol, Outcome]
    place: Literal["here", "nowhere", "full"] = "here"
    timeouts: dict[str, float] = {}


ANSWERED = Outcome("answered", billed="counted")
AWAY = Outcome("model_unavailable", retryable=True, billed="unknown")
BAD = Outcome("model_bad_answer", billed="unknown")
BAD_COUNTED = Outcome("model_bad_answer", billed="counted")
BROKEN_OFF = Outcome("model_answer_broken_off", retryable=True, billed="unknown")
BROKEN_OFF_COUNTED = Outcome("model_answer_broken_off", retryable=True, billed="counted")
EMPTY = Outcome("model_answer_empty", billed="counted")
KEY = Outcome("model_key_refused")
LIMITED = Outcome("model_rate_limited", retryable=True)
REQUEST = Outcome("model_request_refused")
SILENT = Outcome("model_timeout", retryable=True, billed="unknown")
TURNED_AWAY = Outcome("model_unavailable", retryable=True)
UNSENT = Outcome("model_unavailable", retryable=True)


def everywhere(name: str, script: Script, outcome: Outcome, **timeouts: float) -> Fault:
    """A fault that is the same in all protocols."""
    protocols = list(PROTOCOLS)
    return Fault(name, dict.fromkeys(protocols, script), dict.fromkeys(protocols, outcome), timeouts=timeouts)


def alike(name: str, outcome: Outcome, **scripts: Script) -> Fault:
    """A fault that each protocol has its own way of, with the same outcome."""
    told = by_protocol(scripts)
    return Fault(name, told, dict.fromkeys(told, outcome))


def by_protocol(scripts: dict[str, Script]) -> dict[Protocol, Script]:
    return {protocol: scripts[protocol] for protocol in PROTOCOLS if protocol in scripts}


def table(faults: Sequence[Fault]) -> Iterator[str]:
    """The rows of the documents; a fault has one for each of its outcomes."""
    yield "| what the provider does | protocol | what comes of it | may be asked again | billed |"
    yield "|---|---|---|---|---|"
    for fault in faults:
        found = list(dict.fromkeys(fault.outcomes.values()))
        for outcome in found:
            spoken = [PROTOCOLS[each] for each in fault.outcomes if fault.outcomes[each] == outcome]
            where = "all" if len(spoken) == len(PROTOCOLS) else ", ".join(spoken)
            again = "yes" if outcome.retryable else "no"
            yield f"| {fault.name} | {where} | {outcome.told()} | {again} | {outcome.billed} |"
