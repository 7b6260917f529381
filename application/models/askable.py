"""Whether a model can be asked at all, said before anything begins with it."""

from uuid import UUID

from application.models.choosing import policy_of
from application.models.failure import ModelError
from application.models.port import ProvidersOf, provider_of
from application.states import States
from domain import route

DEFAULT = "default"
"""Whichever model the installation has for agents that name none."""


async def check(states: States, providers: ProvidersOf, workspace_id: UUID, model: str) -> None:
    """Raises ModelError `model_unknown` or `model_key_missing`, and Unavailable."""
    if not model.startswith(route.PREFIX):
        await provider_of(providers, workspace_id, model)
    elif await policy_of(states, workspace_id, model) is None:
        raise ModelError("model_unknown", f"there is no {model} in this workspace")


async def unknown(states: States, providers: ProvidersOf, workspace_id: UUID, model: str) -> str | None:
    """Why there is no such model; None where there is one, be it one whose key is missing. Raises Unavailable."""
    if model in ("", DEFAULT):
        return None
    try:
        await check(states, providers, workspace_id, model)
    except ModelError as error:
        return str(error) if error.code == "model_unknown" else None
    return None
