"""Utilisation: how full each slot of the services of a date is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fourtop.plotting.cell_grid import Block, Cell, Grid, Row
from fourtop.plotting.checks import check_shape, check_text
from fourtop.plotting.heat_map import LEVELS, cell_of, names_of
from fourtop.plotting.picture import Picture
from fourtop.plotting.protocols import DrawnPeriod, DrawnSlotUse, DrawnUtilisation
from fourtop.plotting.time_axis import day_text, local, zone_of

_COUNTS: Final[tuple[tuple[str, Callable[[DrawnSlotUse], int]], ...]] = (
    ("covers that sit down", lambda slot: slot.covers),
    ("covers at tables", lambda slot: slot.present_covers),
)


def utilisation_chart(utilisation: DrawnUtilisation, *, title: str | None = None) -> Picture:
    """Draw how full the services of a date are, slot by slot.

    Each service has a row of the covers that sit down, a row of the covers at tables, and, where a
    pacing rule applies, a heat map of the percentage of the fullest rule. Times are local.

    Args:
        utilisation: Anything with the attributes of ``fourtop.Utilisation`` that are read here.
        title: The title; ``None``: the date.

    Raises:
        InvalidInput: If an argument is of another form.
    """
    check_shape("utilisation", utilisation, ("on", "periods", "closed", "timezone"))
    zone = zone_of(utilisation.timezone)
    blocks = []
    for period in utilisation.periods:
        columns = tuple(f"{local(slot.start_us, zone):%H:%M}" for slot in period.slots)
        blocks.append(_block(period, columns))
    name = f"Utilisation, {day_text(utilisation.on)}"
    has_levels = any(
        slot.utilisation_percent is not None
        for period in utilisation.periods
        for slot in period.slots
    )
    return Grid(
        name if title is None else check_text("title", title),
        f"local time, {utilisation.timezone}",
        tuple(blocks),
        LEVELS if has_levels else (),
        empty=f"No service: {utilisation.closed}" if utilisation.closed is not None else "",
    ).picture()


def _block(period: DrawnPeriod, columns: tuple[str, ...]) -> Block:
    rows = [
        Row(label, tuple(Cell(str(count(slot))) for slot in period.slots))
        for label, count in _COUNTS
    ]
    percents = [slot.utilisation_percent for slot in period.slots]
    if any(each is not None for each in percents):
        rows.append(_percent_row(percents, columns))
    hours = f"{period.seat_hours_used:.1f} of {period.seat_hours_offered:.1f} seat-hours"
    heading = f"{period.period}: {period.usage.summary()}; {hours}"
    return Block(heading, columns, tuple(rows), "slot from")


def _percent_row(percents: list[int | None], columns: tuple[str, ...]) -> Row:
    label = "% of the pacing rule"
    cells = (
        None if percent is None else cell_of(percent, name)
        for percent, name in zip(percents, names_of(label, columns), strict=True)
    )
    return Row(label, tuple(cells))
