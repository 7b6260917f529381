"""How a template becomes text: with the values it is given, within bounds, and with the line of whatever is wrong."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import GeneratorType, TracebackType
from typing import Any

from jinja2 import Template, TemplateError, TemplateSyntaxError, UndefinedError, meta, nodes

from application.intelligence import sandbox
from application.intelligence.effort import TooMuch, bounded, room
from application.intelligence.faults import WrongTemplate
from application.intelligence.filters import Unfit

LANGUAGE = sandbox.Language()
_PYTHON = (SyntaxError, RecursionError, MemoryError, OverflowError)
_FAULTS = (TypeError, ValueError, ArithmeticError, LookupError, RecursionError, MemoryError)


@lru_cache(maxsize=1_024)
def variables(source: str) -> frozenset[str]:
    """The names that a template wants values for. Raises WrongTemplate."""
    return frozenset(meta.find_undeclared_variables(_parsed(source)) - LANGUAGE.globals.keys())


def rendered(source: str, values: Mapping[str, Any]) -> str:
    """The text, without white space around it. Raises WrongTemplate.

    It is a function of the template and the values, but for what takes too long.
    """
    template = _compiled(source)
    pieces: list[str] = []
    size = 0
    words = template.root_render_func(template.new_context(dict(values)))
    try:
        with bounded():
            for piece in words:
                pieces.append(piece)
                size += len(piece)
                room(size)
    except UndefinedError as error:
        detail = f"{error.message}; give it a value, or say what stands for it: {{{{ … | default('…') }}}}"
        raise WrongTemplate(detail, _line(error.__traceback__)) from None
    except (TooMuch, Unfit, TemplateError) as error:
        raise WrongTemplate(str(error), _line(error.__traceback__) or _reached(template, words)) from None
    except _FAULTS as error:
        raise WrongTemplate(f"this cannot be done with these values: {error}", _line(error.__traceback__)) from None
    return "".join(pieces).strip()


def _parsed(source: str) -> nodes.Template:
    try:
        template = LANGUAGE.parse(source)
        sandbox.check(template)
    except TemplateSyntaxError as error:
        raise WrongTemplate(error.message or "it is no template", error.lineno) from None
    except sandbox.NotAllowed as error:
        raise WrongTemplate(str(error), error.line) from None
    except _PYTHON:
        raise WrongTemplate("it is nested too deep") from None
    return template


@lru_cache(maxsize=256)
def _compiled(source: str) -> Template:
    tree = sandbox.counted(_parsed(source))
    try:
        code = LANGUAGE.compile(tree)
    except TemplateError as error:
        raise WrongTemplate(error.message or "it is no template", getattr(error, "lineno", 0)) from None
    except _PYTHON as error:
        raise WrongTemplate(f"it cannot be compiled: {error}") from None
    return Template.from_code(LANGUAGE, code, dict(LANGUAGE.globals))


def _line(trace: TracebackType | None) -> int:
    """The line of the template at which an error was made."""
    found = 0
    while trace is not None:
        template = trace.tb_frame.f_globals.get("__jinja_template__")
        if isinstance(template, Template):
            found = template.get_corresponding_lineno(trace.tb_lineno)
        trace = trace.tb_next
    return found


def _reached(template: Template, words: Iterator[str]) -> int:
    """The line at which a template was stopped from outside."""
    frame = words.gi_frame if isinstance(words, GeneratorType) else None
    return 0 if frame is None else template.get_corresponding_lineno(frame.f_lineno)
