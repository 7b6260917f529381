"""What each field of a workflow is for and what it may hold: for whoever checks one, and for editors."""

from typing import Any, get_args

from msgspec import Meta

from domain.agent import Instructions, ModelChoice, PromptChoice
from domain.definition import HIGHEST_PRIORITY, LOWEST_PRIORITY
from domain.kernel import Name, Slug
from domain.workflow import MAX_NODES

LONGEST_EXPRESSION = 1_000
MOST_ITEMS = 1_000
MOST_TURNS = 1_000
LONGEST_SECONDS = 10 * 366 * 86_400
"""About ten years, which is longer than anything is waited for."""

LARGEST_NUMBER = 2**53


def _like(kind: object, description: str) -> Meta:
    """The bounds of a text of the domain, with what it is for here."""
    found: dict[str, Any] = {"description": description}
    for bounds in get_args(kind)[1:]:
        told = {name: getattr(bounds, name) for name in ("min_length", "max_length", "pattern")}
        found |= {name: value for name, value in told.items() if value is not None}
    return Meta(**found)


def _text(description: str, most: int, least: int | None = None) -> Meta:
    return Meta(min_length=least, max_length=most, description=description)


def _expression(description: str) -> Meta:
    return _text(f"JMESPath. {description}", LONGEST_EXPRESSION)


def _needed(description: str) -> Meta:
    return _text(f"JMESPath. {description}", LONGEST_EXPRESSION, 1)


def _count(description: str, least: int, most: int) -> Meta:
    return Meta(ge=least, le=most, description=description)


def _seconds(description: str) -> Meta:
    return Meta(gt=0, le=LONGEST_SECONDS, description=description)


def _list(description: str, least: int, most: int) -> Meta:
    return Meta(min_length=least, max_length=most, description=description)


def _prompt(description: str) -> Meta:
    return _text(f"{description} `{{{{ expression }}}}` in it is replaced by what the expression yields.", 20_000, 1)


def _agent(description: str) -> Meta:
    return _text(f"{description} By name or id, or one of this workflow's own `agents`.", 80, 1)


_NODES = _list("Nodes of their own order; without `needs` between them they are done side by side.", 1, MAX_NODES)
_AGENTS = "Each by name or id, or one of this workflow's own `agents`."

