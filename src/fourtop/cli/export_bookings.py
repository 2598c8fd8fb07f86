"""``fourtop export``: the bookings of a database as rows, or as a calendar."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final

import attrs

from fourtop import BookingRow, Calendar, Desk, Engine, Window, dumps_rows_csv, dumps_rows_json
from fourtop.cli.answer import Answer
from fourtop.cli.database import Database
from fourtop.cli.format import counted
from fourtop.cli.import_bookings import the_restaurant
from fourtop.cli.inputs import WrongInput
from fourtop.formats.files import write_text
from fourtop.formats.json_codec import parse

FORMATS: Final = ("csv", "json", "ics")
_STEP: Final = timedelta(days=28)
_DAY: Final = timedelta(days=1)
_LONGEST: Final = timedelta(days=3_700)


@attrs.frozen(kw_only=True)
class Days:
    """The dates of an export.

    Args:
        first: The first date; the bookings start on it or later.
        last: The last date.
    """

    first: date
    last: date

    def windows(self, zone: tzinfo) -> Iterator[Window]:
        """Yield the windows from midnight of the first date to midnight after the last one.

        Raises:
            WrongInput: If the last date is before the first one, or more than ten years after it.
        """
        if not timedelta(0) <= self.last - self.first <= _LONGEST:
            raise WrongInput("--to: must be at or after --from, by at most ten years")
        day = self.first
        while day <= self.last:
            following = min(day + _STEP, self.last + _DAY)
            yield Window(_midnight(day, zone), _midnight(following, zone))
            day = following


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
    zone = Calendar(house.restaurant, house.policy).zone
    rows: tuple[BookingRow, ...] = desk.export_rows(*days.windows(zone))
    as_json = dumps_rows_json(rows)
    data = {"restaurant": desk.restaurant_id, "bookings": len(rows), "rows": parse(as_json)}
    return (as_json if form == "json" else dumps_rows_csv(rows)), data


def _calendar(desk: Desk, days: Days) -> tuple[str, dict[str, Any]]:
    text = desk.export_icalendar(days.first)
    count = text.count("BEGIN:VEVENT\r\n")
    return text, {"restaurant": desk.restaurant_id, "bookings": count, "calendar": text}


def _midnight(day: date, zone: tzinfo) -> datetime:
    # Where the clocks skip midnight, Python takes the first instant of the day.
    return datetime.combine(day, time(), zone).astimezone(UTC)
