"""``fourtop waitlist``: the parties that wait for tables on a date, and an offer to one."""

from __future__ import annotations

from datetime import date

from fourtop import Offer, Offered, WaitlistEntry, offer_waitlist
from fourtop.cli.answer import Answer, ExitCode
from fourtop.cli.database import Database
from fourtop.cli.desk import staff_desk
from fourtop.cli.format import Formatter, counted, day
from fourtop.formats.results import to_data


def show_waitlist(database: Database, restaurant_id: str, on: date) -> Answer:
    """List the parties that wait on a date, the first to join first.

    Raises:
        NotFound: If the restaurant does not exist.
        StoreMisconfigured: If the schema is wrong; run ``fourtop doctor``.
        StoreUnavailable: If the database cannot be reached.
    """
    with staff_desk(database, restaurant_id) as desk:
        house, found = desk.house(), desk.waitlist(on)
    formatter = Formatter(house)
    waiting = counted(len(found.entries), "party waits", "parties wait")
    lines = [f"{house.restaurant.name}, {day(on)}: {waiting}"]
    lines += [_line_of(each, formatter) for each in found.entries]
    return Answer("\n".join(lines), {"restaurant": restaurant_id, **to_data(found)})


def make_offer(database: Database, restaurant_id: str, on: date) -> Answer:
    """Offer free tables to the first party that can be seated; ``NO`` if there is none.

    Raises:
        HoldLimit: If the house keeps too many tables already.
        NotFound: If the restaurant does not exist.
        StoreMisconfigured: If the schema is wrong; run ``fourtop doctor``.
        StoreUnavailable: If the database cannot be reached.
    """
    with staff_desk(database, restaurant_id) as desk:
        house, made = desk.house(), desk.offer(on)
    data = {"restaurant": restaurant_id, "offer": None if made is None else to_data(made)}
    if made is None:
        return Answer("no party can be seated now", data, ExitCode.NO)
    return Answer(_offered(made, Formatter(house)), data)


def run_waitlist(database: Database, *, days: int, limit: int) -> Answer:
    """Offer free tables on the waitlists of all restaurants, and end the waits that are over.

    Raises:
        InvalidInput: If a number is outside its range.
        StoreUnavailable: If the store cannot be reached. Offers made by then stay.
    """
    database.require_there()
    with database.opened() as store:
        done: Offered = offer_waitlist(store, days=days, limit=limit)
    text = f"waitlist: {counted(done.offers, 'offer')}, {done.ended} ended"
    return Answer(text, {"waitlist": to_data(done)})


def _line_of(entry: WaitlistEntry, formatter: Formatter) -> str:
    booking, offer = entry.booking, entry.offer
    start = formatter.clock(booking.stay.dining.start_us)
    line = f"{entry.place:>3}  {start}  party of {booking.party_size:<3}  {booking.id}"
    if offer is None:
        return line
    until = formatter.clock(offer.expires_us)
    return f"{line}  offered {formatter.tables(offer.tables)} until {until}"


def _offered(made: Offer, formatter: Formatter) -> str:
    hold = made.hold
    start, until = formatter.clock(hold.stay.dining.start_us), formatter.clock(hold.expires_us)
    tables = formatter.tables(hold.tables)
    return f"{made.booking.id} is offered {tables} at {start}, until {until}: hold {hold.id}"
