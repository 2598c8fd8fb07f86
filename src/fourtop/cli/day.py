"""``fourtop day``: the tables of a date, with all that takes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from fourtop import DayEntry, Desk
from fourtop.cli.answer import Answer
from fourtop.cli.format import WIDTH, counted, day
from fourtop.cli.plan import usage_text
from fourtop.errors.display import clip
from fourtop.formats.results import to_data


def show_day(desk: Desk, on: date) -> Answer:
    """Show each table with all that takes it by time, then the bookings without tables."""
    house = desk.house()
    found = desk.day(on)
    taken = [table for table in found.tables if table.entries]
    width = max([len(table.number) for table in taken], default=0)
    lines = [f"{house.restaurant.name}, {day(on)}", ""]
    for table in taken:
        lines += _lines(table.number, table.entries, width, on)
    free = [table.number for table in found.tables if not table.entries]
    if free:
        lines.append(clip(f"free all day: {', '.join(free)}", WIDTH))
    if found.unassigned:
        waiting = counted(len(found.unassigned), "booking")
        lines += ["", f"{waiting} without a table:"]
        lines += _lines("", found.unassigned, width, on)
    lines += ["", *(usage_text(usage) for usage in found.usage)]
    data = {"restaurant": house.restaurant.id, **to_data(found)}
    return Answer("\n".join(lines).rstrip(), data)


def _lines(number: str, entries: Sequence[DayEntry], width: int, on: date) -> Iterator[str]:
    """Yield a line for each entry of a table; the first one names it."""
    for place, entry in enumerate(entries):
        head = "" if place else number
        together = "" if len(entry.numbers) < 2 else f", at {' + '.join(entry.numbers)}"
        text = f"{entry.clock(on)}  {entry.summary()} ({entry.id}){together}"
        yield clip(f"{head:<{width}}  {text}", WIDTH)
