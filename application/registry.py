"""The aggregates by the commands they take and the events they keep."""

from collections.abc import Callable
from functools import cache
from typing import Any, get_args
from uuid import UUID, uuid5

from domain import (
    agent,
    api_key,
    budget,
    call,
    concurrency,
    evaluation,
    goal,
    ledger,
    login,
    memory,
    model,
    name,
    projection,
    prompt,
    route,
    run,
    run_commands,
    run_events,
    schedule,
    secret,
    session,
    session_commands,
    session_events,
    suite,
    trigger,
    user,
    user_events,
    webhook,
    workflow,
    workspace,
    workspace_events,
)
from domain.kernel import Command, Decider, Event, Record


class Aggregate(Record):
    """A decider with its commands and events. `unique` is the name an event claims in its workspace, if any."""

    noun: str
    decider: Decider[Any, Any, Any]
    commands: tuple[type[Command], ...]
    events: tuple[type[Event], ...]
    unique: Callable[[Event], str | None] = lambda _: None


def _agent_name(event: Event) -> str | None:
    return event.name if isinstance(event, agent.Created) else None


def _workflow_name(event: Event) -> str | None:
    return event.definition.name or None if isinstance(event, workflow.Published) else None


def _prompt_name(event: Event) -> str | None:
    return event.name if isinstance(event, prompt.Published) else None


def _suite_name(event: Event) -> str | None:
    return event.name if isinstance(event, suite.Created) else None


NAME = Aggregate("name", name.decider, get_args(name.Commands), get_args(name.Events))

AGGREGATES = (
    Aggregate("agent", agent.decider, get_args(agent.Commands), get_args(agent.Events), _agent_name),
    Aggregate("workflow", workflow.decider, get_args(workflow.Commands), get_args(workflow.Events), _workflow_name),
    Aggregate("prompt", prompt.decider, get_args(prompt.Commands), get_args(prompt.Events), _prompt_name),
    Aggregate("run", run.decider, get_args(run_commands.Commands), get_args(run_events.Events)),
    Aggregate("user", user.decider, get_args(user.Commands), get_args(user_events.Events)),
    Aggregate("login", login.decider, get_args(login.Commands), get_args(login.Events)),
    Aggregate("api_key", api_key.decider, get_args(api_key.Commands), get_args(api_key.Events)),
    Aggregate("workspace", workspace.decider, get_args(workspace.Commands), get_args(workspace_events.Events)),
    Aggregate("projection", projection.decider, get_args(projection.Commands), get_args(projection.Events)),
    Aggregate("secret", secret.decider, get_args(secret.Commands), get_args(secret.Events)),
    Aggregate("webhook", webhook.decider, get_args(webhook.Commands), get_args(webhook.Events)),
    Aggregate("call", call.decider, get_args(call.Commands), get_args(call.Events)),
    Aggregate("ledger", ledger.decider, get_args(ledger.Commands), get_args(ledger.Events)),
    Aggregate("budget", budget.decider, get_args(budget.Commands), get_args(budget.Events)),
    Aggregate("concurrency", concurrency.decider, get_args(concurrency.Commands), get_args(concurrency.Events)),
    Aggregate("model", model.decider, get_args(model.Commands), get_args(model.Events)),
    Aggregate("route", route.decider, get_args(route.Commands), get_args(route.Events)),
    Aggregate("schedule", schedule.decider, get_args(schedule.Commands), get_args(schedule.Events)),
    Aggregate("goal", goal.decider, get_args(goal.Commands), get_args(goal.Events)),
    Aggregate("suite", suite.decider, get_args(suite.Commands), get_args(suite.Events), _suite_name),
    Aggregate("evaluation", evaluation.decider, get_args(evaluation.Commands), get_args(evaluation.Events)),
    Aggregate("memory", memory.decider, get_args(memory.Commands), get_args(memory.Events)),
    Aggregate("session", session.decider, get_args(session_commands.Commands), get_args(session_events.Events)),
    Aggregate("trigger", trigger.decider, get_args(trigger.Commands), get_args(trigger.Events)),
    NAME,
)

_BY_COMMAND = {command: aggregate for aggregate in AGGREGATES for command in aggregate.commands}
_BY_NOUN = {aggregate.noun: aggregate for aggregate in AGGREGATES}


@cache
def tag_of(event: type[Event]) -> str:
    """The stored name of an event type, such as `run.started.v1`."""
    return str(event.__struct_config__.tag)


EVENT_TYPES: dict[str, type[Event]] = {tag_of(event): event for aggregate in AGGREGATES for event in aggregate.events}


@cache
def events_of(noun: str) -> frozenset[type[Event]]:
    """The event types of one noun."""
    return frozenset(event for tag, event in EVENT_TYPES.items() if tag.partition(".")[0] == noun)


def taking(command: Command) -> Aggregate:
    """The aggregate that takes this command."""
    return _BY_COMMAND[type(command)]


def keeping(event: Event) -> Aggregate:
    """The aggregate that this event belongs to."""
    return _BY_NOUN[tag_of(type(event)).split(".")[0]]


def name_stream(workspace_id: UUID, noun: str, label: str) -> UUID:
    """The stream that says who holds a name; names that differ only in case are the same."""
    return uuid5(workspace_id, f"name:{noun}:{label.casefold()}")
