"""Windows: half-open, in UTC, exact; and what happens where clocks change."""

from __future__ import annotations

import math
import pickle
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import attrs
import pytest

from fourtop.errors import InvalidWindow, NaiveDatetime, NonexistentTime
from fourtop.model.window import (
    LATEST_US,
    MAX_WINDOW_US,
    Window,
    from_micros,
    iso,
    next_valid,
    to_micros,
)

LONDON = ZoneInfo("Europe/London")
NEW_YORK = ZoneInfo("America/New_York")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def window(start: str, end: str, zone: tzinfo = UTC) -> Window:
    return Window(
        datetime.fromisoformat(start).replace(tzinfo=zone),
        datetime.fromisoformat(end).replace(tzinfo=zone),
    )


# ---- what is no window ---------------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [0, -1, -60])
def test_an_empty_or_reversed_window_is_refused(minutes: int) -> None:
    with pytest.raises(InvalidWindow, match="window: must end after it starts"):
        Window(NOON, NOON + timedelta(minutes=minutes))


def test_a_window_may_last_one_microsecond() -> None:
    assert Window(NOON, NOON + timedelta(microseconds=1)).minutes == 0


def test_a_window_of_31_days_is_the_longest() -> None:
    assert Window(NOON, NOON + timedelta(days=31)).minutes == 31 * 24 * 60
    with pytest.raises(InvalidWindow, match="window: must be at most 31 days long"):
        Window(NOON, NOON + timedelta(days=31, microseconds=1))
    with pytest.raises(InvalidWindow, match="31 days"):
        Window(NOON, NOON + timedelta(days=400))


@pytest.mark.parametrize(
    "bounds", [(NOON.replace(tzinfo=None), NOON), (NOON, NOON.replace(tzinfo=None))]
)
def test_a_bound_without_a_time_zone_is_refused(bounds: tuple[datetime, datetime]) -> None:
    with pytest.raises(NaiveDatetime) as caught:
        Window(*bounds)
    assert caught.value.field == "window"
    assert caught.value.given == "2026-05-01T12:00:00"


def test_a_bound_whose_zone_knows_no_offset_is_refused() -> None:
    class Nowhere(tzinfo):
        def utcoffset(self, _moment: datetime | None) -> timedelta | None:
            return None

        def dst(self, _moment: datetime | None) -> timedelta | None:
            return None

        def tzname(self, _moment: datetime | None) -> str | None:
            return None

    with pytest.raises(NaiveDatetime):
        to_micros(NOON.replace(tzinfo=Nowhere()))


@pytest.mark.parametrize(
    "value",
    ["2026-05-01T12:00:00+00:00", 0, math.inf, -math.inf, math.nan, None, date(2026, 5, 1), True],
    ids=repr,
)
def test_what_is_no_datetime_is_refused(value: Any) -> None:
    with pytest.raises(InvalidWindow, match="window: must be a datetime with a time zone"):
        Window(value, NOON)


@pytest.mark.parametrize("number", [0, 19, True, 1_904_040_000, 1_904_040_000_000, 10**18, 2e15])
def test_a_number_that_is_no_stored_instant_is_refused(number: Any) -> None:
    with pytest.raises(InvalidWindow, match="window: must be a datetime with a time zone"):
        Window(number, NOON)
    with pytest.raises(InvalidWindow, match="window: must be a datetime with a time zone"):
        Window(NOON, number)


def test_a_window_takes_its_own_fields() -> None:
    noon = window("2026-05-01T12:00", "2026-05-01T13:00")
    assert attrs.evolve(noon) == noon
    longer = attrs.evolve(noon, end=utc("2026-05-01T14:00"))
    assert longer == window("2026-05-01T12:00", "2026-05-01T14:00")


@pytest.mark.parametrize(
    "value",
    [
        datetime.min.replace(tzinfo=UTC),
        datetime.max.replace(tzinfo=UTC),
        datetime.min.replace(tzinfo=ZoneInfo("Asia/Tokyo")),
        datetime.max.replace(tzinfo=NEW_YORK),
        EPOCH - timedelta(microseconds=1),
        datetime(2200, 1, 1, tzinfo=UTC),
    ],
    ids=str,
)
def test_the_infinities_and_all_outside_1970_to_2199_are_refused(value: datetime) -> None:
    with pytest.raises(InvalidWindow, match="start: must lie in the years 1970 to 2199"):
        to_micros(value, "start")


