"""Every event there is, by its tag."""

import importlib
import pkgutil
from typing import get_args

import domain
from domain.kernel import Event

MODULES = [importlib.import_module(f"domain.{module.name}") for module in pkgutil.iter_modules(domain.__path__)]
KINDS: list[type[Event]] = [
    kind
    for module in MODULES
    for kind in get_args(getattr(module, "Events", None))
    if kind.__module__ == module.__name__
]
EVENTS: dict[str, type[Event]] = {str(kind.__struct_config__.tag): kind for kind in KINDS}
