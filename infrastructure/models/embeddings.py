"""A model of embeddings at an address of this installation's own that is compatible with OpenAI, such as llama.cpp."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from application.errors import Invalid
from application.models.failure import ModelError
from application.models.similar import Vector
from domain.kernel import Record
from infrastructure.models import failures
from infrastructure.models.failures import Endpoint
from infrastructure.models.listing import UNREADABLE
from infrastructure.models.pace import Pace, Silence
from infrastructure.models.service import Service

if TYPE_CHECKING:
    from infrastructure.models.openai_client import OpenAIClient

URL, MODEL, KEY = "Z2_EMBEDDINGS_URL", "Z2_EMBEDDINGS_MODEL", "Z2_EMBEDDINGS_KEY"

QUIET_SECONDS = 5.0
"""How long it is not asked after it failed: a call must not wait for it again and again."""

LONGEST = 8_192
"""Numbers in a vector."""

TITLE = "the service of embeddings"
NO_VECTOR = "what came is no vector of numbers; check whether the model is one of embeddings"


class EmbeddingsSettings(Record):
    """Where the model is asked, without an address nowhere, and how many seconds a call may wait for it."""

    url: str = ""
    model: str = ""
    key: str = ""
    seconds: float = 1.0

    def __repr__(self) -> str:
        return "EmbeddingsSettings(...)"


class RemoteEmbeddings:
    """It keeps its connections: `aclose` it in the event loop that used it."""

    def __init__(self, settings: EmbeddingsSettings) -> None:
        self._settings = settings
        self._endpoint = Endpoint(TITLE, settings.url, URL, KEY if settings.key else None)
        self._client: OpenAIClient | None = None
        self._connecting = asyncio.Lock()
        self._quiet_until = 0.0
        self._failure = ""

    @property
    def model(self) -> str:
        return self._settings.model

    async def vector(self, text: str) -> Vector:
        """What the text means, as a vector of length 1. Raises ModelError in time, and at once after an outage."""
        if time.monotonic() < self._quiet_until:
            raise ModelError("model_unavailable", self._failure, retryable=True)
        try:
            return await self._asked(text)
        except ModelError as error:
            if error.retryable:
                self._failure, self._quiet_until = str(error), time.monotonic() + QUIET_SECONDS
            raise

    async def aclose(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def _asked(self, text: str) -> Vector:
        client, seconds = await self._connected(), self._settings.seconds
        try:
            async with asyncio.timeout(seconds):
                # without a wish the SDK asks for base64, which not every service knows
                made = await client.sdk.embeddings.create(model=self.model, input=text, encoding_format="float")
            return _unit(made.data[0].embedding)
        except TimeoutError:
            raise failures.silent(self._endpoint, Silence(seconds, began=False)) from None
        except (*UNREADABLE, LookupError):
            raise failures.bad_answer(self._endpoint, NO_VECTOR) from None
        except client.errors as error:
            raise client.failed(error, model=self.model) from None

    async def _connected(self) -> "OpenAIClient":
        async with self._connecting:
            if self._client is None:
                # Connecting imports an SDK, which takes a second or two: not in the event loop.
                self._client = await asyncio.to_thread(self._connect)
            return self._client

    def _connect(self) -> "OpenAIClient":
        from infrastructure.models.openai_client import OpenAIClient

        service = Service(name="embeddings", title=TITLE, prefix="Z2_EMBEDDINGS", docs="")
        pace = Pace(connect=self._settings.seconds, first=self._settings.seconds, idle=self._settings.seconds)
        return OpenAIClient(self._endpoint, self._settings.key or None, pace, service)


@asynccontextmanager
async def embedding(settings: EmbeddingsSettings) -> AsyncIterator[RemoteEmbeddings | None]:
    """The model of the settings while the block runs, None where they name no address. Raises Invalid."""
    if not settings.url:
        yield None
        return
    if not settings.model:
        raise Invalid(f"{MODEL} is not set; {URL} alone does not say which model makes the embeddings", field=MODEL)
    if not settings.url.startswith(("http://", "https://")):
        raise Invalid(f"{URL} must begin with http:// or https://", field=URL)
    there = RemoteEmbeddings(settings)
    try:
        yield there
    finally:
        await there.aclose()


def _unit(given: Sequence[float]) -> Vector:
    """The vector at the length of 1. Raises ValueError where it has no direction, or too many numbers."""
    length = math.hypot(*given) if len(given) <= LONGEST else math.inf
    if not 0 < length < math.inf:
        raise ValueError("no direction")
    return tuple(each / length for each in given)
