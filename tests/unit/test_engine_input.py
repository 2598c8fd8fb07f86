"""Bad input at the desk: a typed error names the field and the rule; nothing changes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import attrs
import pytest

from fourtop import (
    BookingRequest,
    BookingRow,
    Code,
    Desk,
    Floor,
    FourtopError,
    InvalidDocument,
    InvalidInput,
    InvalidWindow,
    Join,
    MemoryStore,
    NaiveDatetime,
    Refused,
    Table,
    Window,
    estimate_rotations,
    loads_rows_json,
    sample,
)
from fourtop.ports import Store
from fourtop.simulation.demo.evening import play_evening
from tests.evening import FRIDAY, NOW, at, booked, open_desk, party_size, snapshot, window

NAIVE = datetime(2026, 5, 1, 19)
NO_SIZES: dict[str, Any] = {
    "0": 0,
    "-1": -1,
    "1001": 1_001,
    "a milliard": 10**9,
    "10 to the 5000": 10**5_000,
    "true": True,
    "2.5": 2.5,
    "2.0": 2.0,
    "nan": math.nan,
    "infinity": math.inf,
    "a text": "4",
    "none": None,
    "a list": [4],
}


@pytest.fixture
def desk(store: Store) -> Desk:
    """A desk with something to lose."""
    desk = open_desk(store)
    booked(desk, 4, booking_id="b1")
    desk.hold(party_size(2), session="s1")
    desk.block(window("21:00", "22:00"), tables=["1"], reason="paint")
    return desk


@pytest.fixture
def unchanged(store: Store, desk: Desk) -> Iterator[None]:
    """What was there before is there after, and not a version has moved."""
    before = snapshot(store, desk)
    yield
    assert snapshot(store, desk) == before


pytestmark = pytest.mark.usefixtures("unchanged")


# ---- sizes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", NO_SIZES.values(), ids=NO_SIZES)
def test_a_party_is_a_whole_number_from_1_to_1000(desk: Desk, size: Any) -> None:
    for attempt, field in (
        (lambda: desk.hold(BookingRequest(size, at("19:00"))), "party_size"),
        (lambda: desk.import_bookings([BookingRow("b2", size, at("19:00"))]), "party_size"),
        (lambda: desk.availability(FRIDAY, [2, size]), "parties"),
    ):
        with pytest.raises(InvalidInput) as caught:
            attempt()
        assert (caught.value.field, caught.value.rule) == (
            field,
            "must be a whole number from 1 to 1000",
        )
        assert len(str(caught.value)) < 200


@pytest.mark.parametrize("sizes", [0, True, 2.5, math.nan, "4", None, [], [[4]], {}])
def test_an_availability_is_asked_for_sizes(desk: Desk, sizes: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        desk.availability(FRIDAY, sizes)
    assert caught.value.field == "parties"


@pytest.mark.parametrize(
    ("value", "most"),
    [
        # The most that any house may allow, and the most that this house does.
        *((each, 3_600) for each in (0, -1, 29, 10**9, True, 60.0, math.nan, math.inf, "60")),
        *((each, 600) for each in (601, 3_600)),
    ],
)
def test_seconds_are_whole_numbers_within_their_limits(desk: Desk, value: Any, most: int) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: desk.hold(party_size(2), ttl_seconds=value),
        lambda: desk.replace_hold("h1", party_size(2), ttl_seconds=value),
    ]
    for attempt in attempts:
        with pytest.raises(InvalidInput) as caught:
            attempt()
        assert (caught.value.field, caught.value.rule) == (
            "ttl_seconds",
            f"must be a whole number from 30 to {most}",
        )


@pytest.mark.parametrize("value", [0, -1, 3_571, True, 1.5, math.nan, None])
def test_a_hold_is_extended_by_whole_seconds(desk: Desk, value: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        desk.extend_hold("h1", seconds=value)
    assert (caught.value.field, caught.value.rule) == (
        "seconds",
        "must be a whole number from 1 to 3570",
    )


@pytest.mark.parametrize("value", [0, 101, True, 1.5, None])
def test_spots_are_counted_to_a_limit(desk: Desk, value: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        desk.availability(FRIDAY, 2, spots_limit=value)
    assert caught.value.field == "spots_limit"


@pytest.mark.parametrize("value", [0, -1, True, 1.0, "1", math.nan])
def test_a_version_is_a_whole_number(desk: Desk, value: Any) -> None:
    for edit in (desk.edit_floor, desk.edit_policy, desk.edit_restaurant):
        unchanged_value: Any = lambda each: each  # noqa: E731  # One function for all three kinds.
        with pytest.raises(InvalidInput) as caught:
            edit(unchanged_value, expected=value)
        assert caught.value.field == "expected"


# ---- times ---------------------------------------------------------------------------------------


def test_a_datetime_has_a_zone(desk: Desk) -> None:
    attempts: dict[str, Callable[[], object]] = {
        "start": lambda: desk.hold(BookingRequest(2, NAIVE)),
        "window": lambda: desk.block(Window(NAIVE, at("20:00")), tables=["1"], reason="paint"),
        "at": lambda: desk.availability(FRIDAY, 2, at=NAIVE),
    }
    for field, attempt in attempts.items():
        with pytest.raises(NaiveDatetime) as caught:
            attempt()
        assert (caught.value.field, caught.value.rule) == (field, "must have a time zone")
        assert caught.value.code is Code.NAIVE_DATETIME


@pytest.mark.parametrize(
    "start",
    [
        math.inf,
        math.nan,
        1_777_000_000,
        "2026-05-01T19:00",
        date(2026, 5, 1),
        None,
        datetime.max.replace(tzinfo=UTC),
        datetime.min.replace(tzinfo=UTC),
        datetime(1969, 12, 31, 23, tzinfo=UTC),
        datetime(2200, 1, 1, tzinfo=UTC),
    ],
    ids=str,
)
def test_a_start_is_an_instant_of_our_time(desk: Desk, start: Any) -> None:
    for attempt in (
        lambda: desk.quote(BookingRequest(2, start)),
        lambda: desk.book(BookingRequest(2, start)),
    ):
        with pytest.raises(InvalidWindow) as caught:
            attempt()
        assert caught.value.field == "start"


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (at("20:00"), at("19:00")),
        (at("19:00"), at("19:00")),
        (NOW, NOW + timedelta(days=400)),
        (NOW, datetime.max.replace(tzinfo=UTC)),
        (NOW, math.inf),
        (NOW, None),
    ],
    ids=["reversed", "empty", "400 days", "to the end of time", "to infinity", "to nothing"],
)
def test_a_window_ends_after_it_starts_and_within_31_days(desk: Desk, start: Any, end: Any) -> None:
    for attempt in (
        lambda: desk.block(Window(start, end), tables=["1"], reason="paint"),
        lambda: desk.bookings(Window(start, end)),
        lambda: desk.allocations(Window(start, end)),
    ):
        with pytest.raises(InvalidWindow) as caught:
            attempt()
        assert caught.value.field == "window"


@pytest.mark.parametrize("value", [None, "19:00", (at("19:00"), at("20:00")), 7])
def test_what_is_no_window_is_refused(desk: Desk, value: Any) -> None:
    for attempt in (
        lambda: desk.block(value, tables=["1"], reason="paint"),
        lambda: desk.bookings(value),
        lambda: desk.allocations(value),
    ):
        with pytest.raises(InvalidInput) as caught:
            attempt()
        assert caught.value.field == "window"


@pytest.mark.parametrize(
    "value", [None, "1 May", "2026-05-32", NOW, 20260501, date.max, date.min, date(2500, 1, 1)]
)
def test_a_date_is_a_date_of_our_time(desk: Desk, value: Any) -> None:
    for attempt in (
        lambda: desk.availability(value, 2),
        lambda: desk.day(value),
        lambda: desk.utilisation(value),
        lambda: desk.rotations(value),
        lambda: desk.waitlist(value),
        lambda: desk.offer(value),
        lambda: desk.export_icalendar(value),
        lambda: estimate_rotations(desk.house(), value),
        lambda: play_evening(MemoryStore, sample.pub(), sample.pub_demand(), on=value),
    ):
        with pytest.raises(InvalidInput) as caught:
            attempt()
        assert caught.value.field == "on"


@pytest.mark.parametrize("value", ["19:00", "2026-05-01", "tonight", 19, date(2026, 5, 1)])
def test_a_start_to_look_at_is_a_date_and_a_time(desk: Desk, value: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        desk.availability(FRIDAY, 2, at=value)
    assert caught.value.field == "at"


# ---- values --------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [None, 4, "4", {"party_size": 4}])
def test_a_request_is_a_request(desk: Desk, value: Any) -> None:
    for attempt in (
        lambda: desk.quote(value),
        lambda: desk.hold(value),
        lambda: desk.book(value),
        lambda: desk.replace_hold("h1", value),
    ):
        with pytest.raises(InvalidInput) as caught:
            attempt()
        assert caught.value.field == "request"
    with pytest.raises(InvalidInput, match="change: must be of type BookingChange"):
        desk.reschedule("b1", value)


def test_a_request_is_no_change(desk: Desk) -> None:
    with pytest.raises(InvalidInput, match="change: must be of type BookingChange"):
        desk.reschedule("b1", party_size(4))  # type: ignore[arg-type]  # The point of the test.


@pytest.mark.parametrize("value", [None, 7, "b1", [None], ["b1"], [7]])
def test_moves_and_rows_are_collections_of_their_kind(desk: Desk, value: Any) -> None:
    for attempt, field in (
        (lambda: desk.move(value), "moves"),
        (lambda: desk.import_bookings(value), "rows"),
    ):
        with pytest.raises(InvalidInput) as caught:
            attempt()
        assert caught.value.field == field


@pytest.mark.parametrize("value", [None, 7, "floor"])
def test_a_change_is_a_function(desk: Desk, value: Any) -> None:
    for edit in (desk.edit_floor, desk.edit_policy, desk.edit_restaurant):
        with pytest.raises(InvalidInput) as caught:
            edit(value)
        assert caught.value.field == "change"


def test_options_are_one_of_theirs(desk: Desk) -> None:
    option: Any
    for option in (["1"], "never", None, True):
        with pytest.raises(InvalidInput) as caught:
            desk.book(party_size(2), tables=option)
        assert caught.value.field == "tables"
    for option in (1, None, "yes"):
        with pytest.raises(InvalidInput) as caught:
            desk.confirm("h1", requote=option)
        assert caught.value.field == "requote"
    for option in ("window", ["window"]):
        with pytest.raises(InvalidInput) as caught:
            desk.availability(FRIDAY, 2, must=option)
        assert caught.value.field == "must"


@pytest.mark.parametrize(
    ("value", "given"),
    [
        (None, "a value of type NoneType"),
        (7, "a value of type int"),
        (b"Ada's aunt", "a value of type bytes"),
        ("", "an empty text"),
        (" Ada's aunt", "a text of 11 characters"),
        ("Ada's\naunt", "a text of 10 characters"),
        ("Ada" * 67, "a text of 201 characters"),
    ],
)
def test_a_reason_is_a_text_and_not_repeated_in_the_error(
    desk: Desk, value: Any, given: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        desk.block(window("19:00", "20:00"), tables=["1"], reason=value)
    assert (caught.value.field, caught.value.given) == ("reason", given)


def test_notes_that_are_no_notes_are_not_repeated_in_the_error(desk: Desk) -> None:
    with pytest.raises(InvalidInput) as caught:
        desk.edit_floor(
            lambda floor: floor.with_table(attrs.evolve(floor.tables[0], notes="Ada " * 200))
        )
    assert (caught.value.field, caught.value.given) == ("notes", "a text of 800 characters")


# ---- floors --------------------------------------------------------------------------------------


def with_tables(tables: list[Table], floor: Floor) -> Floor:
    return attrs.evolve(floor, tables=(*floor.tables, *tables))


def test_table_numbers_that_are_equal_but_for_case_are_refused(desk: Desk) -> None:
    zone_id = desk.house().floor.zones[0].id
    for numbers in (("A1", "a1"), ("\uff211", "A1"), ("stra\u00dfe", "STRASSE")):
        tables = [Table(f"t{place}", number, 2, zone_id) for place, number in enumerate(numbers)]
        with pytest.raises(InvalidInput) as caught:
            desk.edit_floor(partial(with_tables, tables))
        assert (caught.value.field, caught.value.rule) == (
            "tables",
            "must have different numbers, whatever the case",
        )


def test_a_join_is_between_two_tables_of_the_floor(desk: Desk) -> None:
    for pair, field in ((("1", "1"), "tables"), (("1", "of-another-restaurant"), "joins")):
        with pytest.raises(InvalidInput) as caught:
            desk.edit_floor(lambda floor, pair=pair: floor.with_join(Join(pair)))  # type: ignore[misc]  # As above.
        assert caught.value.field == field


# ---- imports -------------------------------------------------------------------------------------


def test_rows_with_unknown_keys_wrong_types_or_broken_json_name_the_place(desk: Desk) -> None:
    good = '{"id": "b2", "party_size": 4, "start": "2026-05-01T19:00"}'
    for text, place, line in (
        (
            (
                f'[{good}, {{"id": "b3", "party_size": 4, "start": "2026-05-01T19:00", '
                '"name": "Ada"}]'
            ),
            "rows[1].name",
            None,
        ),
        (
            f'[{good}, {{"id": "b3", "party_size": "4", "start": "2026-05-01T19:00"}}]',
            "rows[1].party_size",
            None,
        ),
        (f"[{good},\n{{]", "document", 2),
    ):
        with pytest.raises(InvalidDocument) as caught:
            desk.import_bookings(loads_rows_json(text))
        assert (caught.value.field, caught.value.line) == (place, line)


def test_a_refusal_is_no_bad_input(desk: Desk) -> None:
    with pytest.raises(FourtopError) as caught:
        desk.hold(party_size(1_000))
    assert isinstance(caught.value, Refused)
    assert caught.value.http_status == 409
