"""No handler reads rows but as the reader of its actor's workspace."""

import ast
from collections.abc import Iterator

from tests.test_house import TREES

HANDLERS = {name: tree for name, tree in TREES.items() if name.startswith("interfaces/http/")}

KEEPERS = {
    "Deliveries": "its list is read as the reader; a redrive names a webhook that the log says is the workspace's",
    "LogPages": "the log has no rows of workspaces; whose an event is, its context says, and handlers look there",
    "PostgresUses": "it tells when a credential was last used, and is asked for those that the reader has shown",
    "of_member": "it gives the ids of one user's workspaces and nothing of them; whether they belong, the log says",
    "of_person": "it gives one user's own sign-ins, in those workspaces that the log says they belong to",
    "WebhookSecrets": "only who signs and who checks reads them; they are made and forgotten with an accepted command",
}
"""What a handler may hand the database to, and how it keeps workspaces apart."""

OF_ALL_WORKSPACES = {
    "interfaces/http/projections.py": "how far read models are, and building them anew, concerns no workspace",
    "interfaces/http/reading.py": "the one place that makes readers",
}

RAW = {"commit", "connect", "connection", "rollback", "transaction"}
"""Who ends the transaction of a reader would be the owner again."""


def named(function: ast.expr) -> str:
    """The name that is called, without what stands before its last dot."""
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def databases(tree: ast.AST) -> Iterator[ast.Attribute]:
    """Wherever a module takes the database from the parts of its process."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "database")


def handed_over(tree: ast.AST) -> set[ast.expr]:
    """What is given to one of the keepers as an argument."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and named(node.func) in KEEPERS)
    return {argument for call in calls for argument in call.args}


def test_handlers_hand_the_database_to_its_keepers_only() -> None:
    taken = {
        f"{name}:{node.lineno}"
        for name, tree in HANDLERS.items()
        for node in databases(tree)
        if name not in OF_ALL_WORKSPACES and node not in handed_over(tree)
    }
    assert taken == set(), "read rows with interfaces.http.reading.reading(core, request.user)"


def test_handlers_neither_open_connections_nor_end_transactions() -> None:
    opened = {
        f"{name}:{node.lineno}"
        for name, tree in HANDLERS.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in RAW
        if name not in OF_ALL_WORKSPACES
    }
    assert opened == set()


def test_handlers_know_neither_the_driver_nor_the_class_of_the_database() -> None:
    known = {
        f"{name}: {module}"
        for name, tree in HANDLERS.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for module in [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
        if module.partition(".")[0] in ("psycopg", "psycopg_pool") or module == "infrastructure.database"
    }
    assert known == set()


def test_the_exceptions_are_still_needed() -> None:
    assert {name for name in OF_ALL_WORKSPACES if not [*databases(HANDLERS[name])]} == set()
    called = {named(node.func) for tree in HANDLERS.values() for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert set(KEEPERS) <= called
