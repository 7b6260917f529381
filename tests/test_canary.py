"""No personal value and no secret is found where it does not belong, whatever was asked and however it was refused."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from redis import Redis

from tests.support import canary, servers
from tests.support.canary import Canary, Find
from tests.support.servers import scratch
from tests.support.system import System, running_system
from tests.support.tour import Guide, Said, Tour

OWN_TEXTS = {"name", "email", "own name", "own email", "joined name", "invited email", "admin name", "device", "client"}
"""What people are called and where they can be written to is shown to them and to who looks after them."""

PLACES_FOR = {
    "GET /api/members": OWN_TEXTS,
    "GET /api/invitations": OWN_TEXTS,
    "GET /api/logins": OWN_TEXTS,
    "GET /api/password-resets": OWN_TEXTS,
    "GET /api/profile": OWN_TEXTS,
    "GET /api/session": OWN_TEXTS,
    "PATCH /api/profile": OWN_TEXTS,
    "POST /api/profile/email": OWN_TEXTS,
    "POST /api/links": OWN_TEXTS,
    "POST /api/invitations/read": OWN_TEXTS,
    "GET /api/device/{code}": {"client", "confirmation"},
    "POST /api/session": OWN_TEXTS | {"token", "refresh token", "session", "device cookie"},
    "POST /api/profile/password": OWN_TEXTS | {"token", "refresh token", "session", "device cookie"},
    "POST /api/links/password": OWN_TEXTS | {"token", "refresh token", "session", "device cookie"},
    "POST /api/invitations/accept-as-new": OWN_TEXTS | {"token", "refresh token", "session", "device cookie"},
    "POST /api/device/token": OWN_TEXTS | {"token", "refresh token"},
    "POST /api/session/refresh": {"token", "refresh token"},
    "POST /api/tokens": {"token"},
    "POST /api/members": {"link"},
    "POST /api/password-links": {"link"},
    "POST /api/invitations": {"invitation"},
    "POST /api/keys": {"api key"},
    "POST /api/device": {"device code"},
    "POST /api/webhooks": {"webhook secret"},
    "POST /api/webhooks/{id}/secret": {"webhook secret"},
    "POST /api/triggers": {"webhook secret"},
    "POST /api/triggers/{id}/secret": {"webhook secret"},
}
"""In which good answers each value belongs. Refusals repeat nothing."""


class Visited:
    """The tour behind us, and the system that it went through."""

    def __init__(self, tour: Tour, system: System, logs: Path) -> None:
        self.tour = tour
        self.system = system
        self.logs = logs


@pytest.fixture(scope="module")
def visited() -> Iterator[Visited]:
    tour = Tour()
    with servers.postgres_server() as postgres, servers.redis_server() as redis_url, scratch() as logs:
        database_url = servers.create_database(postgres, "toured")
        with running_system(database_url, redis_url, logs=str(logs), **tour.settings) as system:
            guide = Guide(tour, system.url)
            guide.whole()
            guide.close()
            yield Visited(tour, system, logs)


def test_the_tour_filled_every_field(visited: Visited) -> None:
    made = {field: len(birds) for field, birds in visited.tour.birds.items()}
    print(f"{len(made)} fields, {sum(made.values())} canaries, {len(visited.tour.said)} answers")
    assert len(made) >= 31
    assert [each for each in visited.tour.said if each.status >= 500] == []
    assert {400, 401, 403, 409, 422} <= {each.status for each in visited.tour.said}


def test_nothing_is_in_the_database_or_its_files(visited: Visited) -> None:
    url = visited.system.environment["DATABASE_URL"]
    control = canary.in_database(url, [visited.tour.control])
    assert any(find.place.startswith("the rows of public.events") for find in control)
    assert any("pg_wal" in find.place for find in control)
    assert any("base/" in find.place for find in control)
    assert canary.in_database(url, visited.tour.all) == []


def test_nothing_is_in_the_logs_or_in_what_the_processes_keep(visited: Visited) -> None:
    log = "".join(path.read_text() for path in sorted(visited.logs.glob("*.log")))
    assert "[debug" in log
    position = re.search(r"correlation_id=([\w-]{36})", log)
    assert position is not None
    assert canary.in_folder(visited.logs, [Canary("control", position.group(1))])
    assert canary.in_folder(visited.logs, visited.tour.all) == []
    assert canary.in_folder(visited.system.data, visited.tour.all) == []


def test_nothing_is_in_the_metrics(visited: Visited) -> None:
    with httpx2.Client(base_url=visited.system.url, verify=False) as client:
        text = client.get("/metrics").text
    assert canary.in_text("metrics", text, [Canary("control", "process_start_time_seconds")])
    assert canary.in_text("metrics", text, visited.tour.all) == []


def test_nothing_is_in_redis(visited: Visited) -> None:
    server = urlsplit(visited.system.environment["REDIS_URL"])
    redis = Redis(unix_socket_path=server.path, db=int(parse_qs(server.query)["db"][0]))
    redis.set("control", f"-{visited.tour.control.core}-")
    content = b"\n".join(everything(redis))
    redis.close()
    assert canary.in_bytes("redis", content, [visited.tour.control])
    assert b"sign_in" in content
    assert canary.in_bytes("redis", content, visited.tour.all) == []


def everything(redis: Any) -> Iterator[bytes]:
    """Every key with what it holds, unpacked and as it would go to a file; the client does not say what it answers."""
    looks: dict[bytes, Callable[[bytes], object]] = {
        b"string": redis.get,
        b"hash": redis.hgetall,
        b"zset": lambda key: redis.zrange(key, 0, -1, withscores=True),
        b"set": redis.smembers,
        b"list": lambda key: redis.lrange(key, 0, -1),
        b"stream": redis.xrange,
    }
    for key in redis.scan_iter(count=1_000):
        yield from (key, redis.dump(key) or b"", repr(looks[redis.type(key)](key)).encode())


def test_answers_hold_what_belongs_there_and_refusals_repeat_nothing(visited: Visited) -> None:
    shown = [find for said in visited.tour.said for find in finds(said, visited.tour)]
    assert {find.field for find in shown} >= {"own name", "own email", "token", "link", "api key", "webhook secret"}
    assert [find for said in visited.tour.said for find in misplaced(said, visited.tour)] == []


def finds(said: Said, tour: Tour) -> list[Find]:
    return canary.in_text(f"{said.asked} {said.status}", said.text, tour.all)


def misplaced(said: Said, tour: Tour) -> list[Find]:
    """What does not belong into this answer."""
    asked = re.sub(r"/[0-9a-f-]{36}/", "/{id}/", said.asked)
    asked = re.sub(r"(GET /api/device)/.*", r"\1/{code}", asked)
    belongs = PLACES_FOR.get(asked, set()) if said.status < 400 else set()
    return [find for find in finds(said, tour) if find.field not in belongs]
