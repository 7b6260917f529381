"""Evaluations as the API tells of them: started, waited for, and drawn as a table."""

import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import click
import msgspec
from rich.text import Text

from domain.kernel import Record
from interfaces.cli.client import choice, screen, spent, wire, wording
from interfaces.cli.client.connection import Connection, connect
from interfaces.cli.client.listing import Cells, table
from interfaces.cli.failure import BadInput

PATH = "/api/suites"
REST_SECONDS = 0.3

GLYPHS = {"running": "running", "passed": "completed", "failed": "failed", "error": "failed", "cancelled": "cancelled"}
TITLES = ("Case", "Model", "", "Output", "Cost", "Recorded", "Time", "Recorded", "Tools", "Why")


class Agent(Record):
    id: UUID
    name: str


class Agents(Record):
    items: list[Agent]


class SuiteCase(Record):
    id: UUID
    run_id: UUID
    title: str
    name: str
    version: int
    micro_usd: int | None
    seconds: float
    tools: tuple[str, ...]
    scorers: tuple[dict[str, Any], ...]


class Suite(Record):
    id: UUID
    name: str
    status: str
    cases: list[SuiteCase]


class Suites(Record):
    items: list[Agent]


class Listed(Record):
    id: UUID
    status: str
    models: tuple[str | None, ...]
    trials: int
    passed: int


class Evaluations(Record):
    items: list[Listed]


class Score(Record):
    scorer: str
    passed: bool
    detail: str
    value: float | None
    reason: str


class Made(Record):
    run_id: UUID
    micro_usd: int | None
    seconds: float
    tools: tuple[str, ...]


class Trial(Record):
    title: str
    model: str | None
    status: str
    recorded: Made
    made: Made
    same_output: bool | None
    scores: list[Score]
    code: str
    detail: str


class Evaluation(Record):
    id: UUID
    suite: str
    status: str
    passed: int
    failed: int
    errors: int
    trials: list[Trial]


class Bound(Record):
    runs: int
    judges: int
    micro_usd: int | None
    why_unknown: str


def run(word: str, wish: Mapping[str, Any], *, only_estimate: bool, as_json: bool) -> int:
    """Returns the exit code. Raises Failure."""
    with connect() as api:
        path = f"{PATH}/{suite_id(api, word)}"
        body = _body(api, path, wish)
        bound = api.post(f"{path}/estimate", body, Bound)
        if only_estimate:
            click.echo(msgspec.json.encode(bound) if as_json else _said(bound))
            return 0
        click.echo(_said(bound), err=True)
        accepted = api.post(f"{path}/evaluations", body, wire.Accepted)
        raw = _waited(api, accepted.id)
    found = msgspec.json.decode(raw, type=Evaluation)
    if as_json:
        click.echo(raw)
    else:
        draw(found)
    return 0 if found.status == "completed" and found.passed == len(found.trials) else 1


def show(api: Connection, word: str, *, as_json: bool) -> None:
    known = choice.uuid(word)
    if known is None:
        raise _unknown(word)
    raw = api.raw(f"/api/evaluations/{known}")
    if as_json:
        click.echo(raw)
    else:
        draw(msgspec.json.decode(raw, type=Evaluation))


def draw(found: Evaluation) -> None:
    screen.console().print(table(TITLES, [_row(trial) for trial in found.trials]))
    for trial in found.trials:
        for score in trial.scores:
            if score.value is not None:
                said = wording.one_line(f"{trial.title}, judged {score.value:.2f}: {score.reason}")
                click.echo(wording.printable(said))
    errors = f", {found.errors} could not be scored" if found.errors else ""
    counts = f"{found.passed} of {len(found.trials)} passed, {found.failed} failed{errors}"
    click.echo(f"{wording.printable(found.suite)} is {found.status}: {counts} ({found.id})")


def suite_id(api: Connection, word: str, *, missing_is_fine: bool = False) -> UUID | None:
    """The suite of this name or id. Raises BadInput."""
    known = choice.uuid(word)
    if known is None:
        known = next((each.id for each in api.get(PATH, Suites).items if each.name == word), None)
    if known is None and not missing_is_fine:
        raise _unknown(word)
    return known


def case_id(suite: Suite, word: str) -> UUID:
    """The case of this id, or whose run has it; the beginning of either will do. Raises BadInput."""
    wished = word.lower()
    found = [each.id for each in suite.cases if str(each.id).startswith(wished) or str(each.run_id).startswith(wished)]
    if len(found) != 1:
        raise BadInput(f"{word!r} names {len(found) or 'no'} cases of {suite.name}", "see `z2 eval show`")
    return found[0]


def _unknown(word: str) -> BadInput:
    return BadInput(f"there is no suite {word!r}", "see `z2 eval list`")


def _body(api: Connection, path: str, wish: Mapping[str, Any]) -> dict[str, Any]:
    """What the API is asked for. Raises BadInput."""
    suite = api.get(path, Suite)
    budget = None if wish["budget"] is None else {"micro_usd": round(wish["budget"] * 1e6)}
    return {
        "models": list(wish["models"]),
        "repeat": wish["repeat"],
        "deadline_seconds": wish["deadline"],
        "budget": budget,
        "cases": [case_id(suite, each) for each in wish["cases"]],
    }


def _said(bound: Bound) -> str:
    judges = f" and {bound.judges} by judges" if bound.judges else ""
    runs = f"runs: {bound.runs}{judges}"
    if bound.micro_usd is None:
        return f"{runs}; what they cost at the most is unknown: {bound.why_unknown}"
    return f"{runs}; they cost {spent.dollars(bound.micro_usd)} at the most, unless attempts fail"


def _waited(api: Connection, evaluation_id: UUID) -> bytes:
    """The evaluation once it is over; who does not wait for that ends it."""
    path = f"/api/evaluations/{evaluation_id}"
    try:
        while msgspec.json.decode((raw := api.raw(path)), type=Evaluation).status == "running":
            time.sleep(REST_SECONDS)
    except KeyboardInterrupt:
        api.post(f"{path}/cancel", {}, wire.Accepted)
        raise
    return raw


def _row(trial: Trial) -> Cells:
    kind = GLYPHS.get(trial.status, "running")
    mark = Text(f"{wording.GLYPHS[kind]} {trial.status}", style=wording.STYLES[kind])
    output = {None: "", True: "same", False: "other"}[trial.same_output]
    made, was = trial.made, trial.recorded
    over = trial.status in ("passed", "failed")
    cost, took = (wording.cost(made.micro_usd), wording.duration(made.seconds)) if over else ("", "")
    recorded = wording.cost(was.micro_usd), wording.duration(was.seconds)
    model = trial.model or "own"
    return trial.title, model, mark, output, cost, recorded[0], took, recorded[1], _tools(trial), _why(trial)


def _tools(trial: Trial) -> str:
    """Those that are called, with what is new and what is missing beside the recorded run."""
    made, was = set(trial.made.tools), set(trial.recorded.tools)
    if trial.status not in ("passed", "failed"):
        return ""
    more, less = [f"+{each}" for each in sorted(made - was)], [f"-{each}" for each in sorted(was - made)]
    return ", ".join([*sorted(made & was), *more, *less])


def _why(trial: Trial) -> str:
    if trial.code:
        return f"{trial.code}: {trial.detail}"
    wrong = [each for each in trial.scores if not each.passed]
    return "; ".join(f"{each.scorer}: {each.detail or _value(each)}" for each in wrong)


def _value(score: Score) -> str:
    return "" if score.value is None else f"{score.value:.2f}"
