"""How an expression is evaluated without anybody waiting for it: every step is counted, and so is what it touches."""

import math
from typing import Any

from jmespath.visitor import TreeInterpreter, _Expression

from application.workflows.functions import FUNCTIONS, Known

STEPS = 2_000_000
"""A few seconds: a step is a part of an expression looked at, or a value that it touches."""

DEEPEST = 100
LARGEST_RESULT = 1_000_000
"""Bytes of a result as JSON, where what occurs twice counts twice."""

_PER_STEP = 32
"""So many characters are as quick as one step."""

_MORE = {"sort": 4, "sort_by": 2, "to_string": 4, "agreement": 8, "most_common": 8, "tally": 8, "join": 2}
"""Functions that do more with each value than look at it."""


class Endless(Exception):
    """There is more to do than anybody would wait for."""


class Effort:
    """What is left of the steps of one evaluation."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def spend(self, steps: int) -> None:
        """Raises Endless."""
        self.left -= steps
        if self.left < 0:
            raise Endless

    def weigh(self, value: Any, times: int = 1) -> None:
        """Count all that is in a value, shared parts as often as they occur. Raises Endless."""
        open_ = [value]
        while open_:
            each = open_.pop()
            if isinstance(each, str):
                self.spend(times * (1 + len(each) // _PER_STEP))
            elif isinstance(each, list):
                self.spend(times * (1 + len(each)))
                open_ += each
            elif isinstance(each, dict):
                self.spend(times * (1 + 2 * len(each)))
                open_ += each
                open_ += each.values()
            else:
                self.spend(times)


class Interpreter(TreeInterpreter):
    """The library's own, counted."""

    def __init__(self, effort: Effort) -> None:
        super().__init__()
        self._functions = Known()
        self._effort = effort

    def visit(self, node: Any, *args: Any, **kwargs: Any) -> Any:
        self._effort.spend(1)
        return super().visit(node, *args, **kwargs)

    def visit_function_expression(self, node: Any, value: Any) -> Any:
        arguments = [self.visit(child, value) for child in node["children"]]
        times = _MORE.get(node["value"], 1)
        for each in arguments:
            if not isinstance(each, _Expression):
                self._effort.weigh(each, times)
        return self._functions.call_function(node["value"], arguments)

    def visit_comparator(self, node: Any, value: Any) -> Any:
        left, right = (self.visit(child, value) for child in node["children"])
        if node["value"] in ("eq", "ne"):
            self._effort.weigh(left)
            self._effort.weigh(right)
        return super().visit_comparator(_with(node, left, right), value)

    def visit_flatten(self, node: Any, value: Any) -> Any:
        base = self.visit(node["children"][0], value)
        if isinstance(base, list):
            self._effort.spend(sum(len(each) if isinstance(each, list) else 1 for each in base))
        return super().visit_flatten(_with(node, base), value)

    def visit_slice(self, node: Any, value: Any) -> Any:
        if isinstance(value, list):
            self._effort.spend(len(value) // 8)
        return super().visit_slice(node, value)


def _with(node: Any, *values: Any) -> Any:
    """The node with values in the place of what yields them."""
    return {**node, "children": [{"type": "literal", "value": value, "children": []} for value in values]}


def fit(value: Any) -> str | None:
    """Why the value can be no result; None where it is JSON, and neither too large nor too deep."""
    size, open_ = 0, [(value, 1)]
    while open_:
        each, depth = open_.pop()
        if depth > DEEPEST:
            return f"its result nests more than {DEEPEST} deep"
        size += 2
        if isinstance(each, str):
            size += _bytes(each)
        elif isinstance(each, list):
            open_ += [(item, depth + 1) for item in each]
        elif isinstance(each, dict):
            size += sum(3 + _bytes(name) for name in each)
            open_ += [(item, depth + 1) for item in each.values()]
        elif isinstance(each, float):
            size += 16
            if not math.isfinite(each):
                return "its result is a number that JSON does not know"
        elif each is not None and not isinstance(each, bool | int):
            return "its result is an expression (&) and no value"
        if size > LARGEST_RESULT:
            return f"its result is larger than {LARGEST_RESULT:,} bytes"
    return None


def _bytes(text: str) -> int:
    """Half a surrogate pair, which is no text, counts as too many."""
    try:
        return len(text) if text.isascii() else len(text.encode())
    except UnicodeEncodeError:
        return LARGEST_RESULT


def arity(name: str) -> tuple[int, bool]:
    """How many arguments a function takes, and whether more of the last may follow."""
    told = FUNCTIONS[name]["signature"]
    return len(told), bool(told and told[-1].get("variadic"))
