"""What differs between the protocols of model providers, as a local server speaks them."""

from collections.abc import Iterator
from typing import Protocol

from domain.kernel import Record
from tests.support.model_script import Script


class Frame(Record):
    """A piece of a stream; `word` when it carries one."""

    data: bytes
    word: bool = False


class Dialect(Protocol):
    """What differs between providers."""

    @property
    def path(self) -> str:
        """Where requests for a model go."""
        ...

    def key(self, headers: dict[str, str]) -> str:
        """The key that a request carries; empty where it has none."""
        ...

    def refusal(self, key: str, headers: dict[str, str], body: dict[str, object]) -> tuple[int, str] | None:
        """Status and code for a request that the provider would not accept as it is."""
        ...

    def error(self, status: int, script: Script, quoted: str) -> dict[str, object]:
        """The body of an error; like real ones it repeats what was sent."""
        ...

    def error_frame(self, code: str | None) -> bytes: ...

    def frames(self, script: Script, body: dict[str, object]) -> Iterator[Frame]: ...

    def models(self) -> dict[str, object]: ...
