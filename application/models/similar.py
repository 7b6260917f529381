"""Similar: a question that is nearly one that was answered a short while ago may be given that one's answer.

Alike is what a model of embeddings finds alike, by the cosine of its vectors. All that a request says before the last
piece of its last message has to be the same, and so have the numbers in that piece, which such models hardly see.
"""

import re
from collections.abc import Sequence
from typing import Protocol, TypeAlias

from application.models.answers import Answers, Reuse, Same, digest
from application.models.failure import ModelError
from application.models.journal import Hit
from application.models.request import Document, Image, Text
from application.ports import Clock
from domain.kernel import Record, replace

LONGEST = 2_000
"""Characters of a question: of a longer text a model of embeddings may read the beginning only."""

TRIES = 3
"""So many neighbours are looked at whose answers may be gone meanwhile."""

UNCONFIGURED = "similar questions were not looked for: no model of embeddings is configured"

Vector: TypeAlias = tuple[float, ...]
"""Of length 1, so that the cosine of two is their product."""

_NUMBER = re.compile(r"\d+")


class Neighbour(Record):
    """A question like the one that is asked, by the digest under which its answer is kept."""

    digest: str
    similarity: float


class Embeddings(Protocol):
    """A model that turns texts into vectors which are near each other where the texts mean nearly the same."""

    @property
    def model(self) -> str:
        """Its name; vectors of others are not compared with its own."""
        ...

    async def vector(self, text: str) -> Vector:
        """Raises ModelError, soon."""
        ...


class Neighbours(Protocol):
    """The latest questions that differ in nothing but their end. None of it raises."""

    async def near(self, kin: Same, vector: Vector, least: float) -> Sequence[Neighbour]:
        """Those that are at least so much alike, the nearest first."""
        ...

    async def keep(self, kin: Same, vector: Vector, digest: str, seconds: int) -> None: ...


class Question(Record):
    """What is asked in the end; whoever is `kin` has said the same before that."""

    kin: Same
    text: str


class Looked(Record):
    """What came of looking: a neighbour's answer, or where the new one is to be kept, or why nothing was looked for."""

    hit: Hit | None = None
    kin: Same | None = None
    vector: Vector = ()
    warning: str = ""


NOWHERE = Looked()


class Similar:
    """One for each process; without embeddings nothing is alike."""

    def __init__(self, embeddings: Embeddings | None, neighbours: Neighbours, answers: Answers, clock: Clock) -> None:
        self._embeddings = embeddings
        self._neighbours = neighbours
        self._answers = answers
        self._clock = clock

    async def look(self, wish: Reuse, least: float) -> Looked:
        """The answer to the most similar question whose answer will do."""
        if self._embeddings is None:
            return Looked(warning=UNCONFIGURED)
        question = question_of(wish, self._embeddings.model)
        if question is None:
            return NOWHERE
        try:
            vector = await self._embeddings.vector(question.text)
        except ModelError as error:
            return Looked(warning=f"similar questions were not looked for: {error}")
        near = await self._neighbours.near(question.kin, vector, least)
        return Looked(await self._answer(wish, near), question.kin, vector)

    async def keep(self, kin: Same, vector: Vector, wish: Reuse) -> None:
        """The question that was looked for has an answer now."""
        await self._neighbours.keep(kin, vector, wish.same.digest, wish.seconds)

    async def _answer(self, wish: Reuse, near: Sequence[Neighbour]) -> Hit | None:
        for each in near[:TRIES]:
            kept = await self._answers.find(Same(wish.same.workspace_id, each.digest))
            hit = kept and replace(kept, similarity=each.similarity)
            if hit and wish.takes(hit, self._clock()):
                return hit
        return None


def question_of(wish: Reuse, model: str) -> Question | None:
    """What can be compared by this model of embeddings: the words at the end of a request without pictures, if few."""
    request = wish.request
    if not request.messages:
        return None
    *before, last = request.messages
    parts = [part for message in request.messages for part in message.parts]
    if last.role != "user" or not last.parts or any(isinstance(part, Image) for part in parts):
        return None
    match last.parts[-1]:
        case Text(text):
            kind = "text"
        case Document(title, text):
            kind, text = "document", f"{title}\n\n{text}"
        case _:
            return None
    if not text.strip() or len(text) > LONGEST:
        return None
    rest = replace(request, messages=(*before, replace(last, parts=last.parts[:-1])))
    kin = digest(rest, wish.policy, model, kind, _NUMBER.findall(text))
    return Question(Same(wish.same.workspace_id, kin), text)
