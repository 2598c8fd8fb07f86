"""Day limits: distances and caps of zones as resources and limits of a day problem."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import attrs

from fourtop.engine.admission import Admission
from fourtop.engine.candidacy import Candidacy
from fourtop.engine.enforcement import capacity_mode
from fourtop.engine.limits import ZoneCap, limits_of
from fourtop.model.booking import Booking
from fourtop.model.enforcement import EnforcementMode
from fourtop.model.floor import Floor
from fourtop.model.service import Service


def is_enforced(candidacy: Candidacy, name: str) -> bool:
    """Tell whether a table rule about capacity binds in the service of a party."""
    rules = candidacy.admission.composition.table_rules
    is_there = any(each.name == name for each in rules)
    return is_there and capacity_mode(candidacy) is EnforcementMode.ENFORCED


@attrs.frozen
class DayResources:
    """The bits of a problem: the tables, and one bit more for each distance of the floor.

    Two tables that are kept apart share a bit: one party has either of them, or both. An aisle has
    a bit for each table behind it: the party at that table has it, or the party that has all joined
    tables.
    """

    tables: int
    pairs: tuple[int, ...]
    aisles: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, floor: Floor) -> DayResources:
        """Return the resources of a floor."""
        pairs = tuple(floor.mask(each.tables) for each in floor.kept_apart)
        aisles = tuple(
            (floor.mask(each.joined), floor.mask((closed,)))
            for each in floor.aisles
            for closed in sorted(each.closes)
        )
        return cls(len(floor.tables), pairs, aisles)

    def of_party(self, mask: int) -> int:
        """Return the resources of a party at some tables."""
        found, bit = mask, 1 << self.tables
        for pair in self.pairs:
            found |= bit if pair & mask else 0
            bit <<= 1
        for joined, closed in self.aisles:
            found |= bit if closed & mask or not joined & ~mask else 0
            bit <<= 1
        return found


class ZoneLimits:
    """The caps of zones as limits of the problem.

    Args:
        admission: The rules and the view.
        movers: The bookings that may move: they count where the plan sends them.
    """

    def __init__(self, admission: Admission, movers: Sequence[Booking]) -> None:
        self._admission = admission
        self._movers = movers
        self._places: dict[tuple[str, date, str, str], int] = {}
        self.left: list[int] = []

    def uses(self, candidacy: Candidacy, mask: int) -> tuple[tuple[int, int], ...]:
        """Return what a party uses of the limits at some tables."""
        admission = candidacy.admission
        if not is_enforced(candidacy, "zone_caps"):
            return ()
        size = candidacy.party.party_size
        return tuple(
            (place, amount)
            for cap in limits_of(admission.compiled, candidacy.service).zones
            if cap.tables & mask
            for unit, amount in (("covers", size), ("parties", 1))
            for place in self._place(candidacy.service, cap, unit)
        )

    def _place(self, service: Service, cap: ZoneCap, unit: str) -> tuple[int, ...]:
        most = cap.rule.max_covers if unit == "covers" else cap.rule.max_parties
        if most is None:
            return ()
        zone = cap.rule.zone
        assert zone is not None, "the cap of a zone names it"
        key = (service.period.key, service.date, zone, unit)
        place = self._places.get(key)
        if place is None:
            place = self._places[key] = len(self.left)
            self.left.append(self._left(service, cap, unit, most))
        return (place,)

    def _left(self, service: Service, cap: ZoneCap, unit: str, most: int) -> int:
        """Return the rest of a cap that the parties that stay leave.

        A zone that is above its cap may stay so.
        """
        counts = self._admission.attendance(service).at_tables(cap.members)
        calendar = self._admission.compiled.calendar
        there = [
            each
            for each in self._movers
            if not cap.members.isdisjoint(each.tables)
            and service.is_same(calendar.find_service(each.stay.dining.start_us))
        ]
        if unit == "covers":
            counted, moving = counts[0], sum(each.party_size for each in there)
        else:
            counted, moving = counts[1], len(there)
        return max(most - (counted - moving), moving)
