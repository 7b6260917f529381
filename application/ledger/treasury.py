"""Treasury: what a call may cost is reserved before it is made, under every limit that applies to who pays for it."""

import asyncio
import math
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Literal, get_args
from uuid import UUID, uuid5
from weakref import WeakValueDictionary

from application.access import Actor
from application.execute import Executor, Order
from application.identity.recent import Recent
from application.ledger.payer import Payer
from application.ports import Clock
from application.states import UNKNOWN, Known
from domain import budget, ledger, ledger_state
from domain.budget import Budgets, Kind, Unit, Window
from domain.kernel import Record, replace
from domain.ledger import Limit, Reservation
from domain.ledger_state import Used
from domain.run_charge_commands import Ceiling

FRESH_SECONDS = 0.5
"""So long a process trusts what it knows of budgets, so that every replica heeds a new one within a second."""

PAST_SECONDS = 60.0
"""So old may be what is known of the earlier days of a month."""

UNITS: tuple[Unit, ...] = get_args(Unit)
WINDOWS: tuple[Window, ...] = ("day", "month")
CEILINGS: tuple[Literal["call", "step", "run"], ...] = ("call", "step", "run")

KEEPER_ID = UUID("00000000-0000-4000-8000-000000000003")
"""The actor that the log names where Z2 itself keeps the ledger."""


def budgets_of(workspace_id: UUID) -> UUID:
    """The stream of a workspace's limits."""
    return uuid5(workspace_id, "budgets")


def ledger_of(workspace_id: UUID, day: date) -> UUID:
    """The stream of what a workspace uses on a day of UTC."""
    return uuid5(workspace_id, f"ledger:{day.isoformat()}")


class Past(Record):
    """What each subject used in a month before a day, and when the log was asked."""

    until: date
    asked: float
    used: Mapping[str, Used]


class Treasury:
    """Makes the orders that go together with a call's own, in one append: a limit is checked as the call is authorised.

    What is read here only says which limits there are. How much of today they leave is decided by the append.
    """

    def __init__(
        self,
        executor: Executor,
        clock: Clock,
        *,
        fresh_seconds: float = FRESH_SECONDS,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._executor = executor
        self._states = executor.states
        self._clock = clock
        self._fresh_seconds = fresh_seconds
        self._timer = timer
        self._budgeted = Recent[UUID, tuple[float, Known]]()
        self._past = Recent[UUID, Past]()
        self._turns: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()

    async def reserve(
        self, payer: Payer, model: str, entry: UUID, worst_micro_usd: int | None, worst_tokens: int
    ) -> tuple[Reservation, Order]:
        """The reservation of a call at its worst, and the order that makes it; `entries` derives `entry`.

        Raises Unavailable. The append raises Rejected `budget_exceeded`, or `price_unknown` where money is limited and
        `worst_micro_usd` is None; or `ledger_closed` where another process has begun the next day: reserve anew then.
        """
        budgets = await self._budgets(payer.workspace_id)
        day = self._today(payer.workspace_id)
        subjects = payer.subjects(model)
        limits = list(_limits(budgets, subjects))
        if any(limit.window == "month" for limit in limits):
            limits = _with_before(limits, await self._earlier(payer.workspace_id, day))
        reservation = Reservation(ledger_of(payer.workspace_id, day), entry, worst_micro_usd, worst_tokens)
        wish = ledger.Reserve(entry, worst_micro_usd, worst_tokens, subjects, tuple(limits), payer.behind.runs)
        return reservation, Order(reservation.ledger, wish)

    async def ceilings(self, workspace_id: UUID) -> tuple[Ceiling, ...]:
        """What a call, a step and a run may come to. Raises Unavailable."""
        budgets = await self._budgets(workspace_id)
        return tuple(
            Ceiling(of, unit, most)
            for of in CEILINGS
            for unit in UNITS
            if (most := budgets.most(of, "", "whole", unit)) is not None
        )

    @staticmethod
    def settle(reservation: Reservation, micro_usd: int | None, tokens: int) -> Order:
        """What it came to; None is unknown, and goes on counting at its worst."""
        return Order(reservation.ledger, ledger.Settle(reservation.entry, micro_usd, tokens))

    @staticmethod
    def release(reservation: Reservation) -> Order:
        """Nothing was used."""
        return Order(reservation.ledger, ledger.Release(reservation.entry))

    @staticmethod
    def doubt(reservation: Reservation) -> Order:
        """It may have been used; it goes on counting at its worst."""
        return Order(reservation.ledger, ledger.Doubt(reservation.entry))

    async def _budgets(self, workspace_id: UUID) -> Budgets:
        """The limits, from memory if they are not half a second old; calls of one workspace ask but once."""
        if self._stale(workspace_id):
            async with self._turns.setdefault(workspace_id, asyncio.Lock()):
                if self._stale(workspace_id):
                    asked = self._timer()
                    self._budgeted[workspace_id] = asked, await self._states.refresh(budgets_of(workspace_id))
        _, known = self._budgeted[workspace_id]
        own = self._states.remembered(budgets_of(workspace_id))
        newest = own if own.version > known.version else known
        return newest.state if newest.version else budget.initial

    def _stale(self, workspace_id: UUID) -> bool:
        asked, _ = self._budgeted.get(workspace_id, (-math.inf, UNKNOWN))
        return self._timer() - asked > self._fresh_seconds

    def _today(self, workspace_id: UUID) -> date:
        """The day by our clock, or the next one where a process whose clock is ahead has closed it."""
        day = self._clock().date()
        known = self._states.remembered(ledger_of(workspace_id, day))
        return day + timedelta(days=1) if known.version and known.state.closed else day

    async def _earlier(self, workspace_id: UUID, day: date) -> Mapping[str, Used]:
        """What each subject used on the earlier days of the month, the last of which is closed before it is read.

        On a closed day hardly anything grows any more, and what falls meanwhile may be known a minute later.
        """
        async with self._turns.setdefault(workspace_id, asyncio.Lock()):
            past = self._past.get(workspace_id)
            if past is None or past.until != day or self._timer() - past.asked > PAST_SECONDS:
                asked = self._timer()
                past = Past(day, asked, await self._used_before(workspace_id, day))
                self._past[workspace_id] = past
            return past.used

    async def _used_before(self, workspace_id: UUID, day: date) -> Mapping[str, Used]:
        streams = [ledger_of(workspace_id, day.replace(day=number)) for number in range(1, day.day)]
        if not streams:
            return {}
        actor = Actor(KEEPER_ID, workspace_id, "system")
        await self._executor.execute(streams[-1], ledger.Close(), actor, correlation_id=streams[-1])
        days = (await self._states.refresh_all(*streams)).values()
        return ledger_state.together(known.state for known in days if known.version)


def _limits(budgets: Budgets, subjects: Iterable[str]) -> Iterable[Limit]:
    for name in subjects:
        kind, _, subject = name.partition(":")
        for window in WINDOWS:
            for unit in UNITS:
                most = budgets.most(_KINDS[kind], subject, window, unit)
                if most is not None:
                    yield Limit(name, unit, window, most)


_KINDS: dict[str, Kind] = {kind: kind for kind in get_args(Kind)}


def _with_before(limits: Iterable[Limit], earlier: Mapping[str, Used]) -> list[Limit]:
    return [
        replace(limit, before=earlier.get(limit.subject, Used()).of(limit.unit)) if limit.window == "month" else limit
        for limit in limits
    ]
