"""What deals with sessions, put together."""

from application.orchestration.texts import Texts
from application.sessions.answering import Answering
from application.sessions.ending import Endings
from application.sessions.posting import Sessions
from infrastructure.redis.last_words import RedisLastWords
from interfaces.composition import Core, agent_starter, starter


def sessions(parts: Core) -> Sessions:
    answering = Answering(parts.executor, Texts(parts.payloads), agent_starter(parts), starter(parts))
    return Sessions(answering, endings(parts))


def endings(parts: Core) -> Endings:
    return Endings(parts.executor, Texts(parts.payloads), RedisLastWords(parts.redis))
