"""Our own Valkey keeps what it was given, and shows itself to nobody else."""

from redis import Redis

from infrastructure.embedded import server
from infrastructure.embedded.valkey import Valkey
from tests.support import lives


def test_what_was_written_survives_a_kill(redis: Valkey) -> None:
    with lives.started(redis) as process:
        with Redis.from_url(redis.url) as client:
            client.set("kept", "1")
        process.kill()
        process.wait()
    with server.running(redis), Redis.from_url(redis.url) as client:
        assert client.get("kept") == b"1"


def test_a_predecessor_that_still_runs_is_ended_first(redis: Valkey) -> None:
    with lives.started(redis) as predecessor:
        with Redis.from_url(redis.url) as client:
            client.set("kept", "1")
        with server.running(redis), Redis.from_url(redis.url) as client:
            assert predecessor.poll() is not None
            assert client.get("kept") == b"1"


def test_it_has_no_port_and_evicts_nothing(redis: Valkey) -> None:
    with server.running(redis), Redis.from_url(redis.url) as client:
        assert client.config_get("port") == {"port": "0"}
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("appendonly") == {"appendonly": "yes"}
    assert redis.data.stat().st_mode & 0o777 == 0o700
