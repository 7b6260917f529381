"""Suites as the API tells of them."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import msgspec
import yaml

from application.errors import Invalid
from application.evaluating import asserting
from domain.kernel import Record
from domain.scorers import Scorers
from interfaces.cli.client import choice, evaluations, screen, wire, wording, workflow_files
from interfaces.cli.client.connection import Connection, connect
from interfaces.cli.client.evaluations import PATH, Suite, SuiteCase
from interfaces.cli.client.listing import Cells, shown, table
from interfaces.cli.failure import BadInput


class Listed(Record):
    id: UUID
    name: str
    status: str
    cases: int


class Suites(Record):
    items: list[Listed]


def listed(*, as_json: bool) -> None:
    def rows(found: Suites) -> Iterable[Cells]:
        return [(it.name, f"{it.cases:,}", it.status, str(it.id)) for it in found.items]

    none = "there are no suites yet; make one with `z2 eval add RUN --suite NAME`"
    shown(PATH, Suites, ("Suite", "Cases", "Status", "Id"), rows, as_json=as_json, none=none)


def add(run: str, suite: str, title: str | None, place: str | None, told: Mapping[str, Any]) -> None:
    with connect() as api:
        run_id = choice.run(api, run)
        scorers = msgspec.to_builtins(_read(place) if place else _told(api, told))
        suite_id = evaluations.suite_id(api, suite, missing_is_fine=True)
        if suite_id is None:
            _check(api, run_id, scorers)
            made = api.post(PATH, {"name": suite}, wire.Accepted)
            api.get(PATH, Suites, {"after": made.position})
            suite_id = made.id
        path = f"{PATH}/{suite_id}"
        known = next((each for each in api.get(path, Suite).cases if each.run_id == run_id), None)
        if known is None:
            body = {"run_id": run_id, "title": title, "scorers": scorers}
            done = api.post(f"{path}/cases", body, wire.Accepted)
        else:
            done = api.put(f"{path}/cases/{known.id}", {"scorers": scorers}, wire.Accepted)
        api.get(PATH, Suites, {"after": done.position})
        by = ", ".join(each["kind"] for each in scorers) or "whether it is completed"
    click.echo(f"run {run_id} is a case of {wording.printable(suite)}, scored by {by}")


def _check(api: Connection, run_id: UUID, told: Any) -> None:
    """What no case can be made of makes no suite either. Raises BadInput."""
    status = api.get(f"/api/runs/{run_id}", wire.RunSummary).status
    if status != "completed":
        raise BadInput(f"run {run_id} is {status}", "only a completed run becomes a case; see `z2 runs`")
    try:
        asserting.check(msgspec.convert(told, Scorers))
    except Invalid as wrong:
        raise BadInput(f"{wrong.field}: {wrong}", "see docs/evaluation.md") from None


def show(word: str, *, as_json: bool) -> None:
    with connect() as api:
        suite_id = evaluations.suite_id(api, word, missing_is_fine=True)
        if suite_id is None or (choice.uuid(word) and not _is_suite(api, suite_id)):
            evaluations.show(api, word, as_json=as_json)
            return
        raw = api.raw(f"{PATH}/{suite_id}")
        past = api.get("/api/evaluations", evaluations.Evaluations, {"suite": str(suite_id), "limit": 10})
    if as_json:
        click.echo(raw)
        return
    found = msgspec.json.decode(raw, type=Suite)
    titles = ("Case", "Work", "Cost", "Time", "Tools", "Scored by", "Run")
    screen.console().print(table(titles, [_row(each) for each in found.cases]))
    for each in past.items:
        models = ", ".join(model or "own models" for model in each.models)
        counts = f"{each.passed} of {each.trials} passed"
        click.echo(f"{each.id} {each.status}: {counts} ({wording.printable(models)})")


def _is_suite(api: Connection, suite_id: UUID) -> bool:
    return any(each.id == suite_id for each in api.get(PATH, Suites).items)


def _row(case: SuiteCase) -> Cells:
    by = ", ".join(str(each["kind"]) for each in case.scorers)
    work = f"{case.name} v{case.version}"
    cost, took = wording.cost(case.micro_usd), wording.duration(case.seconds)
    return case.title, work, cost, took, ", ".join(case.tools), by, str(case.run_id)


def remove(suite: str, case: str | None) -> None:
    with connect() as api:
        path = f"{PATH}/{evaluations.suite_id(api, suite)}"
        if case is None:
            done = api.post(f"{path}/archive", {}, wire.Accepted)
            api.get(PATH, Suites, {"after": done.position})
            click.echo(f"{wording.printable(suite)} is archived")
            return
        known = evaluations.case_id(api.get(path, Suite), case)
        api.delete(f"{path}/cases/{known}", wire.Accepted)
    click.echo(f"case {known} is removed")


def _read(place: str) -> Scorers:
    """Raises BadInput."""
    text = workflow_files.text(place)
    try:
        return msgspec.convert(yaml.safe_load(text), Scorers, strict=True)
    except (yaml.YAMLError, RecursionError, msgspec.ValidationError) as error:
        raise BadInput(f"{place} holds no scorers: {' '.join(str(error).split())}", "see docs/evaluation.md") from None


def _told(api: Connection, told: Mapping[str, Any]) -> Scorers:
    """What the options say. Raises BadInput."""
    found: list[dict[str, Any]] = [{"kind": "equals"}] if told["same"] else []
    found += [{"kind": "equals", "value": told["equals"]}] if told["equals"] is not None else []
    found += [{"kind": "contains", "text": each} for each in told["contains"]]
    found += [{"kind": "matches", "pattern": each} for each in told["matches"]]
    found += [{"kind": "schema", "schema": _schema(told["schema"])}] if told["schema"] else []
    found += [{"kind": "expression", "expression": each} for each in told["holds"]]
    if told["at_most_cost"] is not None:
        found.append({"kind": "at_most_cost", "micro_usd": round(told["at_most_cost"] * 1e6)})
    if told["at_most_seconds"] is not None:
        found.append({"kind": "at_most_seconds", "seconds": told["at_most_seconds"]})
    found += [{"kind": kind, "tools": told[kind]} for kind in ("uses", "avoids") if told[kind]]
    if told["judge"]:
        judge = {"kind": "judge", "rubric": told["judge"], "model": told["judge_model"]}
        agent = _agent(api, told["judge_agent"]) if told["judge_agent"] else None
        found.append({**judge, "threshold": told["threshold"], "agent_id": agent})
    try:
        return msgspec.convert(found, Scorers)
    except msgspec.ValidationError as error:
        raise BadInput(f"it cannot be scored so: {error}", "see docs/evaluation.md") from None


def _schema(place: Path) -> Any:
    try:
        return msgspec.json.decode(place.read_bytes())
    except msgspec.DecodeError as error:
        raise BadInput(f"{place} is no JSON: {error}", "mend it") from None


def _agent(api: Connection, word: str) -> UUID:
    known = choice.uuid(word)
    if known is not None:
        return known
    for each in api.get("/api/agents", evaluations.Agents).items:
        if each.name.casefold() == word.casefold():
            return each.id
    raise BadInput(f"there is no agent {word!r}", "see `z2 agents`")
