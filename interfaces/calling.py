"""The engine as a process has it: how models are called, and on which record."""

from functools import cache

from application.ledger.treasury import Treasury
from application.models import formats
from application.models.choosing import Choosing
from application.models.engine import Engine
from application.models.engine_health import WorkspaceHealth
from application.models.engine_ports import Means, Waiting, at_once
from application.models.reusing import Reusing
from application.models.similar import Similar
from application.models.windows import Windows
from infrastructure import metrics
from infrastructure.identity.tokens import now
from infrastructure.models.tokens import Tokens
from infrastructure.redis.answers import RedisAnswers
from infrastructure.redis.neighbours import RedisNeighbours
from interfaces.composition import Core


def engine(parts: Core, treasury: Treasury, *, waiting: Waiting = at_once) -> Engine:
    """One for each process. `waiting` says whether it waits for a part of Z2 that is away."""
    answers = RedisAnswers(parts.redis)
    similar = Similar(parts.embeddings, RedisNeighbours(parts.redis), answers, now)
    means = Means(
        parts.providers,
        parts.models,
        _counter(),
        treasury,
        _choosing(parts),
        WorkspaceHealth(parts.health, parts.providers),
        formats.check,
        Reusing(answers, parts.leases, now, similar),
        meter=metrics.model_called,
        waiting=waiting,
    )
    return Engine(means)


def windows(parts: Core) -> Windows:
    """How much the models of a process take."""
    return Windows(_counter(), parts.models, _choosing(parts))


@cache
def _counter() -> Tokens:
    """One for each process: vocabularies are large."""
    return Tokens()


def _choosing(parts: Core) -> Choosing:
    executor, health = parts.executor, parts.health
    return Choosing(executor.states, parts.providers, parts.models, _counter(), health, parts.payloads, now)
