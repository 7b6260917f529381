"""What a client says, put together as models are told it."""

from application.models.request import Message, Text
from interfaces.http.gateway import asking


def test_what_one_side_says_in_a_row_is_one_turn() -> None:
    said = [Message("user", (Text("a"),)), Message("user", (Text("b"),)), Message("assistant", ())]
    assert asking.turns([*said, Message("user", (Text("c"),)), Message("assistant", (Text("d"),))]) == (
        Message("user", (Text("a"), Text("b"), Text("c"))),
        Message("assistant", (Text("d"),)),
    )


def test_very_many_short_messages_are_one_turn_without_copying_it_each_time() -> None:
    (turn,) = asking.turns(Message("user", (Text("a"),)) for _ in range(200_000))
    assert len(turn.parts) == 200_000