def test_the_first_and_the_last_microsecond_are_taken() -> None:
    assert to_micros(EPOCH) == 0
    assert to_micros(datetime(2200, 1, 1, tzinfo=UTC) - timedelta(microseconds=1)) == LATEST_US - 1


def test_a_window_of_counts_keeps_the_same_rules() -> None:
    assert Window.of_micros(0, MAX_WINDOW_US) == Window(EPOCH, EPOCH + timedelta(days=31))
    with pytest.raises(InvalidWindow, match="must end after"):
        Window.of_micros(5, 5)
    with pytest.raises(InvalidWindow, match="31 days"):
        Window.of_micros(0, MAX_WINDOW_US + 1)


# ---- what a window is ----------------------------------------------------------------------------


def test_a_window_is_kept_in_utc_whatever_zone_it_came_in() -> None:
    here = window("2026-05-01T19:00", "2026-05-01T20:30", LONDON)
    there = window("2026-05-01T14:00", "2026-05-01T15:30", NEW_YORK)

    assert here == there
    assert hash(here) == hash(there)
    assert (here.start, here.end) == (utc("2026-05-01T18:00"), utc("2026-05-01T19:30"))
    assert here.start.tzinfo is UTC
    assert here.minutes == 90


def test_an_instant_survives_to_the_microsecond() -> None:
    moment = datetime(2199, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)

    assert from_micros(to_micros(moment)) == moment
    assert iso(to_micros(moment)) == "2199-12-31T23:59:59.999999+00:00"


def test_windows_are_ordered_by_start_then_end() -> None:
    first, second, third = Window.of_micros(1, 9), Window.of_micros(2, 3), Window.of_micros(2, 4)

    assert sorted([third, second, first]) == [first, second, third]


def test_a_window_is_written_as_iso_8601() -> None:
    text = "2026-05-01T18:00:00+00:00/2026-05-01T20:00:00+00:00"

    assert str(window("2026-05-01T18:00", "2026-05-01T20:00")) == text
    assert repr(window("2026-05-01T18:00", "2026-05-01T20:00")) == f"Window({text})"


def test_a_window_survives_pickling() -> None:
    stay = window("2026-05-01T18:00", "2026-05-01T20:00")

    assert pickle.loads(pickle.dumps(stay)) == stay  # noqa: S301  # Our own bytes, made on this line.


# ---- overlap -------------------------------------------------------------------------------------

OVERLAPS = {
    "straddling": ((1000, 2000), (1500, 2500), True),
    "contained": ((1000, 3000), (1500, 2500), True),
    "equal": ((1000, 2000), (1000, 2000), True),
    "touching": ((1000, 2000), (2000, 3000), False),
    "apart": ((1000, 2000), (3000, 4000), False),
    "one microsecond shared": ((1000, 2000), (1999, 3000), True),
    "one microsecond inside": ((1000, 2000), (1500, 1501), True),
    "same start": ((1000, 2000), (1000, 1001), True),
    "same end": ((1000, 2000), (1999, 2000), True),
}


@pytest.mark.parametrize(("one", "other", "expected"), OVERLAPS.values(), ids=OVERLAPS.keys())
def test_case_3_overlap_is_judged_on_the_whole_window(
    one: tuple[int, int], other: tuple[int, int], *, expected: bool
) -> None:
    first, second = Window.of_micros(*one), Window.of_micros(*other)

    assert first.overlaps(second) is expected
    assert second.overlaps(first) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (("2025-05-10T12:00", "2025-05-10T13:00"), ("2025-05-10T14:00", "2025-05-10T15:00"), False),
        (("2025-05-10T12:00", "2025-05-10T13:30"), ("2025-05-10T13:00", "2025-05-10T14:00"), True),
        (("2025-05-10T23:00", "2025-05-10T23:59"), ("2025-05-11T00:00", "2025-05-11T01:00"), False),
        (("2025-10-26T00:00", "2025-10-26T01:00"), ("2025-10-26T02:00", "2025-10-26T03:00"), False),
        (("2025-05-10T10:00", "2025-05-10T11:00"), ("2025-05-10T11:00", "2025-05-10T12:00"), False),
    ],
    ids=["apart", "half an hour", "over midnight", "around the fall-back hour", "touching"],
)
def test_windows_of_clock_times_overlap(
    one: tuple[str, str], other: tuple[str, str], *, expected: bool
) -> None:
    first, second = window(*one), window(*other)

    assert first.overlaps(second) is expected
    assert second.overlaps(first) is expected


