"""``fourtop availability``: the start times of a date, bookable or refused with reasons."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from textwrap import wrap
from typing import Any, Final

from fourtop import Availability, Desk, Preference, Slot
from fourtop.cli.answer import Answer, ExitCode
from fourtop.cli.format import WIDTH, Formatter, counted, day
from fourtop.cli.plan import usage_text
from fourtop.formats.results import to_data
from fourtop.model.opportunity_cost import Costs

SPOTS_LIMIT: Final = 20
_NO: Final = "-"


def availability(
    desk: Desk,
    on: date,
    parties: Collection[int],
    must: Preference,
    *,
    costs: Costs = False,
) -> Answer:
    """Show the spots left per start and party size; the answer is ``NO`` if nothing is bookable.

    Args:
        desk: The restaurant.
        on: The date.
        parties: Party sizes.
        must: Conditions on the tables.
        costs: Whether to show the opportunity cost of each start, too: by a forecast, or by the
            seats taken if it is ``True``.
    """
    house = desk.house()
    formatter = Formatter(house)
    found = desk.availability(on, parties, must=must, spots_limit=SPOTS_LIMIT, costs=costs)
    lines = [f"{house.restaurant.name}, {day(on)}", ""]
    if found.slots:
        lines += _table(found, sorted(set(parties)), formatter, _spots)
        lines += [
            "",
            "spots left: how many such parties could still be seated, one after the other",
        ]
        if costs:
            lines += ["", *_table(found, sorted(set(parties)), formatter, _cost)]
            lines += ["", "cost: the covers that later guests are expected to lose by a party"]
        lines += _reasons(found, formatter)
        lines += ["", *(usage_text(usage) for usage in found.usage)]
    else:
        why = "no start times are on offer on that date" if found.closed is None else found.closed
        lines.append(f"no: {why}")
    data = {
        "restaurant": house.restaurant.id,
        "date": on.isoformat(),
        "slots": [_slot_data(slot, formatter) for slot in found.slots],
        "usage": [to_data(usage) for usage in found.usage],
    }
    return Answer("\n".join(lines), data, ExitCode.YES if found.bookable() else ExitCode.NO)


def _table(
    found: Availability, parties: list[int], formatter: Formatter, shown: Callable[[Slot], str]
) -> list[str]:
    head = "start   party of " + "".join(f"{party_size:>5}" for party_size in parties)
    by_start: dict[int, dict[int, Slot]] = {}
    for slot in found.slots:
        by_start.setdefault(slot.start_us, {})[slot.party_size] = slot
    lines = [head]
    for start_us, slots in by_start.items():
        cells = "".join(f"{shown(slots[party_size]):>5}" for party_size in parties)
        lines.append(f"{formatter.clock(start_us):<17}{cells}")
    return lines


def _spots(slot: Slot) -> str:
    if not slot.is_bookable:
        return _NO
    return f"{slot.spots}+" if slot.spots >= SPOTS_LIMIT else str(slot.spots)


def _cost(slot: Slot) -> str:
    # A number of more than two digits leaves out the decimals.
    return _NO if slot.cost is None else f"{round(slot.cost.total, 1) + 0.0:.3g}"


def _reasons(found: Availability, formatter: Formatter) -> list[str]:
    """Return one line per code and party size, with its starts and one full reason."""
    refused: dict[tuple[str, int], list[Slot]] = {}
    for slot in found.slots:
        if slot.refusal is not None:
            refused.setdefault((slot.refusal.code.value, slot.party_size), []).append(slot)
    lines = []
    for (code, party_size), slots in refused.items():
        first, last = formatter.clock(slots[0].start_us), formatter.clock(slots[-1].start_us)
        when = (
            first if len(slots) == 1 else f"{counted(len(slots), 'start')} from {first} to {last}"
        )
        assert slots[0].refusal is not None, "only refused slots are listed"
        told = f"{_NO} party of {party_size}, {when}: {slots[0].refusal.reasons[0]} ({code})"
        lines += wrap(told, WIDTH, subsequent_indent="  ")
    return lines


def _slot_data(slot: Slot, formatter: Formatter) -> dict[str, Any]:
    return {
        "start": formatter.iso(slot.start_us),
        "period": slot.period,
        "party_size": slot.party_size,
        "bookable": slot.is_bookable,
        "spots": slot.spots,
        "refusal": to_data(slot.refusal),
        "cost": to_data(slot.cost),
    }
