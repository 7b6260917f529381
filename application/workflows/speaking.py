"""Mistakes in expressions: what is no expression, speaks of what is not there yet, or of what never will be."""

from collections.abc import Iterator

from application.workflows import schemas
from application.workflows.expressions import Expression, WrongExpression, compiled
from application.workflows.interpolation import template
from application.workflows.mistakes import Path, meant, shown
from application.workflows.references import Names, references, value_of
from application.workflows.scopes import Scope, Visit, in_turns, whole
from application.workflows.shape import Fault
from domain import nodes as kinds
from domain.definition import Definition
from domain.kernel import replace
from domain.nodes import Schema

ELSEWHERE = {
    "item": "inside a map",
    "index": "inside a map",
    "turn": "inside a loop",
    "last": "inside a loop and in its `until`",
}


def of_definition(definition: Definition) -> Iterator[Fault]:
    yield from of_expression(definition.output, ("output",), whole(definition))


def of_node(visit: Visit, tools: dict[str, Schema | None]) -> Iterator[Fault]:
    """All that is wrong with the expressions of a node."""
    node, path, scope = visit.node, visit.path, visit.scope
    yield from of_expression(node.when, (*path, "when"), scope)
    match node:
        case kinds.Agent(prompt=prompt, input=given):
            yield from of_text(prompt, (*path, "prompt"), scope)
            yield from of_expression(given, (*path, "input"), scope)
        case kinds.Debate(prompt=prompt) | kinds.Vote(prompt=prompt) | kinds.Plan(prompt=prompt):
            yield from of_text(prompt, (*path, "prompt"), scope)
        case kinds.Handoff(prompt=prompt) | kinds.Supervisor(prompt=prompt):
            yield from of_text(prompt, (*path, "prompt"), scope)
        case kinds.Approval(question=question, show=show):
            yield from of_text(question, (*path, "question"), scope)
            yield from of_expression(show, (*path, "show"), scope)
        case kinds.Input(question=question):
            yield from of_text(question, (*path, "question"), scope)
        case _:
            yield from _of_other(visit, tools)


def _of_other(visit: Visit, tools: dict[str, Schema | None]) -> Iterator[Fault]:
    node, path, scope = visit.node, visit.path, visit.scope
    match node:
        case kinds.Tool(tool=tool, arguments=arguments):
            yield from of_expression(arguments, (*path, "arguments"), scope)
            yield from _of_arguments(arguments, tools.get(tool), (*path, "arguments"), scope)
        case kinds.Transform(expression=expression):
            yield from of_expression(expression, (*path, "expression"), scope)
        case kinds.Map(over=over):
            yield from of_expression(over, (*path, "over"), scope, {"type": "array"})
        case kinds.Branch(arms=arms):
            for index, arm in enumerate(arms):
                yield from of_expression(arm.when, (*path, "arms", index, "when"), scope)
        case kinds.Loop(until=until):
            inner = replace(scope, names={**scope.names, **in_turns(node)})
            yield from of_expression(until, (*path, "until"), inner)
        case kinds.Wait(until=until):
            yield from of_expression(until, (*path, "until"), scope, schemas.TEXT)
        case kinds.SubWorkflow(input=given):
            yield from of_expression(given, (*path, "input"), scope)
        case _:
            return


def of_text(text: str, path: Path, scope: Scope) -> Iterator[Fault]:
    """What is wrong with the places of a text that are replaced."""
    try:
        places = template(text).expressions
    except WrongExpression as error:
        yield path, f"{error} (character {error.position + 1})"
        return
    for expression in places:
        for detail in _astray(expression, scope):
            yield path, f"in {shown(expression.text)}: {detail}"


def of_expression(text: str, path: Path, scope: Scope, wanted: Schema | None = None) -> Iterator[Fault]:
    """What is wrong with an expression whose value is to be `wanted`; nothing where there is no expression."""
    if not text:
        return
    try:
        expression = compiled(text)
    except WrongExpression as error:
        yield path, f"{error} (character {error.position + 1})"
        return
    for detail in _astray(expression, scope):
        yield path, detail
    whence = value_of(expression)
    unfit = schemas.clash(scope.known(whence), wanted) if whence and wanted else None
    if unfit:
        yield path, f"{shown(text)} {unfit}"


def _astray(expression: Expression, scope: Scope) -> Iterator[str]:
    """What an expression speaks of in vain."""
    for path in references(expression).paths:
        if path and path[0] not in scope.names:
            yield _unknown(path, scope)
        elif path and path[0] != "steps":
            why = schemas.below(scope.names[str(path[0])], path[1:], str(path[0]))[1]
            if why:
                yield why
        elif len(path) > 1 and isinstance(path[1], str):
            yield from _astray_step(path[1], path[2:], scope)


def _unknown(path: Names, scope: Scope) -> str:
    name = str(path[0])
    if name in ELSEWHERE:
        return f"{shown(name)} is there only {ELSEWHERE[name]}"
    if name in scope.visible():
        return f"there is no {shown(name)} here; write steps.{_spelt(name)}"
    return f"there is no {shown(name)} here{meant(name, scope.names)} (texts stand in single quotes: 'so')"


def _astray_step(name: str, rest: Names, scope: Scope) -> Iterator[str]:
    visible = scope.visible()
    if name in visible:
        why = schemas.below(visible[name], rest, f"steps.{_spelt(name)}")[1]
        if why:
            yield why
    elif scope.somewhere(name):
        yield f"{shown(name)} is not done before this; add it to `needs`"
    else:
        yield f"there is no node {shown(name)} here{meant(name, visible)}"


def _spelt(name: str) -> str:
    return f'"{name}"' if "-" in name else name


def _of_arguments(text: str, wanted: Schema | None, path: Path, scope: Scope) -> Iterator[Fault]:
    """Arguments that are written as an object, against what the tool takes."""
    try:
        tree = compiled(text).tree
    except WrongExpression:
        return
    if wanted is None or tree["type"] != "multi_select_dict":
        return
    properties = wanted.get("properties")
    known = properties if isinstance(properties, dict) else {}
    given = {child["value"]: child["children"][0] for child in tree["children"]}
    for name, value in given.items():
        if name in known:
            held = schemas.of_value(value["value"]) if value["type"] == "literal" else _held(value, scope)
            unfit = schemas.clash(held, known[name])
            if unfit:
                yield path, f"{name} {unfit}"
        elif wanted.get("additionalProperties") is False:
            yield path, f"the tool takes no {shown(name)}{meant(name, known)}"
    for name in wanted.get("required", []):
        if name not in given:
            yield path, f"the tool needs {shown(name)}, which is not given"


def _held(tree: object, scope: Scope) -> schemas.Known:
    whence = value_of(Expression("", tree))
    return scope.known(whence) if whence else None
