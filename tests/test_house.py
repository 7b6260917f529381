"""The rules of the house that no other tool keeps."""

import ast
import importlib.metadata
import re
import sys
from pathlib import Path

import pytest

from domain.kernel import Event
from tests.domain.events import EVENTS, KINDS

ROOT = Path(__file__).parents[1]
LAYERS = ("domain", "application", "projections", "infrastructure", "interfaces")
FILES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for layer in (*LAYERS, "tests")
    for path in sorted((ROOT / layer).rglob("*.py"))
}
SOURCES = {name: text for name, text in FILES.items() if name.partition("/")[0] in LAYERS}
TREES = {name: ast.parse(text) for name, text in SOURCES.items()}

MAX_FILE = 250
MAX_FUNCTION = 30
# What is longer than the rule allows, and how long it is. Entries may shrink or go; none may grow or come.
LONG: dict[str, int] = {}

IMPURE_MODULES = {
    *("asyncio", "http", "io", "logging", "multiprocessing", "os", "pathlib", "random", "secrets", "shutil"),
    *("signal", "socket", "sqlite3", "subprocess", "sys", "tempfile", "threading", "time", "urllib"),
}
IMPURE_CALLS = {"now", "open", "print", "today", "utcnow", "uuid1", "uuid4", "uuid6", "uuid7"}


def lengths() -> dict[str, int]:
    """How many lines each file and each function has; a function is `file.py:name`."""
    found = {name: len(text.splitlines()) for name, text in SOURCES.items()}
    for name, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                found[f"{name}:{node.name}"] = max(lines, found.get(f"{name}:{node.name}", 0))
    return found


def test_files_and_functions_stay_short_and_the_list_of_exceptions_only_shrinks() -> None:
    too_long = {name: lines for name, lines in lengths().items() if lines > (MAX_FUNCTION if ":" in name else MAX_FILE)}
    assert too_long == LONG


def test_no_installed_distribution_provides_the_name_of_a_layer() -> None:
    providers = importlib.metadata.packages_distributions()
    assert {layer: set(providers.get(layer, ())) - {"z2"} for layer in LAYERS} == {layer: set() for layer in LAYERS}


def imported(tree: ast.Module) -> set[str]:
    """The top-level packages that a module imports."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "domain").partition(".")[0])
    return names


def used(tree: ast.Module) -> set[str]:
    """The names of the functions that a module calls and of everything that it reaches through a dot."""
    calls = {node.func for node in ast.walk(tree) if isinstance(node, ast.Call)}
    reached = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return reached | {function.id for function in calls if isinstance(function, ast.Name)}


def test_the_domain_knows_the_standard_library_and_msgspec_but_no_clock_chance_or_outside() -> None:
    allowed = {*sys.stdlib_module_names, "domain", "msgspec"} - IMPURE_MODULES
    rules = {name: tree for name, tree in TREES.items() if name.startswith("domain/")}
    assert {name: imported(tree) - allowed for name, tree in rules.items() if imported(tree) - allowed} == {}
    assert {name: used(tree) & IMPURE_CALLS for name, tree in rules.items() if used(tree) & IMPURE_CALLS} == {}


@pytest.mark.parametrize("tag", EVENTS)
def test_a_tag_says_noun_fact_and_version(tag: str) -> None:
    assert re.fullmatch(r"[a-z_]+\.[a-z_]+\.v\d+", tag)
    module = EVENTS[tag].__module__.rpartition(".")[2]
    assert re.fullmatch(rf"{tag.partition('.')[0]}(_([a-z]+_)?events)?", module)


def test_each_event_has_a_tag_of_its_own_and_belongs_to_an_aggregate() -> None:
    assert len(EVENTS) == len(KINDS)
    assert {kind for kind in Event.__subclasses__() if kind.__module__.startswith("domain.")} == set(KINDS)


BANNER = re.compile(r"^\s*#\s*([^\w\s])\1{3,}|^\s*#.*([^\w\s])\2{3,}\s*$")


def test_no_file_has_banners() -> None:
    banners = {
        f"{name}:{number}": line
        for name, text in FILES.items()
        for number, line in enumerate(text.splitlines(), start=1)
        if BANNER.search(line)
    }
    assert banners == {}
