"""When a schedule is due, also on the days on which the clocks of the world change."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from application.errors import Invalid
from application.scheduling import moments
from domain.kernel import Instant

BERLIN = "Europe/Berlin"
ALPHABET = st.sampled_from("0123456789*/,-#LW MONFRISAJ")
HOURS = st.integers(0, 24 * 700)
CRONS = st.sampled_from(
    (
        "*/7 * * * *",
        "30 2 * * *",
        "0 * * * *",
        "15 3 * * SUN",
        "59 23 L * *",
        "0 0 29 2 *",
        "*/30 2 * * *",
        "5 1,2 * * *",
    )
)
ZONES = st.sampled_from(
    ("UTC", BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca")
)
BEGIN = datetime(2025, 1, 1, 0, 13, 7, 5, tzinfo=UTC)


def at(text: str) -> Instant:
    return datetime.fromisoformat(text).astimezone(UTC)


def test_it_is_read_in_its_zone() -> None:
    found = moments.upcoming("0 9 * * MON-FRI", BERLIN, at("2026-11-20T09:00:00+01:00"), 2)
    assert found == [at("2026-11-23T09:00:00+01:00"), at("2026-11-24T09:00:00+01:00")]
    assert moments.following("0 9 * * *", "UTC", at("2026-11-20T08:59:59Z")) == at("2026-11-20T09:00:00Z")


def test_a_moment_that_the_clocks_leave_out_is_the_next_one_that_there_is() -> None:
    found = moments.upcoming("30 2 * * *", BERLIN, at("2026-03-28T12:00:00+01:00"), 2)
    assert found == [at("2026-03-29T03:00:00+02:00"), at("2026-03-30T02:30:00+02:00")]


def test_a_moment_that_comes_twice_counts_once() -> None:
    first, following = at("2026-10-25T02:30:00+02:00"), at("2026-10-26T02:30:00+01:00")
    assert moments.upcoming("30 2 * * *", BERLIN, at("2026-10-24T12:00:00+02:00"), 2) == [first, following]
    assert moments.following("30 2 * * *", BERLIN, first) == following
    assert moments.following("30 2 * * *", BERLIN, at("2026-10-25T02:10:00+01:00")) == following


def test_one_that_is_due_all_the_time_goes_on_through_the_hour_that_comes_twice() -> None:
    found = moments.upcoming("*/30 * * * *", BERLIN, at("2026-10-25T01:59:00+02:00"), 4)
    assert [each - found[0] for each in found] == [timedelta(minutes=30 * n) for n in range(4)]


def test_the_latest_of_what_was_missed() -> None:
    first, now = at("2016-11-20T09:00:00Z"), at("2026-11-20T08:59:59Z")
    assert moments.latest("0 9 * * *", "UTC", first, now) == at("2026-11-19T09:00:00Z")
    assert moments.latest("* * * * *", "UTC", first, now) == at("2026-11-20T08:59:00Z")
    assert moments.latest("0 0 29 2 *", "UTC", at("2016-02-29T00:00:00Z"), now) == at("2024-02-29T00:00:00Z")
    assert moments.latest("", "UTC", first, now) == first
    assert moments.latest("0 9 * * *", "UTC", first, first) == first


@settings(max_examples=60, deadline=None)
@given(CRONS, ZONES, HOURS, st.integers(1, 24 * 60))
def test_the_latest_is_what_one_comes_to_by_going_on(cron: str, zone: str, hour: int, hours: int) -> None:
    first = moments.following(cron, zone, BEGIN + timedelta(hours=hour))
    assert first is not None
    until, last = first + timedelta(hours=hours), first
    while (coming := moments.following(cron, zone, last)) is not None and coming <= until:
        assert coming > last
        last = coming
    assert moments.latest(cron, zone, first, until) == last


@settings(max_examples=300, deadline=None)
@given(st.text(ALPHABET, max_size=40), st.lists(st.text(ALPHABET, min_size=1, max_size=6), min_size=5, max_size=5))
def test_whatever_is_written_is_due_some_day_or_refused_at_its_field(text: str, fields: list[str]) -> None:
    for cron in (text, " ".join(fields)):
        try:
            assert moments.checked(cron, BERLIN, BEGIN) > BEGIN
        except Invalid as refused:
            assert refused.field == "cron"


@pytest.mark.parametrize(
    ("cron", "why"),
    [
        ("* * * *", "has 4 fields instead of five"),
        ("0 * * * * *", "has 6 fields instead of five"),
        ("61 * * * *", "its minute must be 0 to 59"),
        ("0 24 * * *", "its hour must be 0 to 23"),
        ("0 0 32 * *", "its day of the month must be 1 to 31"),
        ("0 0 30 2 *", "and one that its months have"),
        ("0 0 1 FOO *", "its month must be 1 to 12"),
        ("0 0 * * MON#6", "its day of the week must be 0 to 7"),
        ("0 0 30 2 */8,MON#5", "never due|is none"),
    ],
)
def test_what_is_no_cron_is_told_why_and_how_to_mend_it(cron: str, why: str) -> None:
    _refused(lambda: moments.checked(cron, "UTC", BEGIN), "cron", why)
    _refused(lambda: moments.checked(cron, "UTC", BEGIN), "cron", "0 9 \\* \\* MON-FRI")


@pytest.mark.parametrize(
    ("zone", "mend"),
    [("europe/berlin", "is it Europe/Berlin?"), ("Nowhere!", "give one such as"), ("../UTC", ""), ("", "")],
)
def test_what_is_no_zone_is_told_which_is_near(zone: str, mend: str) -> None:
    _refused(lambda: moments.checked("* * * * *", zone, BEGIN), "zone", f"there is no time zone.*{mend}".rstrip("?"))


def _refused(what: Callable[[], Any], field: str, why: str) -> None:
    with pytest.raises(Invalid, match=why) as refused:
        what()
    assert refused.value.field == field
