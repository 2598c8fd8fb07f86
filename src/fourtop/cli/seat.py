"""``fourtop seat``: seat the party of a booking, or a party at the door."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs

from fourtop import Booking, House, NotFound, Refusal, Refused, WalkIn
from fourtop.cli.answer import Answer, ExitCode
from fourtop.cli.database import Database
from fourtop.cli.desk import staff_desk
from fourtop.cli.format import Formatter, why
from fourtop.cli.inputs import WrongInput
from fourtop.formats.results import to_data


@attrs.frozen
class Arrival:
    """A party as typed on the command line: a booking, or the size of a party at the door.

    Args:
        booking_id: The booking, if there is one.
        party_size: The size of a party without a booking.
        tables: Numbers of the only tables for a party without a booking.
        moves: Most later bookings that may move for it.
    """

    booking_id: str | None
    party_size: int | None
    tables: Sequence[str] = ()
    moves: int = 0


def seat(database: Database, restaurant_id: str, arrival: Arrival) -> Answer:
    """Seat a party; a no names the party in the way and the best other tables.

    Raises:
        NotFound: If the restaurant, the booking or a table does not exist.
        IllegalTransition: If the booking is not confirmed, or has no tables.
        WrongInput: If neither a booking nor a party size is given, or both, or tables or moves for
            a booking.
        StoreMisconfigured: If the schema is wrong; run ``fourtop doctor``.
        StoreUnavailable: If the database cannot be reached.
    """
    if (arrival.booking_id is None) == (arrival.party_size is None):
        raise WrongInput("BOOKING, --walk-in: give exactly one of them")
    if arrival.booking_id is not None and arrival.tables:
        raise WrongInput("--table: only for --walk-in; a booking has its tables")
    if arrival.booking_id is not None and arrival.moves:
        raise WrongInput("--moves: only for --walk-in; a booking has its tables")
    with staff_desk(database, restaurant_id) as desk:
        house = desk.house()
        if arrival.party_size is None:
            booking_id = str(arrival.booking_id)
            return _answer(house, booking_id, lambda: desk.seat(booking_id))
        tables = [_table_id(house, number) for number in arrival.tables]
        party = WalkIn(arrival.party_size, tables=tables)
        return _answer(
            house,
            f"a party of {party.party_size}",
            lambda: desk.walk_in(party, moves=arrival.moves),
        )


def _answer(house: House, who: str, call: Callable[[], Booking]) -> Answer:
    formatter = Formatter(house)
    data: dict[str, Any] = {"restaurant": house.restaurant.id}
    try:
        booking = call()
    except Refused as refused:
        data |= {"booking": None, "refusal": to_data(refused.refusal), "moves": []}
        return Answer(_refused(refused.refusal, formatter), data, ExitCode.NO)
    until = formatter.clock(booking.stay.dining.end_us)
    moves = booking.receipt.moves
    data |= {"booking": to_data(booking), "refusal": None, "moves": to_data(moves)}
    lines = [f"{who} sits at {formatter.tables(booking.tables)} until {until}"]
    lines += [
        f"moved {each.booking_id}: {formatter.tables(each.before)} to"
        f" {formatter.tables(each.after)}"
        for each in moves
    ]
    return Answer("\n".join(lines), data)


def _refused(refusal: Refusal, formatter: Formatter) -> str:
    instead = refusal.reasons[0].details.get("alternative") or ()
    lines = [f"no: {why(refusal)}"]
    if instead:
        lines.append(f"best other tables: {formatter.tables(instead)}")
    return "\n".join(lines)


def _table_id(house: House, number: str) -> str:
    table = house.floor.find_table_numbered(number) or house.floor.find_table(number)
    if table is None:
        raise NotFound("table", number[:64])
    return table.id
