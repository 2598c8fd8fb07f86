"""Bad input at the desk: a typed error that names the field and the rule, and nothing is changed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest

from fourtop import (
    BookingRow,
    Code,
    CountedIds,
    Desk,
    Engine,
    FourtopError,
    InvalidDocument,
    InvalidIdentifier,
    InvalidInput,
    InvalidWindow,
    Join,
    Move,
    NaiveDatetime,
    NotFound,
    Refused,
    Request,
    Table,
    Window,
    read_rows_json,
)
from fourtop.ports import Store
from tests.evening import FRIDAY, NOW, a_house, at, booked, held, open_desk, party, snapshot, window

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
NO_IDS: dict[str, Any] = {
    "empty": "",
    "a space": " ",
    "spaces around": " b1 ",
    "a space within": "b 1",
    "a line": "b1\n",
    "nul": "b\x001",
    "10 kB": "b" * 10_240,
    "65 characters": "b" * 65,
    "a look-alike": "b\u0456",
    "full width": "\uff421",
    "an accent": "b\u0301",
    "a slash": "../b1",
    "none": None,
    "a number": 7,
    "bytes": b"b1",
    "a list": ["b1"],
}


@pytest.fixture
def desk(store: Store) -> Desk:
    """A desk with something to lose."""
    desk = open_desk(store)
    booked(desk, 4, booking_id="b1")
    desk.hold(party(2), session="s1")
    desk.block(window("21:00", "22:00"), tables=["1"], reason="paint")
    return desk


@pytest.fixture
def unchanged(store: Store, desk: Desk) -> Iterator[None]:
    """What was there before is there after, and not a version has moved."""
    before = snapshot(store, desk)
    yield
    assert snapshot(store, desk) == before


pytestmark = pytest.mark.usefixtures("unchanged")


# ---- sizes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", NO_SIZES.values(), ids=NO_SIZES)
def test_a_party_is_a_whole_number_from_1_to_1000(desk: Desk, size: Any) -> None:
    for attempt, field in (
        (lambda: desk.hold(Request(size, at("19:00"))), "party"),
        (lambda: desk.import_bookings([BookingRow("b2", size, at("19:00"))]), "party"),
        (lambda: desk.availability(FRIDAY, [2, size]), "parties"),
    ):
        with pytest.raises(InvalidInput) as caught:
            attempt()
        assert (caught.value.field, caught.value.rule) == (field, "must be a whole number from 1 to 1000")
        assert len(str(caught.value)) < 200


@pytest.mark.parametrize("sizes", [0, True, 2.5, math.nan, "4", None, [], [[4]], {}])
def test_an_availability_is_asked_for_sizes(desk: Desk, sizes: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        desk.availability(FRIDAY, sizes)
    assert caught.value.field == "parties"


@pytest.mark.parametrize("value", [0, -1, 29, 601, 10**9, True, 60.0, math.nan, math.inf, "60"])
def test_seconds_are_whole_numbers_within_their_limits(desk: Desk, value: Any) -> None:
    attempts: list[Callable[[], object]] = [
        lambda: desk.hold(party(2), ttl_seconds=value),
        lambda: desk.replace("h1", party(2), ttl_seconds=value),
    ]
    for attempt in attempts:
        with pytest.raises(InvalidInput) as caught:
            attempt()
        assert (caught.value.field, caught.value.rule) == ("ttl_seconds", "must be a whole number from 30 to 600")


@pytest.mark.parametrize("value", [0, -1, 571, True, 1.5, math.nan, None])
def test_a_hold_is_extended_by_whole_seconds(desk: Desk, value: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        desk.extend("h1", seconds=value)
    assert (caught.value.field, caught.value.rule) == ("seconds", "must be a whole number from 1 to 570")


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


# ---- times -----------------------------------------------------------------------------------------------


def test_a_datetime_has_a_zone(desk: Desk) -> None:
    attempts: dict[str, Callable[[], object]] = {
        "start": lambda: desk.hold(Request(2, NAIVE)),
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
    for attempt in (lambda: desk.quote(Request(2, start)), lambda: desk.book(Request(2, start))):
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


@pytest.mark.parametrize("value", [None, "1 May", "2026-05-32", NOW, 20260501, date.max, date.min, date(2500, 1, 1)])
def test_a_date_is_a_date_of_our_time(desk: Desk, value: Any) -> None:
    with pytest.raises((InvalidInput, InvalidWindow)) as caught:
        desk.availability(value, 2)
    assert caught.value.field == "date"


@pytest.mark.parametrize("value", ["19:00", "2026-05-01", "tonight", 19, date(2026, 5, 1)])
def test_a_start_to_look_at_is_a_date_and_a_time(desk: Desk, value: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        desk.availability(FRIDAY, 2, at=value)
    assert caught.value.field == "at"


# ---- ids -------------------------------------------------------------------------------------------------


def calls_with(desk: Desk, value: Any) -> dict[str, list[Callable[[], object]]]:
    """Every way to hand an id to a desk, by the field that an error names."""
    return {
        "booking_id": [
            lambda: desk.find_booking(value),
            lambda: desk.get_booking(value),
            lambda: desk.cancel(value),
            lambda: desk.check_in(value),
            lambda: desk.complete(value),
            lambda: desk.no_show(value),
            lambda: desk.reschedule(value, party(2)),
            lambda: desk.move([Move(value, ["1"])]),
        ],
        "hold_id": [
            lambda: desk.find_hold(value),
            lambda: desk.confirmations(value),
            lambda: desk.extend(value, seconds=1),
            lambda: desk.release(value),
            lambda: desk.replace(value, party(2)),
            lambda: desk.confirm(value),
        ],
        "block_id": [lambda: desk.unblock(value)],
        "id": [lambda: desk.import_bookings([BookingRow(value, 2, at("19:00"), tables=["1"])])],
        "tables": [
            lambda: desk.hold(party(2, tables=[value])),
            lambda: desk.move([Move("b1", [value])]),
            lambda: desk.block(window("19:00", "20:00"), tables=[value], reason="paint"),
        ],
    }


def options_with(desk: Desk, value: Any) -> dict[str, list[Callable[[], object]]]:
    """Every option that is an id, or ``None`` for none."""
    return {
        "booking_id": [
            lambda: desk.hold(party(2), booking_id=value),
            lambda: desk.book(party(2), booking_id=value),
            lambda: desk.confirm("h1", booking_id=value),
        ],
        "session": [lambda: desk.hold(party(2), session=value)],
        "key": [
            lambda: desk.hold(party(2), key=value),
            lambda: desk.extend("h1", seconds=1, key=value),
            lambda: desk.release("h1", key=value),
            lambda: desk.replace("h1", party(2), key=value),
            lambda: desk.confirm("h1", key=value),
            lambda: desk.book(party(2), key=value),
            lambda: desk.reschedule("b1", party(2), key=value),
            lambda: desk.cancel("b1", key=value),
            lambda: desk.move([Move("b1", ["4"])], key=value),
            lambda: desk.import_bookings([BookingRow("b2", 2, at("19:00"), tables=["1"])], key=value),
            lambda: desk.block(window("19:00", "20:00"), tables=["1"], reason="paint", key=value),
            lambda: desk.unblock("x1", key=value),
        ],
        "zone_id": [lambda: desk.block(window("19:00", "20:00"), zone_id=value, reason="paint")],
        "occasion": [lambda: desk.hold(party(2, occasion=value))],
        "past_reason": [lambda: desk.hold(party(2, past_reason=value))],
    }


@pytest.mark.parametrize("value", NO_IDS.values(), ids=NO_IDS)
def test_an_id_is_1_to_64_plain_characters(desk: Desk, value: Any) -> None:
    asked = calls_with(desk, value)
    if value is not None:
        for field, attempts in options_with(desk, value).items():
            asked.setdefault(field, []).extend(attempts)
    for field, attempts in asked.items():
        for attempt in attempts:
            with pytest.raises(InvalidIdentifier) as caught:
                attempt()
            assert caught.value.field == field
            assert caught.value.rule == "must be 1 to 64 characters out of A-Z a-z 0-9 . _ : -"
            assert len(str(caught.value)) < 300


def test_unknown_ids_are_not_found(desk: Desk) -> None:
    attempts: dict[str, list[Callable[[], object]]] = {
        "booking": [
            lambda: desk.get_booking("nobody"),
            lambda: desk.cancel("nobody"),
            lambda: desk.hold(party(2), booking_id="nobody"),
            lambda: desk.reschedule("nobody", party(2)),
            lambda: desk.move([Move("nobody", ["1"])]),
        ],
        "hold": [lambda: desk.release("nobody"), lambda: desk.confirm("nobody")],
        "block": [lambda: desk.unblock("nobody")],
        "zone": [lambda: desk.block(window("19:00", "20:00"), zone_id="nowhere", reason="paint")],
        "table": [
            lambda: desk.quote(party(2, tables=["nowhere"])),
            lambda: desk.hold(party(2, tables=["nowhere"])),
            lambda: desk.book(party(2, tables=["1", "nowhere"])),
            lambda: desk.move([Move("b1", ["nowhere"])]),
            lambda: desk.block(window("19:00", "20:00"), tables=["nowhere"], reason="paint"),
        ],
    }
    for kind, tries in attempts.items():
        for attempt in tries:
            with pytest.raises(NotFound) as caught:
                attempt()
            assert (caught.value.kind, caught.value.http_status) == (kind, 404)


def test_ids_of_another_tenant_are_answered_like_unknown_ones(store: Store, desk: Desk) -> None:
    other = Engine(store, ids=CountedIds("other-")).open(a_house(name="Other"))
    booking = booked(other, 4)
    waiting = other.book(party(2), tables="later").booking
    hold = held(other, 2)
    block = other.block(window("21:00", "22:00"), tables=["5"], reason="paint").block
    before = snapshot(store, other)
    for attempt in (
        lambda: desk.get_booking(booking.id),
        lambda: desk.cancel(booking.id),
        lambda: desk.reschedule(booking.id, party(2)),
        lambda: desk.move([Move(booking.id, ["1"])]),
        lambda: desk.hold(party(2), booking_id=waiting.id),
        lambda: desk.extend(hold.id, seconds=1),
        lambda: desk.release(hold.id),
        lambda: desk.replace(hold.id, party(2)),
        lambda: desk.confirm(hold.id),
        lambda: desk.unblock(block.id),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert desk.find_booking(booking.id) is None
    assert desk.find_hold(hold.id) is None
    assert snapshot(store, other) == before


# ---- values ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [None, 4, "4", {"party": 4}])
def test_a_request_is_a_request(desk: Desk, value: Any) -> None:
    for attempt in (
        lambda: desk.quote(value),
        lambda: desk.hold(value),
        lambda: desk.book(value),
        lambda: desk.replace("h1", value),
        lambda: desk.reschedule("b1", value),
    ):
        with pytest.raises(InvalidInput) as caught:
            attempt()
        assert caught.value.field == "request"


@pytest.mark.parametrize("value", [None, 7, "b1", [None], ["b1"], [7]])
def test_moves_and_rows_are_collections_of_their_kind(desk: Desk, value: Any) -> None:
    for attempt, field in ((lambda: desk.move(value), "moves"), (lambda: desk.import_bookings(value), "rows")):
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
            desk.book(party(2), tables=option)
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
        ("", "a text of 0"),
        (" Ada's aunt", "a text of 11"),
        ("Ada's\naunt", "a text of 10"),
        ("Ada" * 67, "a text of 201"),
    ],
)
def test_a_reason_is_a_text_and_not_repeated_in_the_error(desk: Desk, value: Any, given: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        desk.block(window("19:00", "20:00"), tables=["1"], reason=value)
    assert (caught.value.field, caught.value.given) == ("reason", given)


def test_notes_that_are_no_notes_are_not_repeated_in_the_error(desk: Desk) -> None:
    with pytest.raises(InvalidInput) as caught:
        desk.edit_floor(lambda floor: floor.with_table(attrs.evolve(floor.tables[0], notes="Ada " * 200)))
    assert (caught.value.field, caught.value.given) == ("notes", "a text of 800")


# ---- floors ----------------------------------------------------------------------------------------------


def test_table_numbers_that_are_equal_but_for_case_are_refused(desk: Desk) -> None:
    zone_id = desk.house().floor.zones[0].id
    for numbers in (("A1", "a1"), ("\uff211", "A1"), ("stra\u00dfe", "STRASSE")):
        tables = [Table(f"t{place}", number, 2, zone_id) for place, number in enumerate(numbers)]
        with pytest.raises(InvalidInput) as caught:
            desk.edit_floor(lambda floor, new=tables: attrs.evolve(floor, tables=(*floor.tables, *new)))  # type: ignore[misc]  # A default binds the loop's value.
        assert (caught.value.field, caught.value.rule) == ("tables", "must have different numbers, whatever the case")


def test_a_join_is_between_two_tables_of_the_floor(desk: Desk) -> None:
    for pair, field in ((("1", "1"), "tables"), (("1", "of-another-restaurant"), "joins")):
        with pytest.raises(InvalidInput) as caught:
            desk.edit_floor(lambda floor, pair=pair: floor.with_join(Join(pair)))  # type: ignore[misc]  # As above.
        assert caught.value.field == field


# ---- imports ---------------------------------------------------------------------------------------------


def test_rows_with_unknown_keys_wrong_types_or_broken_json_name_the_place(desk: Desk) -> None:
    good = '{"id": "b2", "party": 4, "start": "2026-05-01T19:00"}'
    for text, place, line in (
        (f'[{good}, {{"id": "b3", "party": 4, "start": "2026-05-01T19:00", "name": "Ada"}}]', "rows[1].name", None),
        (f'[{good}, {{"id": "b3", "party": "4", "start": "2026-05-01T19:00"}}]', "rows[1].party", None),
        (f"[{good},\n{{]", "document", 2),
    ):
        with pytest.raises(InvalidDocument) as caught:
            desk.import_bookings(read_rows_json(text))
        assert (caught.value.field, caught.value.line) == (place, line)


def test_a_refusal_is_no_bad_input(desk: Desk) -> None:
    with pytest.raises(FourtopError) as caught:
        desk.hold(party(1_000))
    assert isinstance(caught.value, Refused)
    assert caught.value.http_status == 409
