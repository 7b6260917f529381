"""Tools that are written as functions of Python: what they take and give follows from their types."""

import asyncio
import inspect
import threading
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Generic, ParamSpec, TypeVar, cast, get_type_hints

import msgspec

from application.errors import Invalid
from application.models import formats
from application.models.request import JsonSchema
from application.orchestration.tools import MOST_BYTES, SECONDS, Tool, ToolCall, ToolError
from domain.kernel import replace
from domain.run_values import Effect

P = ParamSpec("P")
R = TypeVar("R")

LONGEST_DESCRIPTION = 2_000


class Function(Generic[P, R]):
    """A function that can be called as before, and that agents can be given as `tool`."""

    def __init__(self, function: Callable[P, R], made: Tool) -> None:
        self.tool = made
        self._function = function

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return self._function(*args, **kwargs)


def tool(
    *,
    name: str = "",
    effect: Effect = "read",
    seconds: float = SECONDS,
    most_bytes: int = MOST_BYTES,
    repeatable: bool = False,
    untrusted: bool = False,
) -> Callable[[Callable[P, R]], Function[P, R]]:
    """Make a tool of a function, with the name of the function and its docstring as the description.

    A parameter of the type ToolCall is given who calls, and the key of the call. A function that is not `async` has a
    thread of its own. Raises Invalid where the function does not say what it takes or is for.
    """
    kind: dict[str, Any] = {"effect": effect, "repeatable": repeatable, "untrusted": untrusted}
    bounds = Tool("", "", {}, {}, seconds=seconds, most_bytes=most_bytes, **kind)
    return lambda function: Function(function, _made(function, name or function.__name__.replace("_", "-"), bounds))


def _made(function: Callable[..., Any], name: str, bounds: Tool) -> Tool:
    """Raises Invalid."""
    description = inspect.cleandoc(function.__doc__ or "")[:LONGEST_DESCRIPTION]
    if not description:
        raise Invalid(f"the tool {name!r} has no docstring, and agents are told by it what it is for")
    takes, calling = _taken(name, function)
    gives = get_type_hints(function, include_extras=True).get("return", Any)
    return replace(
        bounds,
        name=name,
        description=description,
        input=_schema(name, takes),
        output=_schema(name, gives),
        act=partial(_act, function, takes, calling),
    )


def _taken(name: str, function: Callable[..., Any]) -> tuple[type[msgspec.Struct], str]:
    """A type of all that a call gives, and the parameter that is told who calls. Raises Invalid."""
    hints = get_type_hints(function, include_extras=True)
    fields: list[tuple[str, Any] | tuple[str, Any, Any]] = []
    calling = ""
    for each in inspect.signature(function).parameters.values():
        if each.kind not in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY) or each.name not in hints:
            raise Invalid(f"the tool {name!r} needs a name and a type for each parameter; {each.name!r} has not")
        if hints[each.name] is ToolCall:
            calling = each.name
        elif each.default is each.empty:
            fields.append((each.name, hints[each.name]))
        else:
            fields.append((each.name, hints[each.name], each.default))
    return msgspec.defstruct("Arguments", fields, kw_only=True, forbid_unknown_fields=True), calling


def _schema(name: str, kind: Any) -> JsonSchema:
    """Raises Invalid."""
    if kind is Any:
        return {}
    try:
        (schema,), parts = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    except TypeError as error:
        raise Invalid(f"the tool {name!r} has a type that JSON cannot say: {error}") from None
    if schema == {"$ref": "#/$defs/Arguments"}:
        schema = parts.pop("Arguments")
        schema.pop("title", None)
    whole = {**schema, "$defs": parts} if parts else schema
    plain: JsonSchema = msgspec.json.decode(msgspec.json.encode(whole))
    if problem := formats.refusal(plain):
        raise Invalid(f"the schema of the tool {name!r} cannot be used: {problem}")
    return plain


async def _act(function: Callable[..., Any], takes: type[msgspec.Struct], calling: str, call: ToolCall) -> Any:
    try:
        given = msgspec.convert(call.arguments, takes)
    except msgspec.ValidationError as error:
        raise ToolError(f"it does not take this: {error}") from None
    arguments = {field: getattr(given, field) for field in takes.__struct_fields__}
    if calling:
        arguments[calling] = call
    if inspect.iscoroutinefunction(function):
        return await cast("Awaitable[Any]", function(**arguments))
    return await _in_thread(partial(function, **arguments), call.tool.name)


async def _in_thread(work: Callable[[], Any], name: str) -> Any:
    """In a thread that nobody waits for once the time is over, also not the process when it ends."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Any] = loop.create_future()

    def tell(outcome: Callable[[Any], None], value: Any) -> None:
        if not done.done():
            outcome(value)

    def run() -> None:
        try:
            outcome, value = done.set_result, work()
        except BaseException as error:  # noqa: BLE001 - whoever waits is told, whatever it is
            outcome, value = done.set_exception, _tellable(error)
        if not loop.is_closed():
            loop.call_soon_threadsafe(tell, outcome, value)

    threading.Thread(target=run, name=f"tool:{name}", daemon=True).start()
    return await done


def _tellable(error: BaseException) -> Exception:
    """A future cannot hold an end of an iteration, and what would end the process ends only the call."""
    fine = isinstance(error, Exception) and not isinstance(error, StopIteration)
    return error if fine and isinstance(error, Exception) else RuntimeError(type(error).__name__)
