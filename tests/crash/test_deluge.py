"""Many processes at once: everybody hears everything, once and in order."""

from tests.support.deluge import deluge

EVENTS = 20_000


def test_every_listener_in_every_process_sees_each_position_once_and_in_order(
    database_url: str, redis_url: str
) -> None:
    after = deluge(database_url, redis_url, EVENTS)
    assert after.events >= EVENTS
    assert after.heard == [(after.events, 0)] * 3
    assert after.projected
