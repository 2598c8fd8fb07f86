"""``fourtop export``: the bookings of a database as rows, or as a calendar."""

from __future__ import annotations

from typing import Any, Final

from fourtop import BookingRow, Calendar, Desk, Engine, dumps_rows_csv, dumps_rows_json
from fourtop.cli.answer import Answer
from fourtop.cli.database import Database
from fourtop.cli.dates import Days
from fourtop.cli.format import counted
from fourtop.cli.import_bookings import the_restaurant
from fourtop.cli.inputs import WrongInput
from fourtop.formats.files import write_text
from fourtop.formats.json_codec import parse

FORMATS: Final = ("csv", "json", "ics")


def export_file(
    database: Database, restaurant_id: str | None, days: Days, form: str, path: str | None
) -> Answer:
    """Print the bookings of some dates, or write them into a file.

    Raises:
        NotFound: If the restaurant does not exist.
        InvalidInput: If the file cannot be written.
        WrongInput: If the dates are in the wrong order, a calendar is of several dates, or no
            restaurant is named and there are several.
        StoreMisconfigured: If the schema is wrong; run ``fourtop doctor``.
        StoreUnavailable: If the database cannot be reached.
    """
    if form == "ics" and days.first != days.last:
        raise WrongInput("--on: a calendar is of one date")
    database.require_there()
    with database.opened() as store:
        engine = Engine(store)
        desk = engine.desk(the_restaurant(engine, restaurant_id))
        text, data = _calendar(desk, days) if form == "ics" else _rows(desk, days, form)
    if path is None:
        return Answer(text.removesuffix("\n"), data)
    write_text(path, text)
    told = counted(data["bookings"], "booking")
    facts = {"restaurant": desk.restaurant_id, "file": path, "bookings": data["bookings"]}
    return Answer(f"{desk.restaurant_id}: {told} written to {path}", facts)


def _rows(desk: Desk, days: Days, form: str) -> tuple[str, dict[str, Any]]:
    house = desk.house()
    calendar = Calendar(house.restaurant, house.policy)
    rows: tuple[BookingRow, ...] = desk.export_rows(*days.windows(calendar))
    as_json = dumps_rows_json(rows)
    data = {"restaurant": desk.restaurant_id, "bookings": len(rows), "rows": parse(as_json)}
    return (as_json if form == "json" else dumps_rows_csv(rows)), data


def _calendar(desk: Desk, days: Days) -> tuple[str, dict[str, Any]]:
    text = desk.export_icalendar(days.first)
    count = text.count("BEGIN:VEVENT\r\n")
    return text, {"restaurant": desk.restaurant_id, "bookings": count, "calendar": text}
