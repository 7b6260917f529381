"""Calculate: arithmetic in decimal numbers of 34 digits, as IEEE 754 has them (decimal128), and nothing but that."""

import ast
import decimal
import math
import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from application.orchestration.tools import Arguments, Tool, ToolError

LONGEST = 1_000
DEEPEST = 50
EXACT = 2**53
_DIGITS = decimal.Context(prec=34, Emin=-6_143, Emax=6_144)

_BINARY: Mapping[type[ast.operator], Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: _DIGITS.add,
    ast.Sub: _DIGITS.subtract,
    ast.Mult: _DIGITS.multiply,
    ast.Div: _DIGITS.divide,
    ast.FloorDiv: _DIGITS.divide_int,
    ast.Mod: _DIGITS.remainder,
    ast.Pow: _DIGITS.power,
}
_UNARY: Mapping[type[ast.unaryop], Callable[[Decimal], Decimal]] = {ast.UAdd: operator.pos, ast.USub: operator.neg}


def _rounded(value: Decimal, digits: Decimal = Decimal(0)) -> Decimal:
    """Half to even, as banks do."""
    if digits != int(digits) or not 0 <= digits <= 20:
        raise ToolError("round takes from 0 to 20 digits")
    return value.quantize(Decimal(1).scaleb(-int(digits)), rounding=decimal.ROUND_HALF_EVEN, context=_DIGITS)


def _sum(*values: Decimal) -> Decimal:
    total = Decimal(0)
    for value in values:
        total = _DIGITS.add(total, value)
    return total


_FUNCTIONS: Mapping[str, Callable[..., Decimal]] = {
    "abs": abs,
    "min": min,
    "max": max,
    "sum": _sum,
    "round": _rounded,
    "sqrt": _DIGITS.sqrt,
    "exp": _DIGITS.exp,
    "ln": _DIGITS.ln,
    "log10": _DIGITS.log10,
}
_CONSTANTS = {
    "pi": Decimal("3.141592653589793238462643383279503"),
    "e": Decimal("2.718281828459045235360287471352662"),
}


async def _call(arguments: Arguments) -> Any:
    text = str(arguments["expression"]).strip()
    try:
        value = _Arithmetic(text).value(ast.parse(text, mode="eval").body, 1)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ToolError("this is no arithmetic; write it as in (12.5 + 3) * 2 / 7") from None
    except decimal.DivisionByZero:
        raise ToolError("this divides by zero") from None
    except decimal.DecimalException:
        raise ToolError("this has no value, or one that is too large") from None
    except TypeError:
        raise ToolError("a function is given too few numbers, or too many") from None
    return {"result": _number(value), "exact": f"{value.normalize(_DIGITS):f}" if abs(value) < EXACT else str(value)}


def _number(value: Decimal) -> int | float:
    whole = value == value.to_integral_value() and abs(value) < EXACT
    number = int(value) if whole else float(value)
    if not math.isfinite(number):
        raise ToolError("this is larger than any JSON number; calculate in smaller units, or with logarithms")
    return number


class _Arithmetic:
    """Walks the tree of an expression; numbers are taken as they are written, with all their digits."""

    def __init__(self, text: str) -> None:
        self._text = text

    def value(self, node: ast.expr, depth: int) -> Decimal:
        if depth > DEEPEST:
            raise ToolError(f"this nests more than {DEEPEST} deep; calculate it in parts")
        match node:
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return self._number(node, number)
            case ast.Name(id=name) if name in _CONSTANTS:
                return _CONSTANTS[name]
            case ast.UnaryOp(op=sign, operand=operand) if type(sign) in _UNARY:
                return _UNARY[type(sign)](self.value(operand, depth + 1))
            case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _BINARY:
                return _BINARY[type(sign)](self.value(left, depth + 1), self.value(right, depth + 1))
            case ast.Call(func=ast.Name(id=name), args=given, keywords=[]) if name in _FUNCTIONS:
                return _FUNCTIONS[name](*(self.value(each, depth + 1) for each in given))
            case _:
                known = ", ".join([*_FUNCTIONS, *_CONSTANTS])
                raise ToolError(f"only numbers, + - * / // % ** and parentheses are known, and {known}")

    def _number(self, node: ast.expr, number: float) -> Decimal:
        written = ast.get_source_segment(self._text, node) or ""
        whole = isinstance(number, int)  # such as 0x1f, which decimal numbers do not know
        return _DIGITS.create_decimal(number if whole else written)


calculate = Tool(
    "calculate",
    "Works out arithmetic exactly, in decimal numbers. `exact` has all digits; `result` is the nearest JSON number.",
    {
        "type": "object",
        "properties": {"expression": {"type": "string", "minLength": 1, "maxLength": LONGEST}},
        "required": ["expression"],
        "additionalProperties": False,
    },
    {
        "type": "object",
        "properties": {"result": {"type": "number"}, "exact": {"type": "string"}},
        "required": ["result", "exact"],
    },
    _call,
    seconds=5.0,
)
