"""Date and time: what the time is somewhere, what it will be, and how long it is until then."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from application.models.request import JsonSchema
from application.orchestration.tools import Arguments, Tool, ToolError
from application.ports import Clock

_UNITS = ("weeks", "days", "hours", "minutes", "seconds")
_MOST = 10_000_000_000
_MOMENT = {"type": "string", "maxLength": 40, "description": "ISO 8601; without an offset it is in `zone`"}

_INPUT: JsonSchema = {
    "type": "object",
    "properties": {
        "at": _MOMENT,
        "until": _MOMENT,
        "zone": {"type": "string", "maxLength": 60, "description": "such as Europe/Zurich; UTC without it"},
        "add": {
            "type": "object",
            "properties": {unit: {"type": "number", "minimum": -_MOST, "maximum": _MOST} for unit in _UNITS},
            "additionalProperties": False,
        },
    },
    "additionalProperties": False,
}
_OUTPUT: JsonSchema = {
    "type": "object",
    "properties": {
        "moment": {"type": "string"},
        "date": {"type": "string"},
        "time": {"type": "string"},
        "weekday": {"type": "string"},
        "week": {"type": "integer"},
        "seconds_until": {"type": "number"},
    },
    "required": ["moment", "date", "time", "weekday", "week"],
}


def date_time(clock: Clock) -> Tool:
    """The tool with its clock."""

    async def call(arguments: Arguments) -> Any:
        zone = _zone(arguments.get("zone", "UTC"))
        try:
            at = _moment(arguments.get("at"), zone) or clock().astimezone(zone)
            at = (at.astimezone(UTC) + timedelta(**arguments.get("add", {}))).astimezone(zone)
            until = _moment(arguments.get("until"), zone)
            return _told(at, until)
        except OverflowError:
            raise ToolError("this is beyond the calendar, which goes from the year 1 to the year 9999") from None

    said = (
        "The date and the time now, or at a moment, in a time zone; after some time is added; and how long until then."
    )
    return Tool("date-time", said, _INPUT, _OUTPUT, call, seconds=5.0)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ToolError(f"there is no time zone {name!r}; write it as in Europe/Zurich") from None


def _moment(text: str | None, zone: ZoneInfo) -> datetime | None:
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ToolError(f"{text!r} is no moment; write it as in 2027-01-31T09:00:00+01:00") from None
    return at.astimezone(zone) if at.tzinfo else at.replace(tzinfo=zone)


def _told(at: datetime, until: datetime | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "moment": at.isoformat(),
        "date": at.date().isoformat(),
        "time": at.time().isoformat(timespec="seconds"),
        "weekday": at.strftime("%A"),
        "week": at.isocalendar().week,
    }
    if until is not None:
        # of two moments in one zone the difference would be that of the clocks on the wall
        told["seconds_until"] = (until.astimezone(UTC) - at.astimezone(UTC)).total_seconds()
    return told
