"""The tools by which an agent remembers, recalls and forgets, as far as its own `memory` lets it."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from application.access import Actor
from application.errors import NotFound, Z2Error
from application.execute import Executor
from application.memory import telling
from application.memory.facts import Found
from application.memory.recalling import LONGEST_QUERY, MOST, USUAL, Recalling
from application.memory.remembering import Memories, Wish
from application.models.request import JsonSchema
from application.orchestration.run_journal import WORKER_ID
from application.orchestration.tools import Tool, ToolCall, ToolError, only_reading
from application.ports import Clock
from domain import agent, memory
from domain.agent import Recall
from domain.kernel import Record, Rejected
from domain.memory import LONGEST, Owner, Source

_ID: JsonSchema = {"type": "string", "format": "uuid", "maxLength": 36}
_KINDS = ["fact", "preference", "decision", "obligation"]

KEEPS = "Keeps a fact, a preference, a decision or an obligation for later conversations; one in each call."
FINDS = "Finds what is remembered about something, the best first."
DROPS = "Forgets, for ever, something that you remembered yourself."

REMEMBER: JsonSchema = {
    "type": "object",
    "properties": {
        "text": {"type": "string", "minLength": 1, "maxLength": LONGEST},
        "kind": {"enum": _KINDS, "description": "preferences and obligations are told every time"},
        "memory": {
            "enum": ["agent", "session", "workspace"],
            "description": "your own, that of this conversation, or that of all agents, which a person has to approve",
        },
        "days": {"type": "integer", "minimum": 1, "maximum": 3_650, "description": "after so many it is forgotten"},
    },
    "required": ["text"],
    "additionalProperties": False,
}
REMEMBERED: JsonSchema = {
    "type": "object",
    "properties": {"fact_id": _ID, "status": {"enum": ["remembered", "waits for approval by a person"]}},
    "required": ["fact_id", "status"],
}
RECALL: JsonSchema = {
    "type": "object",
    "properties": {
        "query": {"type": "string", "minLength": 1, "maxLength": LONGEST_QUERY},
        "most": {"type": "integer", "minimum": 1, "maximum": MOST},
    },
    "required": ["query"],
    "additionalProperties": False,
}
_FACT: JsonSchema = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in ("fact_id", "text", "kind", "memory", "remembered_at", "from")},
    "required": ["fact_id", "text", "kind", "memory", "remembered_at", "from"],
}
RECALLED: JsonSchema = {
    "type": "object",
    "properties": {"facts": {"type": "array", "items": _FACT}},
    "required": ["facts"],
}
FORGET: JsonSchema = {
    "type": "object",
    "properties": {"fact_id": _ID},
    "required": ["fact_id"],
    "additionalProperties": False,
}
FORGOTTEN: JsonSchema = {
    "type": "object",
    "properties": {"forgotten": {"type": "boolean"}},
    "required": ["forgotten"],
}


class Means(Record):
    """What the tools do their work with."""

    executor: Executor
    memories: Memories
    recalling: Recalling
    clock: Clock


def memory_tools(means: Means) -> tuple[Tool, ...]:
    """All that they do goes by the key of the call, so doing it twice is doing it once."""

    async def remember(call: ToolCall) -> Any:
        return await _remember(means, call)

    async def recall(call: ToolCall) -> Any:
        return await _recall(means, call)

    async def forget(call: ToolCall) -> Any:
        return await _forget(means, call)

    kept = Tool("remember", KEEPS, REMEMBER, REMEMBERED, effect="write", act=remember, repeatable=True)
    found = Tool("recall", FINDS, RECALL, RECALLED, act=recall)
    dropped = Tool("forget", DROPS, FORGET, FORGOTTEN, effect="write", act=forget, repeatable=True)
    return kept, found, dropped


async def within_memory(call: ToolCall) -> None:
    """Nothing may be changed but memory, of which the agent itself says whether it may. Raises StepError."""
    if call.tool.name not in ("remember", "forget"):
        await only_reading(call)


async def _remember(means: Means, call: ToolCall) -> Any:
    agent_id, workspace_id, given = await _allowed(means, call, "write"), call.workspace_id, call.arguments
    days = given.get("days")
    expires_at = None if days is None else means.clock() + timedelta(days=days)
    session_id = call.conversation.session_id if call.conversation else None
    source = Source(agent_id, call.run_id, call.step, session_id, call.tainted_by)
    owner = _owner(given.get("memory", "agent"), call, agent_id)
    wish = Wish(owner, given["text"].strip(), given.get("kind", "fact"), source, expires_at)
    if (same := await means.memories.same(workspace_id, wish)) is not None:
        return {"fact_id": str(same), "status": "remembered"}
    fact_id = uuid5(call.run_id, f"memory:{call.key}")
    actor = Actor(WORKER_ID, workspace_id, "system")
    try:
        await means.memories.remember(fact_id, wish, actor, correlation_id=call.run_id)
    except (Rejected, Z2Error) as error:
        raise _told(error) from error
    waits = memory.trust_of(owner, source) == "quarantined"
    return {"fact_id": str(fact_id), "status": "waits for approval by a person" if waits else "remembered"}


async def _recall(means: Means, call: ToolCall) -> Any:
    agent_id = await _allowed(means, call, "read")
    session_id = call.conversation.session_id if call.conversation else None
    owners = telling.owners("read", call.workspace_id, agent_id, session_id)
    query, most = call.arguments["query"], call.arguments.get("most", USUAL)
    try:
        found = await means.recalling.search(call.workspace_id, owners, query, most)
    except Z2Error as error:
        raise _told(error) from error
    return {"facts": [_shown(each) for each in found]}


async def _forget(means: Means, call: ToolCall) -> Any:
    agent_id = await _allowed(means, call, "write")
    if memory.tainted(call.tainted_by):
        raise ToolError("untrusted content was read before this, so only a person may have something forgotten")
    try:
        fact_id = UUID(call.arguments["fact_id"])
        fact = await means.memories.one(call.workspace_id, fact_id)
    except ValueError:
        raise ToolError("this is no id of a fact; take it from what `recall` gives") from None
    except NotFound as error:
        raise _told(error) from error
    if fact is None:
        return {"forgotten": True}
    if fact.source.agent_id != agent_id:
        raise ToolError("somebody else said this; only a person may have it forgotten")
    await means.memories.forget(fact_id, Actor(WORKER_ID, call.workspace_id, "system"))
    return {"forgotten": True}


async def _allowed(means: Means, call: ToolCall, wanted: Recall) -> UUID:
    """The agent that may. Raises ToolError."""
    if call.agent_id is None:
        raise ToolError("only agents have a memory, and no agent has called this")
    known = await means.executor.states.refresh(call.agent_id)
    held = known.state.memory if isinstance(known.state, agent.Agent) else "off"
    if known.workspace_id != call.workspace_id or held not in ("write", wanted):
        raise ToolError(f"this agent may not do that: its memory is {held!r}, and this takes {wanted!r}")
    return call.agent_id


def _owner(kind: str, call: ToolCall, agent_id: UUID) -> Owner:
    if kind == "workspace":
        return Owner("workspace", call.workspace_id)
    if kind == "agent":
        return Owner("agent", agent_id)
    if call.conversation is None:
        raise ToolError("this run answers in no session, so there is no memory of one")
    return Owner("session", call.conversation.session_id)


def _shown(found: Found) -> Any:
    fact = found.fact
    return {
        "fact_id": str(fact.fact_id),
        "text": fact.text or "",
        "kind": fact.kind,
        "memory": fact.owner.kind,
        "remembered_at": fact.remembered_at.isoformat(),
        "from": "a person" if fact.source.agent_id is None else "an agent",
    }


def _told(error: Exception) -> ToolError:
    return ToolError(str(error))
