"""Same: for remembering what follows from something large that is never changed, without looking into it."""

from typing import Generic, TypeVar

Shared = TypeVar("Shared")


class Same(Generic[Shared]):
    """Something that is never changed, told from others by being this very one: that is quick to ask."""

    __slots__ = ("it",)

    def __init__(self, it: Shared) -> None:
        self.it = it

    def __hash__(self) -> int:
        return id(self.it)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.it is other.it