FIELDS: dict[tuple[str, str], Meta] = {
    ("Definition", "name"): _like(Name, "The name of the workflow; in a workspace it is the only one of this name."),
    ("Definition", "nodes"): _list("What is done, in an order that follows from `needs`.", 1, MAX_NODES),
    ("Definition", "description"): _text("What it is for.", 2_000),
    ("Definition", "input"): Meta(description="The JSON Schema of what a run is given; without one it is a document."),
    ("Definition", "output"): _expression("What a run yields; without it the output of its last node."),
    ("Definition", "agents"): _list("Agents that the workflow brings with it, by the names that nodes use.", 0, 50),
    ("Definition", "budget"): Meta(description="The most that a run may spend."),
    ("Definition", "deadline_seconds"): _seconds("A run that takes longer is failed."),
    ("Definition", "priority"): _count("Runs of higher priority go first.", LOWEST_PRIORITY, HIGHEST_PRIORITY),
    ("InlineAgent", "role"): _like(Name, "What the agent is, such as `Reviewer`."),
    ("InlineAgent", "instructions"): _like(Instructions, "How the agent works."),
    ("InlineAgent", "task"): Meta(description="What kind of work its model is asked for."),
    ("InlineAgent", "model"): _like(ModelChoice, "`default`, `provider/model` or `route/name`."),
    ("InlineAgent", "tools"): _list("The tools that it may call, by their names.", 0, 64),
    ("InlineAgent", "limits"): Meta(description="The most that it does in one step."),
    ("InlineAgent", "memory"): Meta(description="Whether it is told what is remembered, and may have more remembered."),
    ("InlineAgent", "prompt"): _like(PromptChoice, "A prompt template: `name`, `name@label` or `name@version`."),
    ("InlineAgent", "context_tokens"): _count("So many tokens a call is given at most.", 1_000, 10_000_000),
    ("InlineAgent", "colleagues"): _list("The agents of the workspace that it may ask, by their names.", 0, 64),
    ("Limits", "turns"): _count("Calls of its model.", 1, 200),
    ("Limits", "tool_calls"): _count("Calls of tools in all.", 0, 1_000),
    ("Limits", "fan_out"): _count("Calls of tools side by side.", 1, 32),
    ("Limits", "depth"): _count("So many agents at most stand above one that another has asked.", 0, 8),
    ("Limits", "tokens"): _count("Tokens, those in and those out.", 1, LARGEST_NUMBER),
    ("Limits", "micro_usd"): _count("Millionths of a dollar.", 0, LARGEST_NUMBER),
    ("Limits", "seconds"): Meta(gt=0, le=86_400, description="One attempt takes no longer."),
    ("Node", "id"): _like(Slug, "The name of the node among its neighbours."),
    ("Node", "needs"): _list("The nodes of the same list that come first.", 0, MAX_NODES),
    ("Node", "title"): _text("What people are shown.", 120),
    ("Node", "when"): _expression("Where it does not hold the node is skipped, and its output is null."),
    ("Node", "retry"): Meta(description="How often it is tried, and how long it rests between."),
    ("Node", "timeout_seconds"): _seconds("Bounds one attempt, or how long a person or an event is waited for."),
    ("Node", "budget"): Meta(description="The most that it may spend, with all that is inside it."),
    ("Node", "on_failure"): Meta(
        description="Once it has failed for good: the run fails, goes on without it, undoes itself, or falls back."
    ),
    ("Node", "fall_back"): _list("What is done instead of it with `on_failure: fall_back`.", 0, MAX_NODES),
    ("Node", "compensate"): _list("What undoes it, where it was completed and the run is undone.", 0, MAX_NODES),
    ("Node", "output"): Meta(description="The JSON Schema of what it yields."),
    ("Node", "shown_as"): _text("The kind in which Z2 found it written; Z2 itself says so.", 40),
    ("Retry", "attempts"): _count("Tries in all.", 1, 10),
    ("Retry", "first_delay_seconds"): Meta(ge=0, le=3_600, description="Before the second try; then twice as long."),
    ("Retry", "longest_delay_seconds"): Meta(ge=0, le=86_400, description="No rest is longer."),
    ("Retry", "codes"): _list("Only after failures with one of these codes, such as `timed_out`.", 0, 20),
    ("Allowance", "micro_usd"): _count("Millionths of a dollar.", 1, LARGEST_NUMBER),
    ("Allowance", "tokens"): _count("Tokens, those in and those out.", 1, LARGEST_NUMBER),
    ("Agent", "agent"): _agent("Who does it."),
    ("Agent", "prompt"): _prompt("What is to be done."),
    ("Agent", "document"): Meta(description="Whether it is given the input of the run."),
    ("Agent", "input"): _expression("What it is given instead."),
    ("Tool", "tool"): _text("The name of the tool.", 200, 1),
    ("Tool", "arguments"): _needed("An object of the arguments."),
    ("Transform", "expression"): _needed("What it yields."),
    ("Parallel", "nodes"): _NODES,
    ("Parallel", "yields"): Meta(description="An object of all outputs by the ids of the nodes, or the last one's."),
    ("Map", "over"): _needed(f"A list of at most {MOST_ITEMS:,} items."),
    ("Map", "nodes"): _NODES,
    ("Map", "limit"): _count("So many items are worked on at a time.", 1, 100),
    ("Arm", "id"): _like(Slug, "The name of the way."),
    ("Arm", "when"): _needed("Whether it is taken."),
    ("Arm", "nodes"): _NODES,
    ("Branch", "arms"): _list("Ways; the first whose condition holds is taken.", 1, 20),
    ("Branch", "otherwise"): _list("The way where no condition holds.", 0, MAX_NODES),
    ("Loop", "nodes"): _NODES,
    ("Loop", "until"): _expression("Asked after each turn, whose result is `last`."),
    ("Loop", "most"): _count("No more turns than that.", 1, MOST_TURNS),
    ("Debate", "agents"): _list(f"Who speaks, in turn. {_AGENTS}", 2, 10),
    ("Debate", "prompt"): _prompt("What is debated."),
    ("Debate", "rounds"): _count("How often each speaks.", 1, 10),
    ("Debate", "judge"): _text(f"Who has the last word. {_AGENTS}", 80),
    ("Debate", "consensus"): Meta(gt=0, le=1, description="Once such a part of them agrees they stop."),
    ("Vote", "agents"): _list(f"Who votes. {_AGENTS}", 1, 20),
    ("Vote", "prompt"): _prompt("What is voted on."),
    ("Vote", "choices"): _list("What each may choose.", 2, 20),
    ("Vote", "threshold"): Meta(ge=0, lt=1, description="A choice wins with more than this part of the votes."),
    ("Plan", "agent"): _agent("Who makes the plan."),
    ("Plan", "prompt"): _prompt("What the plan is for."),
    ("Plan", "team"): _list(f"Who may be planned with. {_AGENTS}", 1, 20),
    ("Plan", "most"): _count("No plan has more nodes.", 1, 50),
    ("Handoff", "agents"): _list(f"Who may have the word, beginning with the first. {_AGENTS}", 2, 20),
    ("Handoff", "prompt"): _prompt("What is to be done."),
    ("Handoff", "most"): _count("The word is passed on no more often.", 1, 50),
    ("Supervisor", "agent"): _agent("Who gives the tasks."),
    ("Supervisor", "workers"): _list(f"Who gets them. {_AGENTS}", 1, 20),
    ("Supervisor", "prompt"): _prompt("What is to be done."),
    ("Supervisor", "most"): _count("No more tasks are given.", 1, 50),
    ("Approvers", "roles"): _list("Members in one of these roles.", 0, 20),
    ("Approvers", "users"): _list("These users, by id.", 0, 50),
    ("Approval", "question"): _text("What is asked; `{{ expression }}` in it is replaced.", 4_000, 1),
    ("Approval", "show"): _expression("What is approved; without it, what the node needs."),
    ("Approval", "approvers"): Meta(description="Who may decide; with nobody named, whoever may approve at all."),
    ("Approval", "not_by_starter"): Meta(description="Whoever started the run may not decide."),
    ("Approval", "escalate_after_seconds"): _seconds("After that `escalate_to` may decide too."),
    ("Approval", "escalate_to"): Meta(description="Who else may decide then."),
    ("Input", "question"): _text("What is asked; `{{ expression }}` in it is replaced.", 4_000, 1),
    ("Input", "asked"): Meta(description="Who may answer; with nobody named, whoever may approve at all."),
    ("Wait", "seconds"): _seconds("So long."),
    ("Wait", "until"): _expression("Until this moment, in ISO 8601 with its offset."),
    ("Wait", "event"): _text("Until an event of this name is sent to the run.", 200),
    ("SubWorkflow", "workflow"): _text("Another workflow by name or id.", 80, 1),
    ("SubWorkflow", "version"): _count("That version; without it the newest when the step begins.", 1, 10**6),
    ("SubWorkflow", "input"): _needed("What its run is given."),
}
"""By the type and the name of a field; all kinds of nodes have the fields of `Node`."""

ITEMS: dict[tuple[str, str], Meta] = {
    ("Node", "needs"): _like(Slug, "The id of a node."),
    **{
        (kind, field): _agent("An agent.")
        for kind, field in (("Debate", "agents"), ("Vote", "agents"), ("Plan", "team"), ("Handoff", "agents"))
    },
    ("Supervisor", "workers"): _agent("An agent."),
    ("InlineAgent", "tools"): _like(Slug, "The name of a tool."),
    ("InlineAgent", "colleagues"): _like(Name, "An agent of the workspace."),
    ("Vote", "choices"): _text("What may be chosen.", 200, 1),
    ("Approvers", "roles"): _text("The name of a role.", 80, 1),
    ("Retry", "codes"): _text("The code of a failure.", 100, 1),
}
"""What the items of lists may be."""

KEYS: dict[tuple[str, str], Meta] = {("Definition", "agents"): _like(Slug, "What nodes call the agent.")}
"""What the names within objects may be."""


def bounds_of(table: dict[tuple[str, str], Meta], kind: str, field: str) -> Meta | None:
    return table.get((kind, field)) or table.get(("Node", field))
