"""The room now: the floor coloured by state, warnings, arrivals and seated parties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import attrs
from starlette.responses import Response

from fourtop.engine import AtRisk
from fourtop.model.booking import BookingStatus
from fourtop.model.plan import Plan
from fourtop.model.utilisation import Utilisation
from fourtop.operations_page.access import views
from fourtop.operations_page.night import Night, read_night
from fourtop.operations_page.parties import Party, party_of
from fourtop.operations_page.screen import OfScreen, Screen
from fourtop.plotting.floor_plan import linked_floor_plan

ROOM: Final = views()

_S = BookingStatus


@attrs.frozen
class Risk:
    """A booking at risk, as the page shows it.

    Args:
        party: The party that comes.
        seated: The party at its table.
        tables: The tables of both.
        minutes: How late its tables may be free.
        instead: The ids of the best other tables; empty without any.
        instead_text: Their numbers, or the reason why it has none.
    """

    party: Party
    seated: Party
    tables: str
    minutes: int
    instead: Sequence[str]
    instead_text: str


def _risk(screen: Screen, found: AtRisk, names: Mapping[str, str]) -> Risk:
    other = found.alternative
    instead = other.tables if isinstance(other, Plan) else ()
    return Risk(
        party_of(screen, found.booking, names),
        party_of(screen, found.seated, names),
        screen.tables_text(found.tables),
        found.short_minutes,
        instead,
        screen.tables_text(instead) or screen.words(str(other)),
    )


def overbooked(utilisation: Utilisation, screen: Screen) -> list[str]:
    """Return a line for each service and slot with more parties than a rule allows."""
    lines = []
    for period in utilisation.periods:
        if period.usage.is_overbooked:
            lines.append(f"{period.period}: {period.usage.summary()}")
        lines += [
            f"{period.period} from {screen.clock(pacing.start_us)}: {pacing.summary()}"
            for slot in period.slots
            for pacing in slot.pacing
            if pacing.is_overbooked
        ]
    return list(dict.fromkeys(lines))


@ROOM.get("", name="room")
async def show_room(screen: OfScreen) -> Response:
    """Show the room as it is now."""
    night = await read_night(screen, None)
    states = await screen.desk.table_states()
    floor, places = screen.house.floor, screen.places
    links = {table.id: places.to("at", table.id) for table in floor.tables}
    known = {key: state.value for key, state in states.items() if key in links}
    risks = await screen.desk.at_risk()
    names = await screen.names(i for each in risks for i in (each.booking.id, each.seated.id))
    return screen.page(
        "room.html",
        night=night,
        picture=linked_floor_plan(floor, links, known),
        narrow=linked_floor_plan(floor, links, known, is_narrow=True),
        risks=[_risk(screen, each, names) for each in risks],
        overbooked=overbooked(await screen.desk.utilisation(night.today), screen),
        lists=_lists(night),
    )


def _lists(night: Night) -> list[tuple[str, list[Party]]]:
    """Return the lists of parties beside the plan, with their headings."""
    return [
        ("Waiting for tables", night.parties_at(_S.PENDING_ALLOCATION)),
        ("Expected", night.parties_at(_S.CONFIRMED)),
        ("At their tables", night.parties_at(_S.CHECKED_IN)),
    ]
