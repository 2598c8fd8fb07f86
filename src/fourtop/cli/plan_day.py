"""``fourtop plan-day``: tables for all bookings of a date, as moves that can be made."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from fourtop import DayMove, DayPlan, DayPlanTerms, Desk, LeftBooking, Refused
from fourtop.cli.answer import Answer, ExitCode
from fourtop.cli.format import WIDTH, Formatter, counted, day
from fourtop.cli.inputs import WrongInput
from fourtop.cli.page_file import save_page
from fourtop.errors.display import clip
from fourtop.formats.results import to_data

_NO_TABLES = "no tables"


def read_values(path: str) -> Mapping[str, int]:
    """Return the amounts or priorities of bookings from a file: a JSON object by booking id.

    Raises:
        WrongInput: If the file cannot be read, or has no JSON object.
    """
    try:
        found = json.loads(Path(path).read_text("utf-8"))
    except OSError as error:
        raise WrongInput(f"{path}: {error.strerror}") from None
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise WrongInput(f"{path}: must be a JSON object from booking ids to numbers")
    return found


def plan_day(
    desk: Desk, on: date, terms: DayPlanTerms, *, commits: bool, html: str | None = None
) -> Answer:
    """Show the plan of a date, and make its moves if asked; a no means that bookings are left.

    Args:
        desk: The desk.
        on: The date.
        terms: The options of the plan.
        commits: Whether to make the moves.
        html: The file of the page, which shows the day before the moves; ``None``: no page.

    Raises:
        InvalidInput: If an option is out of range, or the page cannot be written.
        MissingPackage: If the optimum is wanted and the extra ``optimize`` is not installed.
        StaleVersion: If a booking has changed between the plan and the commit.
    """
    house, found = desk.house(), desk.plan_day(on, **terms)
    formatter = Formatter(house)
    lines = [f"{house.restaurant.name}, {day(on)}: {found.summary()}", found.gap_text]
    lines += [clip(each, WIDTH) for each in _lines(found, formatter)]
    data = {"restaurant": house.restaurant.id, **to_data(found), "is_committed": False}
    data["html"] = html
    code = ExitCode.NO if found.left else ExitCode.YES
    if html is not None:
        from fourtop.cli.seating_page import day_plan_page  # noqa: PLC0415  # Few commands draw.

        save_page(day_plan_page(house, found, desk.day(on)), html)
        lines += [f"page written to {html}"]
    if commits:
        try:
            desk.commit_day_plan(found)
        except Refused as error:
            lines.append(f"not committed: {error.refusal}")
            return Answer("\n".join(lines), {**data, **to_data(error.refusal)}, ExitCode.NO)
        data["is_committed"] = True
        lines.append(f"committed: {counted(len(found.moves), 'booking')}")
    return Answer("\n".join(lines), data, code)


def _lines(found: DayPlan, formatter: Formatter) -> Iterator[str]:
    if found.moves or found.left:
        yield ""
    for move in found.moves:
        before = formatter.tables(move.before) if move.before else _NO_TABLES
        yield f"{_who(move, formatter)}: {before} → {formatter.tables(move.tables)}"
    for left in found.left:
        yield f"{_who(left, formatter)}: left without tables: {left}"
    if found.moves or found.left:
        yield ""
    yield f"{counted(found.kept, 'booking')} at the tables that they have"


def _who(each: DayMove | LeftBooking, formatter: Formatter) -> str:
    people = counted(each.party_size, "person", "people")
    return f"{formatter.clock(each.start_us)}  {each.booking_id}, {people}"
