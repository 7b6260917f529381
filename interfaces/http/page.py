"""The page."""

from litestar.types import ControllerRouterHandler


def handlers() -> list[ControllerRouterHandler]:
    return []
