"""When a schedule is due: by cron in a zone of the world, through changes of its clocks as Debian's cron has them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from functools import cache
from itertools import islice
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from cronsim import CronSim, CronSimError

from application.errors import Invalid
from domain.kernel import Instant

FIELDS = 5
FIRST_WINDOW = timedelta(hours=2)

MEND = (
    "give minute, hour, day of the month, month and day of the week, such as `0 9 * * MON-FRI` for nine o'clock on"
    " working days"
)
PARTS = {
    "Bad minute": "its minute must be 0 to 59",
    "Bad hour": "its hour must be 0 to 23",
    "Bad day-of-month": "its day of the month must be 1 to 31, L for the last or LW for the last weekday, and one"
    " that its months have",
    "Bad month": "its month must be 1 to 12 or JAN to DEC",
    "Bad day-of-week": "its day of the week must be 0 to 7 or SUN to SAT",
}


def zone(name: str) -> ZoneInfo:
    """The zone of this name. Raises Invalid."""
    try:
        if name not in _zones():
            raise ZoneInfoNotFoundError
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = get_close_matches(name, _zones(), 1, 0.5)
        mend = f"is it {near[0]}?" if near else "give one such as Europe/Berlin or UTC"
        raise Invalid(f"there is no time zone {name!r}; {mend}", field="zone") from None


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def checked(cron: str, zone_name: str, after: Instant) -> Instant:
    """The first moment behind this one. Raises Invalid, with the field and the mend, where there is none."""
    zone(zone_name)
    if len(cron.split()) != FIELDS:
        raise Invalid(f"cron {cron!r} has {len(cron.split())} fields instead of five; {MEND}", field="cron")
    try:
        found = following(cron, zone_name, after)
    except CronSimError as error:
        told = PARTS.get(str(error), "it cannot be read")
        raise Invalid(f"cron {cron!r} is none: {told}; {MEND}", field="cron") from None
    if found is None:
        raise Invalid(f"cron {cron!r} is never due: no day is like that; {MEND}", field="cron")
    return found


def following(cron: str, zone_name: str, after: Instant) -> Instant | None:
    """The first moment behind this one, if there is one; without a cron there is none."""
    return next(iter(upcoming(cron, zone_name, after, 1)), None)


def upcoming(cron: str, zone_name: str, after: Instant, count: int) -> list[Instant]:
    """So many moments behind this one at the most, in UTC and in their order."""
    return list(islice(_moments(cron, zone_name, after), count)) if cron else []


def latest(cron: str, zone_name: str, first: Instant, until: Instant) -> Instant:
    """The last moment from `first` on, which is one, that is not behind `until`."""
    window, begin = FIRST_WINDOW, until
    while cron and begin > first:
        begin = max(first, until - window)
        found = first
        for moment in _moments(cron, zone_name, begin):
            if moment > until:
                break
            found = moment
        if found > first:
            return found
        window *= 4
    return first


def _moments(cron: str, zone_name: str, after: Instant) -> Iterator[Instant]:
    """Each moment once, and none that is not behind the one before: an hour that comes twice counts once."""
    last = after.astimezone(UTC)
    for moment in CronSim(cron, last.astimezone(ZoneInfo(zone_name))):
        at = _in_utc(moment)
        if at > last:
            yield at
            last = at


def _in_utc(moment: datetime) -> Instant:
    return moment.astimezone(UTC)
