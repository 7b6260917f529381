"""Many processes at once: everybody hears everything, once and in order, also while a projector dies."""

from tests.support.deluge import deluge

EVENTS = 5_000


def test_every_listener_at_every_process_hears_each_position_once_and_in_order(
    database_url: str, redis_url: str
) -> None:
    after = deluge(database_url, redis_url, EVENTS)
    assert after.events >= EVENTS
    assert after.refused == 0
    assert [(each.seen, each.strays) for each in after.heard] == [(after.events, 0)] * 4
    assert after.rows > 1_000
    assert after.differing == 0
    assert after.same
