"""Who serves language models, and to whom."""

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol
from uuid import UUID

from application.models.card import ModelCard
from application.models.failure import ModelError
from application.models.request import ModelRequest
from application.models.stream import Delta


class Provider(Protocol):
    """One provider of models. `stream` yields deltas and then exactly one Finished, or raises ModelError."""

    name: str
    own: bool
    """Whether it is asked with a key of the workspace's own, so that it is nobody else's business how it does."""

    region: str
    """Where it is asked; empty where that is not known."""

    def unavailable(self) -> str | None:
        """Why nothing can be asked of it now and how to mend that, in one line; None when it is ready."""
        ...

    def cards(self) -> Sequence[ModelCard]:
        """The models it is known to offer; others may work too."""
        ...

    async def discover(self) -> Sequence[str]:
        """The names of the models that it says it has now, which costs nothing. Raises ModelError."""
        ...

    def stream(self, request: ModelRequest, card: ModelCard | None = None) -> AsyncGenerator[Delta, None]:
        """Ask, as far as the model can do it by its card, which is the workspace's; without one, by what Z2 ships.

        Closing the generator closes the upstream request: use it within `contextlib.aclosing`.
        """
        ...


class Providers(Protocol):
    """The providers as somebody has them."""

    def get(self, model: str) -> Provider:
        """Who serves `provider/name`; raises ModelError `model_unknown` or `model_key_missing`."""
        ...

    def all(self) -> Sequence[Provider]:
        """Each provider, ready or not."""
        ...


class ProvidersOf(Protocol):
    """Who has which providers: a workspace may have keys of its own."""

    async def of(self, workspace_id: UUID, *, anew: bool = False) -> Providers:
        """The providers as this workspace has them now; give or take a second, unless `anew`. Raises Unavailable."""
        ...


async def provider_of(providers: ProvidersOf, workspace_id: UUID, model: str) -> Provider:
    """Who serves the model for this workspace. Raises Unavailable and ModelError, as `Providers.get` does."""
    try:
        return (await providers.of(workspace_id)).get(model)
    except ModelError as error:
        if error.code != "model_key_missing":
            raise
        # it may have been given its key a moment ago
        return (await providers.of(workspace_id, anew=True)).get(model)
