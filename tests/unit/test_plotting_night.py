"""The chart of a night: every bar is there, at its time and in its state."""

from __future__ import annotations

from datetime import UTC, date, datetime
from time import process_time
from typing import Any

import attrs
import pytest

from fourtop import (
    BookingRequest,
    Day,
    DayEntry,
    Engine,
    InvalidInput,
    ManualClock,
    MemoryStore,
    OwnerKind,
    plotting,
    sketch_floor,
    sketch_house,
)
from fourtop.plotting.night_entries import people_at
from fourtop.plotting.time_axis import MINUTE_US
from tests.unit.picture_samples import empty_day, large_day, live_day
from tests.unit.svg_page import Page, Shape

BARS = ("expected", "seated", "over", "done", "absent", "hold", "block", "waits")
LOOKS = {
    "confirmed": "expected",
    "checked_in": "seated",
    "completed": "done",
    "no_show": "absent",
    "cancelled": "absent",
    "pending_allocation": "waits",
    None: "block",
}


def bars_of(page: Page) -> list[tuple[str, Shape]]:
    """The bars, without those of the legend: a bar has a tooltip."""
    return [(look, each) for look in BARS for each in page.of_class(look) if each.tooltip]


def look_of(entry: DayEntry, now_us: int) -> str:
    if entry.kind is OwnerKind.HOLD:
        return "hold"
    if entry.due_us is not None and entry.due_us <= now_us:
        return "over"
    return LOOKS[entry.status]


def scale_of(page: Page) -> tuple[float, float, int]:
    """The pixels of an hour, the left end, and the hour there, from the lines of the hours."""
    lines = [path for path in page.paths("rule") if path[0][0] == path[1][0]]
    hours = sorted({path[0][0] for path in lines})
    labels = [each for each in page.texts if each.words.endswith(":00")]
    first = min(labels, key=lambda each: each.area.left)
    return hours[1] - hours[0], hours[0], int(first.words[:2])


@pytest.mark.parametrize("day", [live_day(), large_day()], ids=["live", "large"])
def test_every_entry_is_a_bar_at_each_of_its_tables_at_its_time(day: Day) -> None:
    page = Page(plotting.night_chart(day))
    hour, left, first = scale_of(page)
    zero = datetime.fromisoformat(day.entries[-1].local_start).replace(hour=first, minute=0)
    right = max(path[1][0] for path in page.paths("rule"))
    wanted = []
    for entry in [e for table in day.tables for e in table.entries] + [*day.unassigned]:
        end_us = entry.end_us if entry.due_us is None else entry.due_us
        times = [us / 60 / MINUTE_US - zero.timestamp() / 3600 for us in (entry.start_us, end_us)]
        start, end = (min(max(left + hour * time, left), right) for time in times)
        wanted.append((look_of(entry, day.now_us), round(start + 0.5), round(end - 0.5)))
    found = [(look, round(each.area.left), round(each.area.right)) for look, each in bars_of(page)]
    assert len(found) == len(wanted)
    for one, other in zip(sorted(found), sorted(wanted), strict=True):
        assert one[0] == other[0]
        assert one[1] == pytest.approx(other[1], abs=1)
        assert one[2] == pytest.approx(other[2], abs=1)


def test_bars_are_in_the_row_of_their_table() -> None:
    day = live_day()
    page = Page(plotting.night_chart(day))
    rows = {each.words: each.area for each in page.texts}
    bars = bars_of(page)
    for table in day.tables:
        row = rows[table.number]
        inside = [bar for _, bar in bars if bar.area.top < row.bottom and row.top < bar.area.bottom]
        assert len(inside) == len(table.entries)
        names = [entry.reference or entry.id for entry in table.entries]
        assert sorted(bar.tooltip.partition(":")[0] for bar in inside) == sorted(names)


def test_a_party_at_several_tables_is_joined_by_a_line() -> None:
    day = live_day()
    page = Page(plotting.night_chart(day))
    tied = [entry for entry in day.entries if len(entry.tables) > 1]
    assert len(tied) == 3
    knots = [each for each in page.of_class("knot") if each.tooltip]
    assert len(knots) == sum(len(entry.tables) for entry in tied)
    for entry in tied:
        own = [each for each in knots if each.tooltip.startswith(entry.id)]
        (x,) = {(each.area.left + each.area.right) / 2 for each in own}
        tops = [(each.area.top + each.area.bottom) / 2 for each in own]
        lines = [path for path in page.paths("tie") if path[0][0] == pytest.approx(x)]
        assert any(
            path[0][1] == pytest.approx(min(tops)) and path[1][1] == pytest.approx(max(tops))
            for path in lines
        )
    # Two parties that start at one time and cross each other have lines at two places.
    ahmed, brandt = (
        next(each.area.left for each in knots if each.tooltip.startswith(name))
        for name in ("ahmed", "brandt")
    )
    assert ahmed != brandt


def test_stripes_show_how_long_a_party_may_stay() -> None:
    day = live_day()
    page = Page(plotting.night_chart(day))
    stripes = [each for each in page.of_class("stay") if each.tooltip]
    assert sorted(each.tooltip.partition(":")[0] for each in stripes) == ["clara", "dora", "jo"]
    jo = next(each for each in stripes if each.tooltip.startswith("jo"))
    (bar,) = (each for each in page.of_class("over") if each.tooltip == jo.tooltip)
    assert jo.area.left == pytest.approx(bar.area.right, abs=1.1)
    assert "booked until 18:45" in jo.tooltip


