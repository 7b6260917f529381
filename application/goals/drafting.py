"""What a planner is told, and what is made of its answer."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
import yaml

from application.kept import Kept
from application.models.card import ModelCard
from application.models.port import Providers
from application.orchestration.texts import JSON, kept
from application.orchestration.tools import Tool
from application.templates.needing import OFFLINE
from domain import goal
from domain.nodes import Allowance
from domain.run_state import Run

OVER = frozenset({"completed", "failed", "cancelled"})
MOST_MODELS = 40
WIDTH = 110


def usable(cards: Iterable[ModelCard], providers: Providers) -> list[dict[str, Any]]:
    """The language models that the workspace can ask now, with their prices where they are known."""
    ready = {each.name for each in providers.all() if each.unavailable() is None}
    found = [card for card in cards if card.provider in ready and not card.id.startswith(OFFLINE)]
    return [
        {"id": card.id, "input": card.prices and card.prices.input, "output": card.prices and card.prices.output}
        for card in found[:MOST_MODELS]
    ]


def material(text: str, document: str | None, models: Sequence[Any], tools: Iterable[Tool]) -> dict[str, Any]:
    """The input of the planner's run."""
    known = [{"name": tool.name, "description": tool.description, "input": tool.input} for tool in tools]
    return {"goal": text, "document": document or "There is no document.", "models": [*models], "tools": known}


def outcome(run: Run, told: Any, budget: Allowance | None) -> tuple[goal.DraftGoal | goal.RefuseGoal, tuple[Kept, ...]]:
    """What the end of the planner's run means for the goal, and the text that goes with it."""
    if run.status != "completed":
        detail = run.detail or f"the run that drafts it was {run.status}"
        return goal.RefuseGoal(goal.Refusal(run.code or run.status, detail)), ()
    if not told["check"]["valid"]:
        mistakes = "; ".join(told["check"]["mistakes"])
        detail = f"the planner was told of its mistakes once, and there are mistakes still: {mistakes}"
        return goal.RefuseGoal(goal.Refusal("plan_invalid", detail[:2_000])), ()
    text = kept(written(_within(told["definition"], budget)))
    return goal.DraftGoal(goal.Draft(text.ref)), (text,)


def bounded(source: str, budget: Allowance | None) -> str:
    """A workflow's text with such a budget."""
    told = {} if budget is None else msgspec.to_builtins(budget)
    return f"{source.rstrip()}\nbudget: {msgspec.json.encode(told).decode()}\n" if told else source


def written(definition: Any) -> str:
    """A workflow as people write it."""
    return yaml.safe_dump(definition, sort_keys=False, allow_unicode=True, width=WIDTH)


def said(text: str, media_type: str) -> Any:
    """The value of an input; JSON that is none says nothing."""
    try:
        return msgspec.json.decode(text) if media_type == JSON else text
    except msgspec.DecodeError:
        return None


def _within(definition: dict[str, Any], budget: Allowance | None) -> dict[str, Any]:
    """No more may be spent than whoever asked has said."""
    wished = {name: most for name, most in (definition.get("budget") or {}).items() if most is not None}
    bounds = {} if budget is None else msgspec.to_builtins(budget)
    least = {name: min(most, wished.get(name, most)) for name, most in bounds.items() if most is not None}
    whole = {name: told for name, told in definition.items() if name != "budget"}
    return {**whole, "budget": wished | least} if wished or least else whole
