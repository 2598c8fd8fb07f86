"""Errors never repeat a value that may be personal: an e-mail address given as an id."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

import fourtop
from fourtop.errors import FourtopError, safe_repr

EMAIL = "ada@example.org"
NAME = "Ada Lovelace"
SIX = datetime(2030, 5, 3, 17, tzinfo=UTC)
CLOCK = fourtop.ManualClock(SIX)
DESK = fourtop.Engine(fourtop.MemoryStore(CLOCK)).add_restaurant(fourtop.sample.pub())
ENGINE = fourtop.Engine(fourtop.MemoryStore(CLOCK))
HOUSE = fourtop.sample.pub()
REQUEST = fourtop.BookingRequest(4, SIX)
HEADER = "id,party_size,start,tables\n"

CALLS: dict[str, Callable[[Any], object]] = {
    "Actor.id": lambda value: fourtop.Actor(value, "staff"),
    "Actor.role": lambda value: fourtop.Actor("web", value),
    "Table.id": lambda value: fourtop.Table(value, "1", 4, "main"),
    "Table.zone_id": lambda value: fourtop.Table("t1", "1", 4, value),
    "Zone.id": lambda value: fourtop.Zone(value, "Main"),
    "Restaurant.id": lambda value: fourtop.Restaurant(value, "R", timezone="UTC", slug="r"),
    "Join.tables": lambda value: fourtop.Join(("t1", value)),
    "SetCapacity.tables": lambda value: fourtop.SetCapacity(("t1", value), 4),
    "Preference.zones": lambda value: fourtop.Preference(zones=[value]),
    "BookingRequest.tables": lambda value: fourtop.BookingRequest(4, SIX, tables=[value]),
    "BookingRequest.occasion": lambda value: fourtop.BookingRequest(4, SIX, occasion=value),
    "BookingRequest.past_reason": lambda value: fourtop.BookingRequest(4, SIX, past_reason=value),
    "BookingRow.id": lambda value: fourtop.BookingRow(value, 4, "2030-05-03T19:00"),
    "ServicePeriod.key": lambda value: fourtop.ServicePeriod(value, "17:00", "22:00"),
    "CapacityRule.period": lambda value: fourtop.CapacityRule(max_covers=1, period=value),
    "Move.booking_id": lambda value: fourtop.Move(value, ["t1"]),
    "CountedIds.prefix": fourtop.CountedIds,
    "Floor.get_table": HOUSE.floor.get_table,
    "Floor.mask": lambda value: HOUSE.floor.mask([value]),
    "Floor.without_table": HOUSE.floor.without_table,
    "Floor.without_zone": HOUSE.floor.without_zone,
    "Policy.get_occasion": HOUSE.policy.get_occasion,
    "Policy.without_period": HOUSE.policy.without_period,
    "Engine.desk": lambda value: ENGINE.desk(value).house(),
    "Desk.get_booking": DESK.get_booking,
    "Desk.cancel": DESK.cancel,
    "Desk.confirm": DESK.confirm,
    "Desk.hold session": lambda value: DESK.hold(REQUEST, session=value),
    "Desk.hold key": lambda value: DESK.hold(REQUEST, key=value),
    "Desk.book id": lambda value: DESK.book(REQUEST, booking_id=value),
    "loads_rows_csv": lambda value: fourtop.loads_rows_csv(
        f"{HEADER}{value},4,2030-05-03T19:00,1\n"
    ),
    "loads_rows_json": lambda value: fourtop.loads_rows_json(
        json.dumps([{"id": value, "party_size": 4, "start": "2030-05-03T19:00"}])
    ),
}


@pytest.mark.parametrize("value", [EMAIL, NAME, [EMAIL]], ids=["e-mail", "name", "list"])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_finding_34_no_error_repeats_a_value_given_as_an_id(
    call: Callable[[Any], object], value: Any
) -> None:
    with pytest.raises((FourtopError, TypeError)) as caught:
        call(value)

    error = caught.value
    assert "ada" not in str(error).casefold()
    if isinstance(error, FourtopError):
        assert "ada" not in json.dumps(error.details).casefold()
        assert "ada" not in repr(error).casefold()


@pytest.mark.parametrize("value", [EMAIL, {"guest": EMAIL}, (1, EMAIL), [EMAIL]])
def test_finding_34_a_rejected_value_with_an_at_sign_is_described(value: Any) -> None:
    assert "ada" not in safe_repr(value)


@pytest.mark.parametrize("column", ["status", "start", "tables", "party_size", "occasion"])
def test_finding_34_no_cell_of_an_import_with_an_e_mail_is_repeated(column: str) -> None:
    cells = {"id": "b1", "party_size": "4", "start": "2030-05-03T19:00", column: EMAIL}
    text = f"{','.join(cells)}\n{','.join(cells.values())}\n"
    try:
        fourtop.loads_rows_csv(text)
    except FourtopError as error:
        assert "ada" not in str(error)  # noqa: PT017  # A table number may contain an at sign.
