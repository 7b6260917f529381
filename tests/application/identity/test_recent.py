"""What was put down last is there, and the rest is forgotten."""

from application.identity.recent import KEPT, Recent


def test_the_oldest_is_forgotten_first() -> None:
    recent = Recent[int, str]()
    for number in range(KEPT):
        recent[number] = "first"
    recent[0] = "again"
    recent[KEPT] = "new"
    assert len(recent) == KEPT
    assert (recent.get(0), recent.get(1), recent.get(2)) == ("again", None, "first")
