"""The event store does what a dictionary would, whatever is asked of it in whatever order, and whenever it is cut off.

`HYPOTHESIS_PROFILE=thorough` takes more than 100,000 steps.
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import Iterator
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from application.errors import KeyReused, Unavailable
from application.ports import Conflict, IdempotencyKey, Outcome, Recorded, Write
from tests.support.given import CONTEXT
from tests.support.real_store import Real
from tests.support.servers import create_database
from tests.support.writer import EVENT

HOME = UUID(int=1)
LIMITS = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))
PROFILES = {
    "ci": settings(LIMITS, max_examples=12, stateful_step_count=50),
    "thorough": settings(LIMITS, max_examples=1_300, stateful_step_count=100),
}
PROFILE = PROFILES[os.environ.get("HYPOTHESIS_PROFILE", "ci")]

COUNTS = st.integers(1, 3)
TURNS = st.integers(0, 12)


@pytest.fixture(scope="module")
def real(postgres: str) -> Iterator[Real]:
    opened = Real(create_database(postgres, "machine"))
    yield opened
    opened.close()


class StoreMachine(RuleBasedStateMachine):
    """The rules; `real` is the store that must do as the dictionaries say."""

    real: ClassVar[Real]
    streams: "Bundle[UUID]" = Bundle("streams")
    keys: "Bundle[IdempotencyKey]" = Bundle("keys")

    def __init__(self) -> None:
        super().__init__()
        self.base = self.real.run(self.real.store.head())
        self.log: list[Recorded] = []
        self.versions: dict[UUID, int] = {}
        self.outcomes: dict[IdempotencyKey, Outcome] = {}

    @property
    def head(self) -> int:
        return self.base + len(self.log)

    def write(self, stream: UUID, count: int = 1, *, off: int = 0) -> Write:
        return Write(stream, self.versions.get(stream, 0) + off, [EVENT] * count, CONTEXT)

    def new_key(self) -> IdempotencyKey:
        return IdempotencyKey(HOME, str(uuid4()), b"digest")

    def appended(self, *writes: Write, key: IdempotencyKey | None = None) -> Outcome:
        """What the model comes to."""
        for write in writes:
            for version, event in enumerate(write.events, start=write.expected + 1):
                self.log.append(Recorded(self.head + 1, write.stream, version, event, CONTEXT))
                self.versions[write.stream] = version
        outcome = Outcome(writes[0].stream, self.head)
        if key is not None:
            self.outcomes[key] = outcome
        return outcome

    def append(self, *writes: Write, key: IdempotencyKey | None = None) -> Outcome:
        return self.real.run(self.real.store.append(writes, key))

    def together(self, *appends: tuple[Write, IdempotencyKey | None]) -> list[Outcome | BaseException]:
        """Asked for at once, in this order."""

        async def gather() -> list[Outcome | BaseException]:
            asked = (self.real.store.append([write], key) for write, key in appends)
            return await asyncio.gather(*asked, return_exceptions=True)

        return self.real.run(gather())

    def rest(self) -> Any:
        return self.real.run(self.real.store.read(self.base, 1_000_000))

    @invariant()
    def count(self) -> None:
        self.real.steps += 1

    def teardown(self) -> None:
        if sys.exc_info()[0] is None:  # or else what went wrong has been told
            assert self.rest() == self.log

    @initialize(target=streams)
    def first(self) -> UUID:
        return uuid4()

    @rule(target=streams)
    def another(self) -> UUID:
        return uuid4()

    @rule(stream=streams, count=COUNTS)
    def append_to_one(self, stream: UUID, count: int) -> None:
        write = self.write(stream, count)
        assert self.append(write) == self.appended(write)

    @rule(target=keys, several=st.lists(streams, min_size=1, max_size=3, unique=True), count=COUNTS)
    def append_to_several_under_a_key(self, several: list[UUID], count: int) -> IdempotencyKey:
        key = self.new_key()
        writes = [self.write(stream, count) for stream in several]
        assert self.append(*writes, key=key) == self.appended(*writes, key=key)
        return key

    @rule(several=st.lists(streams, min_size=1, max_size=3, unique=True), off=st.integers(-3, 3), keyed=st.booleans())
    def conflict(self, several: list[UUID], off: int, *, keyed: bool) -> None:
        """One of the streams is further, or not as far, as the caller believes: nothing is appended anywhere."""
        *right, last = several
        off = max(off, -self.versions.get(last, 0)) or 1
        wrong = self.write(last, off=off)
        key = self.new_key() if keyed else None
        with pytest.raises(Conflict):
            self.append(*(self.write(stream) for stream in right), wrong, key=key)
        assert key is None or self.real.run(self.real.store.outcome(key)) is None

    @rule(key=keys, stream=streams, off=st.integers(-1, 0))
    def ask_again(self, key: IdempotencyKey, stream: UUID, off: int) -> None:
        off = max(off, -self.versions.get(stream, 0))
        assert self.append(self.write(stream, off=off), key=key) == self.outcomes[key]

    @rule(key=keys, stream=streams)
    def ask_again_beside_another(self, key: IdempotencyKey, stream: UUID) -> None:
        write = self.write(stream)
        assert self.together((write, None), (write, key)) == [self.appended(write), self.outcomes[key]]

    @rule(key=keys, stream=streams)
    def ask_something_else(self, key: IdempotencyKey, stream: UUID) -> None:
        other = IdempotencyKey(key.workspace_id, key.key, b"other")
        with pytest.raises(KeyReused):
            self.append(self.write(stream), key=other)
        with pytest.raises(KeyReused):
            self.real.run(self.real.store.remember(other, Outcome(stream, 0)))

    @rule(target=keys, stream=streams)
    def remember(self, stream: UUID) -> IdempotencyKey:
        key, unchanged = self.new_key(), Outcome(stream, self.head)
        assert self.real.run(self.real.store.remember(key, unchanged)) == unchanged
        self.outcomes[key] = unchanged
        return key

    @rule(several=st.lists(streams, min_size=1, max_size=4))
    def race(self, several: list[UUID]) -> None:
        """Of those who want the same version of a stream the first one gets it; the others cost nobody anything."""
        expected: list[Outcome | type[Conflict]] = []
        writes = [self.write(stream) for stream in several]
        for write in writes:
            taken = self.versions.get(write.stream, 0) != write.expected
            expected.append(Conflict if taken else self.appended(write))
        ends = self.together(*((write, None) for write in writes))
        assert [Conflict if isinstance(end, Conflict) else end for end in ends] == expected

    @rule(stream=streams, count=st.integers(2, 4))
    def many_at_once_under_one_key(self, stream: UUID, count: int) -> None:
        key, write = self.new_key(), self.write(stream)
        assert self.together(*[(write, key)] * count) == [self.appended(write)] * count

    @rule(target=keys, stream=streams, count=COUNTS, turns=TURNS, by_server=st.booleans())
    def crash_and_ask_again(self, stream: UUID, count: int, turns: int, *, by_server: bool) -> IdempotencyKey:
        key, write = self.new_key(), self.write(stream, count)
        work = self.real.store.append([write], key)
        try:
            outcome = self.real.run(self.real.cut_off(work, turns, by_server=by_server))
        except Unavailable:
            outcome = self.append(write, key=key)
        assert outcome == self.appended(write, key=key)
        return key

    @rule(stream=streams, count=COUNTS, turns=TURNS)
    def crash_and_look(self, stream: UUID, count: int, turns: int) -> None:
        """Without a key only the log can tell, and it has all of the command or nothing."""
        write = self.write(stream, count)
        work = self.real.store.append([write])
        with contextlib.suppress(Unavailable):
            self.real.run(self.real.cut_off(work, turns, by_server=True))
        if self.real.run(self.real.store.head()) != self.head:
            self.appended(write)

    @rule(stream=streams, after=st.integers(0, 6))
    def load(self, stream: UUID, after: int) -> None:
        expected = [recorded for recorded in self.log if recorded.stream == stream and recorded.version > after]
        assert self.real.run(self.real.store.load(stream, after)) == expected

    @rule(after=st.integers(0, 40), limit=st.integers(1, 10))
    def page(self, after: int, limit: int) -> None:
        assert self.real.run(self.real.store.read(self.base + after, limit)) == self.log[after : after + limit]
        assert self.real.run(self.real.store.head()) == self.head


def test_it_does_what_a_dictionary_would(real: Real, capsys: pytest.CaptureFixture[str]) -> None:
    machine = type("Machine", (StoreMachine,), {"real": real})
    run_state_machine_as_test(machine, settings=PROFILE)
    with capsys.disabled():
        print(f" {real.steps} steps", end=" ")
