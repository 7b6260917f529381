"""Expressions: JMESPath (https://jmespath.org/specification.html) in bounds, so that none goes on for ever."""

import asyncio
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, TypeAlias

from jmespath import exceptions as refusals
from jmespath.parser import Parser

from application.workflows import evaluation
from application.workflows.evaluation import Effort, Endless, Interpreter
from application.workflows.fields import LONGEST_EXPRESSION
from application.workflows.functions import FUNCTIONS
from application.workflows.mistakes import meant, shown
from domain.kernel import Record

Data: TypeAlias = dict[str, Any]
"""What an expression speaks of: `input`, `steps`, and what there is inside maps and loops."""

MOST_NESTED = 60
AT_ONCE = 20_000
"""So many steps take some tens of milliseconds at most; whoever needs more waits beside the loop."""

BY_EXPRESSION = frozenset({"map", "max_by", "min_by", "sort_by"})
"""Functions that take an expression, which is written with `&`."""

HYPHEN = '; put names with hyphens in double quotes, as in steps."my-step"'


class WrongExpression(Exception):
    """The expression is none; `position` counts its characters from 0."""

    def __init__(self, detail: str, position: int = 0) -> None:
        super().__init__(detail)
        self.position = position


class Unevaluated(Exception):
    """The expression comes to nothing with what it was given; `code` tells programs why."""

    def __init__(self, detail: str, *, code: str = "expression_failed") -> None:
        super().__init__(detail)
        self.code = code


class Expression(Record):
    """An expression that is one; `tree` is the library's."""

    text: str
    tree: Any


@lru_cache(maxsize=1_024)
def compiled(text: str) -> Expression:
    """The expression. Raises WrongExpression."""
    if len(text) > LONGEST_EXPRESSION:
        raise WrongExpression(f"an expression has at most {LONGEST_EXPRESSION:,} characters, and this {len(text):,}")
    try:
        tree = Parser().parse(text).parsed
    except RecursionError:
        raise WrongExpression(f"it nests more than {MOST_NESTED} deep; use transform nodes for its parts") from None
    except refusals.LexerError as error:
        raise _lexical(text, error) from None
    except refusals.ParseError as error:
        raise _grammatical(text, error) from None
    except refusals.JMESPathError as error:
        raise WrongExpression(str(error).removeprefix("Invalid JMESPath expression: ")) from None
    _check(text, tree)
    return Expression(text, tree)


def evaluate(expression: Expression, data: Data, *, steps: int = evaluation.STEPS) -> Any:
    """What the expression yields, as JSON has it. Raises Unevaluated."""
    effort = Effort(steps)
    try:
        return _evaluate(expression, data, effort)
    except Endless:
        detail = "it takes too long with what it is given; narrow the data first, or ask a tool"
        raise Unevaluated(f"{_named(expression)}: {detail}", code="expression_endless") from None


async def evaluated(expression: Expression, data: Data) -> Any:
    """The same, without keeping the loop of the process busy: what is not done soon is done in a thread."""
    try:
        return _evaluate(expression, data, Effort(AT_ONCE))
    except Endless:
        return await asyncio.to_thread(evaluate, expression, data)


def _evaluate(expression: Expression, data: Data, effort: Effort) -> Any:
    try:
        result = Interpreter(effort).visit(expression.tree, data)
        effort.weigh(result)
    except refusals.JMESPathError as error:
        raise Unevaluated(f"{_named(expression)}: {' '.join(str(error).split())[:300]}") from None
    except RecursionError:
        raise Unevaluated(f"{_named(expression)}: what it looks at nests too deeply") from None
    except (ArithmeticError, ValueError, TypeError, AttributeError) as error:
        raise Unevaluated(f"{_named(expression)}: {type(error).__name__}, {str(error)[:200]}") from None
    unfit = evaluation.fit(result)
    if unfit:
        raise Unevaluated(f"{_named(expression)}: {unfit}", code="expression_result")
    return result


def holds(value: Any) -> bool:
    """Whether a value counts as true: not null, false, or an empty text, list or object."""
    return not (value is None or value is False or value in ("", [], {}))


def walk(tree: Any) -> Iterator[tuple[Any, int]]:
    """All parts of a tree with their depth, from 1."""
    open_ = [(tree, 1)]
    while open_:
        node, depth = open_.pop()
        yield node, depth
        open_ += [(child, depth + 1) for child in reversed(node["children"]) if isinstance(child, dict)]


def _named(expression: Expression) -> str:
    return f"the expression {shown(expression.text)}"


def _check(text: str, tree: Any) -> None:
    calls = [node for node, _ in walk(tree) if node["type"] == "function_expression"]
    given = {id(child) for node in calls if node["value"] in BY_EXPRESSION for child in node["children"]}
    for node, depth in walk(tree):
        if node["type"] == "expref" and id(node) not in given:
            raise WrongExpression(f"& is for {', '.join(sorted(BY_EXPRESSION))} only", text.find("&"))
        if depth > MOST_NESTED:
            raise WrongExpression(f"it nests more than {MOST_NESTED} deep; use transform nodes for its parts")
        if node["type"] == "function_expression":
            _check_call(text, node)
        elif node["type"] == "subexpression" and node["children"][0]["type"] == "not_expression":
            raise WrongExpression("`!` takes the first name only; write !(a.b) for !a.b", text.find("!"))


def _check_call(text: str, node: Any) -> None:
    name, given = node["value"], len(node["children"])
    position = max(0, text.find(f"{name}("))
    if name not in FUNCTIONS:
        raise WrongExpression(f"there is no function {shown(name)}{meant(name, FUNCTIONS, listed=40)}", position)
    wanted, more = evaluation.arity(name)
    if given < wanted or (given > wanted and not more):
        least = "at least " if more else ""
        things = "argument" if wanted == 1 else "arguments"
        raise WrongExpression(f"{name}() takes {least}{wanted} {things}, and is given {given}", position)


def _lexical(text: str, error: Any) -> WrongExpression:
    position = int(error.lexer_position)
    if text[position : position + 1] == "-":
        return WrongExpression(f"`-` cannot stand here{HYPHEN}", position)
    said = str(error.message).replace(text, "it")[:200]
    return WrongExpression(f"{shown(str(error.lexer_value))} cannot stand here: {said}", position)


def _grammatical(text: str, error: Any) -> WrongExpression:
    position = int(error.lex_position)
    if isinstance(error, refusals.IncompleteExpressionError) or position >= len(text):
        return WrongExpression("it ends too early; something is open or missing", len(text))
    token = error.token_value
    hint = HYPHEN if "-" in text[max(0, position - 1) : position + 1] else ""
    return WrongExpression(f"{shown(str(token))} cannot stand here{hint}", position)
