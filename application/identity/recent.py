"""What was put down lately: bounded, the oldest forgotten first."""

from collections import OrderedDict
from typing import TypeVar

Name = TypeVar("Name")
Thing = TypeVar("Thing")

KEPT = 10_000


class Recent(OrderedDict[Name, Thing]):
    """The last so many things, each by its name."""

    def __setitem__(self, name: Name, thing: Thing) -> None:
        super().__setitem__(name, thing)
        self.move_to_end(name)
        if len(self) > KEPT:
            self.popitem(last=False)
