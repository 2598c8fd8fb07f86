"""Laws of windows, in zones that change their clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fourtop.errors import NonexistentTime
from fourtop.model.window import Window, from_micros, next_valid, to_micros

ZONES = ("UTC", "Europe/London", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe")
# Where clocks change: the local reading at which they jump.
TRANSITIONS = (
    ("America/New_York", "2025-03-09T07:00"),
    ("America/New_York", "2025-11-02T06:00"),
    ("America/Los_Angeles", "2025-03-09T10:00"),
    ("America/Los_Angeles", "2025-11-02T09:00"),
    ("Europe/London", "2025-03-30T01:00"),
    ("Europe/London", "2025-10-26T01:00"),
    ("Europe/Berlin", "2025-03-30T01:00"),
    ("Europe/Berlin", "2025-10-26T01:00"),
    ("Australia/Sydney", "2025-04-05T16:00"),
    ("Australia/Sydney", "2025-10-04T16:00"),
)

zones = st.sampled_from(ZONES).map(ZoneInfo)
instants = st.datetimes(datetime(1970, 1, 2), datetime(2199, 12, 30)).map(
    lambda moment: moment.replace(tzinfo=UTC)
)
lengths = st.timedeltas(timedelta(microseconds=1), timedelta(days=31))
small = st.integers(0, 12)


@given(start=instants, offset=st.timedeltas(timedelta(days=-1), timedelta(days=1)), data=st.data())
def test_overlap_is_two_comparisons_in_any_zones(
    start: datetime, offset: timedelta, data: st.DataObject
) -> None:
    minutes = st.integers(1, 360).map(lambda count: timedelta(minutes=count))
    first = (start, start + data.draw(minutes))
    second = (start + offset, start + offset + data.draw(minutes))
    one = Window(*(bound.astimezone(data.draw(zones)) for bound in first))
    other = Window(*(bound.astimezone(data.draw(zones)) for bound in second))

    assert one.overlaps(other) is (first[0] < second[1] and second[0] < first[1])
    assert one.overlaps(other) is other.overlaps(one)


@given(
    bounds=st.tuples(small, small, small, small).filter(
        lambda four: four[0] < four[1] and four[2] < four[3]
    )
)
def test_two_windows_overlap_if_and_only_if_they_share_a_microsecond(
    bounds: tuple[int, int, int, int],
) -> None:
    one, other = Window.of_micros(*bounds[:2]), Window.of_micros(*bounds[2:])
    shared = set(range(*bounds[:2])) & set(range(*bounds[2:]))

    assert one.overlaps(other) is bool(shared)
    assert one.contains(other) is (shared == set(range(*bounds[2:])))


@given(start=instants, length=lengths, zone=zones)
def test_a_window_does_not_depend_on_the_zone_of_its_bounds(
    start: datetime, length: timedelta, zone: ZoneInfo
) -> None:
    assert Window(start.astimezone(zone), (start + length).astimezone(zone)) == Window(
        start, start + length
    )


@given(instant=instants)
def test_an_instant_survives_the_way_to_microseconds_and_back(instant: datetime) -> None:
    assert from_micros(to_micros(instant)) == instant


@given(
    local=st.datetimes(datetime(1970, 1, 2), datetime(2199, 12, 30)),
    zone=zones,
    fold=st.sampled_from([0, 1]),
)
def test_a_local_time_is_refused_if_and_only_if_the_clocks_skip_it(
    local: datetime, zone: ZoneInfo, fold: int
) -> None:
    moment = local.replace(tzinfo=zone, fold=fold)
    exists = moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None, fold=0) == local

    assert (next_valid(moment) is None) is exists


@pytest.mark.parametrize(("name", "instant"), TRANSITIONS)
@given(before=st.integers(5, 120), after=st.integers(5, 120))
def test_windows_that_touch_where_clocks_change_do_not_overlap(
    name: str, instant: str, before: int, after: int
) -> None:
    zone, change = ZoneInfo(name), datetime.fromisoformat(instant).replace(tzinfo=UTC)
    start, end = change - timedelta(minutes=before), change + timedelta(minutes=after)
    earlier = Window(start.astimezone(zone), change.astimezone(zone))
    later = Window(change.astimezone(zone), end.astimezone(zone))
    straddling = Window(start.astimezone(zone), end.astimezone(zone))

    assert not earlier.overlaps(later)
    assert straddling.overlaps(earlier)
    assert straddling.overlaps(later)
    assert straddling.minutes == before + after


@pytest.mark.parametrize(("name", "instant"), TRANSITIONS)
def test_the_transitions_are_where_clocks_change(name: str, instant: str) -> None:
    change = datetime.fromisoformat(instant).replace(tzinfo=UTC)
    offsets = {
        moment.astimezone(ZoneInfo(name)).utcoffset()
        for moment in (change - timedelta(seconds=1), change)
    }

    assert len(offsets) == 2


@given(second=st.integers(0, 3599), micro=st.integers(0, 999_999))
def test_every_time_of_a_gap_leads_to_its_end(second: int, micro: int) -> None:
    zone = ZoneInfo("Europe/London")
    local = datetime(2025, 3, 30, 1) + timedelta(seconds=second, microseconds=micro)

    with pytest.raises(NonexistentTime) as caught:
        to_micros(local.replace(tzinfo=zone))
    assert caught.value.next_valid == "2025-03-30T02:00:00+01:00"
