"""What the expressions of a workflow come to before it is run, as far as that can be told."""

from collections.abc import Callable, Mapping
from typing import Any

from application.estimating.amounts import UNBOUNDED, ZERO, Guessed, Known, Range, Thing
from application.orchestration.performing.asking import as_text
from application.workflows import expressions, interpolation
from application.workflows.expressions import Expression
from application.workflows.references import Names, references
from domain.kernel import Record, replace


class View(Record):
    """`names` are the input, the item, the turn and its last result; `steps` are what is done around here."""

    names: Mapping[str, Thing]
    steps: Mapping[str, Thing]
    weigh: Callable[[str], int]
    """The most tokens that a text can have."""

    def with_names(self, **names: Thing) -> "View":
        return replace(self, names={**self.names, **names})

    def with_step(self, name: str, thing: Thing) -> "View":
        return replace(self, steps={**self.steps, name: thing})

    def value(self, text: str) -> Thing:
        """What an expression comes to."""
        return self._evaluated(expressions.compiled(text))

    def text(self, template: str) -> tuple[str, Range]:
        """What of a text is known, and how many tokens the rest adds."""
        known, more = "", ZERO
        for part in interpolation.template(template).parts:
            thing = Known(part) if isinstance(part, str) else self._evaluated(part)
            match thing:
                case Known(value):
                    known += as_text(value)
                case Guessed(tokens):
                    more += tokens
        return known, more

    def size(self, thing: Thing) -> Range:
        """The tokens of a value."""
        if isinstance(thing, Guessed):
            return thing.tokens
        return ZERO if thing.value is None else Range(0, self.weigh(as_text(thing.value)))

    def _evaluated(self, expression: Expression) -> Thing:
        spoken = references(expression)
        things = [self._at(path) for path in spoken.paths]
        if spoken.steps is None or None in things:
            return Guessed(UNBOUNDED)
        found = [thing for thing in things if thing is not None]
        if any(isinstance(thing, Guessed) for thing in found):
            return Guessed(sum(map(self.size, found), ZERO).perhaps())
        try:
            return Known(expressions.evaluate(expression, self._data()))
        except expressions.Unevaluated:
            return Guessed(ZERO)

    def _at(self, path: Names) -> Thing | None:
        if not path:
            return None
        if path[0] != "steps":
            return self.names.get(str(path[0]), Known(None))
        return self.steps.get(str(path[1]), Known(None)) if len(path) > 1 else None

    def _data(self) -> dict[str, Any]:
        told = {name: thing.value for name, thing in self.names.items() if isinstance(thing, Known)}
        steps = {name: thing.value for name, thing in self.steps.items() if isinstance(thing, Known)}
        return {**told, "steps": steps}