def test_a_window_contains_itself_and_what_lies_inside() -> None:
    stay = Window.of_micros(10, 20)

    assert stay.contains(stay)
    assert stay.contains(Window.of_micros(12, 20))
    assert not stay.contains(Window.of_micros(9, 20))
    assert not stay.contains(Window.of_micros(10, 21))


# ---- clocks that change --------------------------------------------------------------------------


def test_case_8_a_skipped_bound_is_refused_with_the_next_valid_time() -> None:
    with pytest.raises(NonexistentTime) as caught:
        window("2025-03-30T01:30", "2025-03-30T03:00", LONDON)
    assert caught.value.next_valid == "2025-03-30T02:00:00+01:00"


def test_case_8_spring_forward_does_not_make_neighbours_overlap() -> None:
    # 01:30 does not exist; the first valid time after it is 02:00, when the party before has half
    # an hour left.
    before = window("2025-03-30T00:30", "2025-03-30T02:00", LONDON)
    after = window("2025-03-30T02:00", "2025-03-30T03:00", LONDON)

    assert not before.overlaps(after)
    assert (before.minutes, after.minutes) == (30, 60)


def test_case_8_fall_back_touching_windows_do_not_overlap() -> None:
    before = window("2025-10-26T00:30", "2025-10-26T02:30", LONDON)
    after = window("2025-10-26T02:30", "2025-10-26T03:00", LONDON)

    assert not before.overlaps(after)
    assert before.minutes == 180


def test_case_8_the_fold_says_which_of_two_readings_is_meant() -> None:
    first = datetime(2025, 10, 26, 1, 30, tzinfo=LONDON)

    assert Window(first, first.replace(fold=1)).minutes == 60


def test_case_8_a_pair_reversed_by_the_fold_is_refused() -> None:
    late, early = (
        datetime(2025, 10, 26, 1, 15, fold=1, tzinfo=LONDON),
        datetime(2025, 10, 26, 1, 45, tzinfo=LONDON),
    )

    with pytest.raises(InvalidWindow, match="must end after it starts"):
        Window(late, early)


def test_new_york_gap_refuses_what_lies_in_it() -> None:
    with pytest.raises(NonexistentTime) as caught:
        window("2025-03-09T02:15", "2025-03-09T02:45", NEW_YORK)
    assert caught.value.next_valid == "2025-03-09T03:00:00-04:00"


def test_new_york_windows_overlap_in_the_repeated_hour() -> None:
    assert window("2025-11-02T00:30", "2025-11-02T02:30", NEW_YORK).overlaps(
        window("2025-11-02T01:30", "2025-11-02T03:00", NEW_YORK)
    )


@pytest.mark.parametrize(
    ("moment", "valid"),
    [
        (datetime(2025, 3, 30, 1, 0, tzinfo=LONDON), "2025-03-30T02:00:00+01:00"),
        (datetime(2025, 3, 30, 1, 59, 59, 999_999, tzinfo=LONDON), "2025-03-30T02:00:00+01:00"),
        (datetime(2025, 3, 30, 1, 30, fold=1, tzinfo=LONDON), "2025-03-30T02:00:00+01:00"),
        (
            datetime(2025, 10, 5, 2, 10, tzinfo=ZoneInfo("Australia/Lord_Howe")),
            "2025-10-05T02:30:00+11:00",
        ),
        (
            datetime(2011, 12, 30, 12, 0, tzinfo=ZoneInfo("Pacific/Apia")),
            "2011-12-31T00:00:00+14:00",
        ),
    ],
    ids=["first", "last", "folded", "half an hour", "a whole day"],
)
def test_the_next_valid_time_after_a_gap_is_found(moment: datetime, valid: str) -> None:
    found = next_valid(moment)

    assert found is not None
    assert found.isoformat() == valid


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2025, 3, 30, 0, 59, tzinfo=LONDON),
        datetime(2025, 3, 30, 2, 0, tzinfo=LONDON),
        datetime(2025, 10, 26, 1, 30, tzinfo=LONDON),
        datetime(2025, 10, 26, 1, 30, fold=1, tzinfo=LONDON),
        datetime(2025, 3, 30, 1, 30, tzinfo=UTC),
        datetime(2025, 3, 30, 1, 30, tzinfo=timezone(timedelta(hours=5, minutes=30))),
    ],
    ids=str,
)
def test_a_time_that_exists_has_no_next_valid_one(moment: datetime) -> None:
    assert next_valid(moment) is None
