"""The executor and the event store behind a socket instead of HTTP: a line of JSON asks, a line answers."""

import asyncio
import hashlib
import socket
from collections.abc import Callable
from typing import Literal
from uuid import UUID

import msgspec

from application.access import Actor
from application.errors import TooMuchContention, Unavailable, Z2Error
from application.execute import Executor
from application.ports import IdempotencyKey
from domain import agent
from domain.kernel import Command, Record, Rejected
from infrastructure import fail_points
from infrastructure.database import Database
from infrastructure.event_store import PostgresEventStore
from infrastructure.identity.tokens import now

ACTOR = Actor(UUID(int=1), UUID(int=2), "admin")


class Wish(Record):
    """Make an agent of this id, or revise it; its instructions are the key, so that the log tells which did what."""

    key: str
    kind: Literal["create", "revise"]
    stream: UUID


class Reply(Record):
    """`status` is that of HTTP: 200 done, 503 ask again, anything else refused."""

    status: int
    stream: UUID
    position: int = 0
    why: str = ""


def command(wish: Wish) -> Command:
    if wish.kind == "create":
        return agent.CreateAgent(f"Agent {wish.stream}", "Role", wish.key, "summarise")
    return agent.ReviseAgent("Role", wish.key, "summarise")


async def answer(executor: Executor, line: bytes) -> Reply:
    wish = msgspec.json.decode(line, type=Wish)
    key = IdempotencyKey(ACTOR.workspace_id, wish.key, hashlib.sha256(line).digest())
    try:
        outcome = await executor.execute(wish.stream, command(wish), ACTOR, correlation_id=wish.stream, key=key)
    except (Unavailable, TooMuchContention) as error:
        return Reply(503, wish.stream, why=str(error))
    except (Rejected, Z2Error) as error:
        return Reply(409, wish.stream, why=f"{type(error).__name__}: {error}")
    fail_points.reached("before_answer")
    return Reply(200, outcome.stream, outcome.position)


async def serve(
    url: str, listener: socket.socket, ready: Callable[[], None], store_class: type[PostgresEventStore]
) -> None:
    """Answer for ever."""
    database = Database(url)
    await database.open()
    executor = Executor(store_class(database), now)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write(msgspec.json.encode(await answer(executor, line.strip())) + b"\n")
                await writer.drain()
        except ConnectionError:
            pass
        finally:
            writer.close()

    async with await asyncio.start_server(talk, sock=listener) as server:
        ready()
        await server.serve_forever()