def test_shadows_are_thin_bars_at_their_tables() -> None:
    page = Page(plotting.night_chart(live_day()))
    shadows = [each for each in page.of_class("shadow") if each.tooltip]
    names = [each.tooltip.partition(": ")[0] for each in shadows]
    assert names == ["shadow:r1", "shadow:r2", "shadow:r2"]
    assert all(each.area.bottom - each.area.top < 6 for each in shadows)


def test_the_people_at_the_tables_stand_below_each_hour() -> None:
    day = live_day()
    page = Page(plotting.night_chart(day))
    (row,) = (each.area for each in page.texts if each.words == "people")
    counts = [
        int(each.words)
        for each in page.texts
        if each.area.top < row.bottom and row.top < each.area.bottom and each.words != "people"
    ]
    # At 19:00 jo, clara, dora and gil sit. Eve sat until 18:50, and fay did not come.
    assert counts == [4, 4 + 4 + 3 + 2, 4 + 4 + 3 + 8, 8 + 9 + 9, 8 + 9 + 9 + 6, 9 + 9 + 6, 0]
    assert people_at(day.entries, day.now_us, day.now_us) == 19


def test_the_present_time_is_a_line() -> None:
    page = Page(plotting.night_chart(live_day()))
    assert "now 19:40" in page.words
    assert len(page.paths("now")) == 1
    early = attrs.evolve(live_day(), now_us=live_day().now_us - 600 * MINUTE_US)
    assert Page(plotting.night_chart(early)).paths("now") == []


def test_the_present_time_at_the_end_of_the_axis_is_inside_the_picture() -> None:
    day = live_day()
    ends = max(entry.end_us for entry in day.entries)
    late = attrs.evolve(day, now_us=-(-ends // (60 * MINUTE_US)) * 60 * MINUTE_US)
    picture = plotting.night_chart(late)
    (label,) = [each for each in Page(picture).texts if each.words.startswith("now")]
    assert label.area.right < picture.width


def test_an_empty_day_has_its_tables_and_local_hours() -> None:
    page = Page(plotting.night_chart(empty_day()))
    assert bars_of(page) == []
    assert {"1", "12:00", "23:00"} <= set(page.words)
    assert "local time, Asia/Kolkata" in page.picture.description


def test_hours_are_local_where_the_clocks_change() -> None:
    floor = sketch_floor({"1": 2})
    house = sketch_house("Late", floor, timezone="Europe/London", periods={"late": "20:00-06:00"})
    start = datetime(2026, 10, 24, 23, tzinfo=UTC)
    desk = Engine(MemoryStore(ManualClock(start.replace(hour=9)))).add_restaurant(house)
    desk.book(BookingRequest(2, start))
    desk.book(BookingRequest(2, start.replace(day=25, hour=1)))
    words = Page(plotting.night_chart(desk.day(date(2026, 10, 24)))).words
    hours = [each for each in words if each.endswith(":00")]
    # British summer time ends at two: the hour from one to two happens twice.
    assert hours == ["00:00", "01:00", "01:00", "02:00", "03:00"]


def test_a_party_of_the_night_before_does_not_stretch_the_chart() -> None:
    day = large_day()
    first = day.tables[0].entries[0]
    hours = 60 * MINUTE_US
    before = attrs.evolve(first, id="before", start_us=first.start_us - 17 * hours)
    before = attrs.evolve(before, end_us=before.start_us + 2 * hours)
    table = attrs.evolve(day.tables[0], entries=(before, *day.tables[0].entries))
    changed = attrs.evolve(day, tables=(table, *day.tables[1:]))
    assert len(bars_of(Page(plotting.night_chart(changed)))) == len(
        bars_of(Page(plotting.night_chart(day)))
    )


def test_ids_that_people_do_not_use_are_left_out() -> None:
    long = Page(plotting.night_chart(large_day()))
    assert all(len(entry.id) > 16 for entry in large_day().entries)
    assert not any(entry.id in long.words for entry in large_day().entries)
    assert {"clara", "paint"} <= set(Page(plotting.night_chart(live_day())).words)


def test_a_night_of_150_parties_is_small_and_quick() -> None:
    day = large_day()
    assert len(day.entries) == 150
    begun = process_time()
    svg = plotting.night_chart(day).svg
    # A target of 100 ms, with room for a busy machine.
    assert process_time() - begun < 1
    assert len(svg.encode()) < 400_000


@pytest.mark.parametrize("day", [None, 7, [], "2026-05-01"], ids=str)
def test_something_else_than_a_day_is_refused(day: Any) -> None:
    with pytest.raises(InvalidInput, match="must have"):
        plotting.night_chart(day)


def test_an_unknown_zone_and_a_wrong_title_are_refused() -> None:
    for zone in ("Nowhere/Town", "", "../etc/passwd"):
        with pytest.raises(InvalidInput) as caught:
            plotting.night_chart(attrs.evolve(empty_day(), timezone=zone))
        assert caught.value.field == "timezone"
    with pytest.raises(InvalidInput) as caught:
        plotting.night_chart(empty_day(), title=" ")
    assert caught.value.field == "title"
