"""What goes on the record with whatever an attempt puts there next: one append less, and nothing that is not kept."""

from collections.abc import Iterable, Sequence

from application.execute import Order
from domain.kernel import Command


class Ahead:
    """Orders that wait for the next append. They stay until they are on the record."""

    def __init__(self, orders: Iterable[Order] = ()) -> None:
        self._orders = [*orders]

    @property
    def orders(self) -> Sequence[Order]:
        return tuple(self._orders)

    def has(self, kind: type[Command]) -> bool:
        return any(isinstance(order.command, kind) for order in self._orders)

    def add(self, *orders: Order) -> None:
        self._orders += orders

    def done(self, orders: Sequence[Order]) -> None:
        """These are on the record."""
        self._orders = [order for order in self._orders if order not in orders]
