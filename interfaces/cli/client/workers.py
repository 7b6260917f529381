"""Agents and their tools as the API tells of them, and as files have them."""

import sys
from contextlib import suppress
from typing import Any

import click
import msgspec
import yaml

from domain.agent import CreateAgent, Limits, ReviseAgent
from domain.kernel import Record
from interfaces.cli.client import document, following, listing, prompt_files, talks, wire, workflow_files
from interfaces.cli.client.connection import Connection, connect
from interfaces.cli.client.problems import Refused
from interfaces.cli.failure import BadInput, Failure

WRITTEN = ("name", *ReviseAgent.__struct_fields__)
"""The fields of an agent that a file has, in their order."""


NAME_TAKEN = "urn:z2:problem:name_taken"


class _Tool(Record):
    name: str
    effect: str
    origin: str
    description: str


class _Tools(Record):
    items: tuple[_Tool, ...]


def show(word: str, *, as_json: bool) -> None:
    """Raises Failure."""
    with connect() as api:
        raw = api.raw(f"/api/agents/{talks.agent(api, word, retired=True)}")
    if as_json:
        click.echo(raw)
        return
    found: dict[str, Any] = msgspec.json.decode(raw)
    usual = msgspec.json.decode(msgspec.json.encode(CreateAgent("", "", "", "answer")))
    needed = ("name", "role", "instructions", "task")
    told = {name: found[name] for name in WRITTEN if name in needed or _plain(found[name]) != usual.get(name)}
    click.echo(prompt_files.written({name: _plain(value) for name, value in told.items()}).rstrip())


def create(place: str) -> None:
    """Raises BadInput and Failure."""
    body = _read(place)
    with connect() as api:
        accepted = _made(api, body)
        _wait(api, accepted)
    click.echo(f"agent {body.get('name')} is made: {accepted.id}")


def revise(word: str, place: str) -> None:
    """A name in the file has to be that of the agent, which keeps it. Raises BadInput and Failure."""
    body = _read(place)
    with connect() as api:
        agent_id = talks.agent(api, word)
        named = body.pop("name", None)
        before = api.get(f"/api/agents/{agent_id}", wire.Agent)
        if named is not None and named != before.name:
            raise BadInput(f"{place} is the agent {named!r}, and an agent keeps its name", "make another with create")
        accepted = api.put(f"/api/agents/{agent_id}", body, wire.Accepted)
        now = api.get(f"/api/agents/{agent_id}", wire.Agent, {"after": accepted.position})
    if now.version == before.version:
        click.echo(f"agent {now.name} is as the file says already: version {now.version}")
    else:
        click.echo(f"agent {now.name} is revised: version {now.version}")


def retire(word: str) -> None:
    """Raises BadInput and Failure."""
    with connect() as api:
        _wait(api, api.delete(f"/api/agents/{talks.agent(api, word, retired=True)}", wire.Accepted))
    click.echo(f"agent {word} is retired")


def tools(*, as_json: bool) -> None:
    def rows(found: _Tools) -> list[tuple[str, ...]]:
        return [(it.name, it.effect, it.origin, it.description) for it in found.items]

    listing.shown("/api/tools", _Tools, ("Tool", "Effect", "From", "What it does"), rows, as_json=as_json)


def ask(word: str, task: str, title: str | None, model: str | None, *, as_json: bool) -> None:
    """Start a run of the agent and follow it. Raises BadInput and Failure."""
    said = sys.stdin.read() if task == "-" else task
    if not said.strip():
        raise BadInput(
            "say what the agent is to do", "give the task as an argument, or - and the task on standard input"
        )
    with connect() as api:
        what = {"title": document.title(title or said), "text": said}
        body = {"agent_id": str(talks.agent(api, word)), "input": what, **({"model": model} if model else {})}
        accepted = api.post("/api/runs", body, wire.Accepted)
        following.follow(api, accepted.id, until=accepted.position, as_json=as_json)


def _made(api: Connection, body: dict[str, Any]) -> wire.Accepted:
    """Raises BadInput where there is one of this name, and Failure."""
    try:
        return api.post("/api/agents", body, wire.Accepted)
    except Refused as refused:
        if refused.type == NAME_TAKEN:
            mend = "choose another name, or change that one with `z2 agents revise`"
            raise BadInput(f"there is an agent {body.get('name')!r} already", mend) from None
        raise


def _wait(api: Connection, accepted: wire.Accepted) -> None:
    """Let what was done be seen by whoever looks next."""
    with suppress(Failure):
        api.raw(f"/api/agents/{accepted.id}", {"after": accepted.position})


def _read(place: str) -> dict[str, Any]:
    """What a file says; the API tells what is wrong with it. Raises BadInput."""
    text = workflow_files.text(place)
    try:
        if any(isinstance(each, yaml.AliasToken) for each in yaml.scan(text)):
            raise BadInput(f"{place} refers to parts of itself by `*`", "write them out")
        told = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise BadInput(f"{place}, line {line}: {error.problem}", "mend it") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise BadInput(f"{place} is no YAML: {error}", "mend it") from None
    if not isinstance(told, dict):
        raise BadInput(f"{place} is no agent", "see docs/agents.md")
    return told


def _plain(value: Any) -> Any:
    """Limits without those that are as they are by themselves."""
    if not isinstance(value, dict):
        return value
    usual = msgspec.structs.asdict(Limits())
    return {name: each for name, each in value.items() if each != usual[name]}
