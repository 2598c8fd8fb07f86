"""Availability: the starts of a date by party size, with the spots or the reason of a no."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby

from fourtop.errors.display import count_of
from fourtop.plotting.answer_protocols import DrawnAvailability, DrawnStart
from fourtop.plotting.cell_grid import Block, Cell, Grid, Row
from fourtop.plotting.checks import check_shape, check_text
from fourtop.plotting.heat_map import LEVELS, cell_of
from fourtop.plotting.legend import Key, keys_of, letters_of
from fourtop.plotting.picture import Picture
from fourtop.plotting.time_axis import day_text, local, zone_of


def availability_chart(availability: DrawnAvailability, *, title: str | None = None) -> Picture:
    """Draw the starts of a date: a column for each, a row for each party size.

    A start that can be booked shows its spots. Another one is hatched and shows a letter, and the
    legend names the code of its refusal. Where the house has caps or pacing, a heat map shows how
    full the fullest limit is at each start. Times are local.

    Args:
        availability: Anything with the attributes of ``fourtop.Availability`` that are read here.
        title: The title; ``None``: the date.

    Raises:
        InvalidInput: If an argument is of another form.
    """
    check_shape("availability", availability, ("on", "slots", "closed", "timezone"))
    slots = availability.slots
    letters = letters_of(str(each.refusal.code) for each in slots if each.refusal is not None)
    zone = zone_of(availability.timezone)
    starts = {each.start_us: f"{local(each.start_us, zone):%H:%M}" for each in slots}
    blocks = [
        _block(period or "no service", list(found), letters, starts)
        for period, found in groupby(slots, key=lambda each: each.period)
    ]
    has_levels = any(each.utilisation_percent is not None for each in slots)
    bookable = sum(each.refusal is None for each in slots)
    keys = [Key("expected", "can be booked: the spots left")] if bookable else []
    keys += keys_of(letters)
    name = f"Availability, {day_text(availability.on)}"
    return Grid(
        name if title is None else check_text("title", title),
        f"{bookable} of {count_of(len(slots), 'start')} bookable;"
        f" local time, {availability.timezone}",
        tuple(blocks),
        (*keys, *(LEVELS if has_levels else ())),
        empty=f"No starts: {availability.closed}" if availability.closed is not None else "",
    ).picture()


def _block(
    period: str,
    slots: list[DrawnStart],
    letters: Mapping[str, str],
    starts: Mapping[int, str],
) -> Block:
    order = sorted({each.start_us for each in slots})
    sizes = sorted({each.party_size for each in slots})
    by_place = {(each.start_us, each.party_size): each for each in slots}
    rows = [
        Row(
            f"party of {size}",
            tuple(_cell(by_place.get((start, size)), letters, starts) for start in order),
        )
        for size in sizes
    ]
    percents = [_fullest(slots, start) for start in order]
    if any(each is not None for each in percents):
        label = "% of the fullest limit"
        cells = (
            None if each is None else cell_of(each, f"{label}, {starts[start]}")
            for each, start in zip(percents, order, strict=True)
        )
        rows.append(Row(label, tuple(cells)))
    return Block(period, tuple(starts[each] for each in order), tuple(rows), "start")


def _fullest(slots: Iterable[DrawnStart], start_us: int) -> int | None:
    found = (each.utilisation_percent for each in slots if each.start_us == start_us)
    return max((each for each in found if each is not None), default=None)


def _cell(
    slot: DrawnStart | None, letters: Mapping[str, str], starts: Mapping[int, str]
) -> Cell | None:
    if slot is None:
        return None
    name = f"{starts[slot.start_us]}, party of {slot.party_size}"
    if slot.refusal is None:
        tooltip = f"{name}: {count_of(slot.spots, 'spot')}"
        return Cell(str(slot.spots), "expected", tooltip=tooltip, is_bold=True)
    return Cell(letters[str(slot.refusal.code)], "block", tooltip=f"{name}: {slot.refusal}")
