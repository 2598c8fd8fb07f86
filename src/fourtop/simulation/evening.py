"""The result of one simulated evening."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime, tzinfo

import attrs

from fourtop.errors.display import brief, count_of, html_table
from fourtop.model.restaurant import zone_info
from fourtop.model.window import from_micros
from fourtop.simulation.visit import TURNED_AWAY, Outcome, Visit


@attrs.frozen(repr=False)
class EveningResult:
    """The numbers of one evening, and the visits that they count.

    Visits that wished a start within the warm-up are played and not counted.

    Args:
        number: The number of the evening, from 1.
        on: The date.
        visits: The counted visits, in the order of their requests.
        seat_hours_offered: The seats on offer times the hours of service.
        seat_hours_used: The time of each person at a table within the hours of service.
        timezone: Of the restaurant, for the times that a person sees.
    """

    number: int
    on: date
    visits: tuple[Visit, ...]
    seat_hours_offered: float
    seat_hours_used: float
    timezone: str = attrs.field(default="UTC", eq=False, kw_only=True)

    # ---- requests

    @property
    def requests(self) -> int:
        """The parties that asked."""
        return len(self.visits)

    @property
    def covers_requested(self) -> int:
        """The people of the parties that asked."""
        return _covers(self.visits)

    @property
    def refused(self) -> int:
        """The parties that were refused and took nothing else."""
        return len(self.with_outcome(Outcome.REFUSED))

    @property
    def covers_refused(self) -> int:
        """The people of the refused parties."""
        return _covers(self.with_outcome(Outcome.REFUSED))

    @property
    def turned_away(self) -> int:
        """The parties that wanted a table and got none: refused, gave up, or came after release."""
        return self.refused + self.gave_up + self.released

    @property
    def covers_turned_away(self) -> int:
        """The people of the parties that were turned away."""
        return sum(_covers(self.with_outcome(each)) for each in TURNED_AWAY)

    @property
    def refusals(self) -> Mapping[str, int]:
        """The refused parties by the code of the decisive reason, by code."""
        return dict(sorted(Counter(each.code for each in self.visits if each.code).items()))

    @property
    def alternatives_taken(self) -> int:
        """The parties that booked another start than they wished."""
        return sum(each.took_alternative for each in self.visits)

    @property
    def cancelled(self) -> int:
        """The booked parties that cancelled."""
        return len(self.with_outcome(Outcome.CANCELLED))

    @property
    def no_shows(self) -> int:
        """The booked parties that did not come."""
        return len(self.with_outcome(Outcome.NO_SHOW))

    # ---- at the tables

    @property
    def parties(self) -> int:
        """The parties that sat down."""
        return len(self.with_outcome(Outcome.SEATED))

    @property
    def covers(self) -> int:
        """The people that sat down."""
        return _covers(self.with_outcome(Outcome.SEATED))

    @property
    def revenue(self) -> float:
        """The revenue of the parties that sat down; 0 if the demand has no spend."""
        return sum(each.revenue for each in self.visits)

    @property
    def overstays(self) -> int:
        """The parties that stayed longer than planned."""
        return sum(each.overstay_us > 0 for each in self.visits)

    # ---- trouble

    @property
    def waited(self) -> int:
        """The parties that waited for their table and got it."""
        return sum(each.wait_minutes > 0 for each in self.visits)

    @property
    def wait_minutes(self) -> float:
        """The minutes that all seated parties waited, added up."""
        return sum(each.wait_minutes for each in self.visits)

    @property
    def longest_wait_minutes(self) -> float:
        """The longest wait of a seated party."""
        return max((each.wait_minutes for each in self.visits), default=0.0)

    @property
    def gave_up(self) -> int:
        """The parties that waited for a table and left."""
        return len(self.with_outcome(Outcome.GAVE_UP))

    @property
    def released(self) -> int:
        """The parties that came after their table had been given away."""
        return len(self.with_outcome(Outcome.RELEASED))

    @property
    def at_risk(self) -> int:
        """The parties at whose table another one still sat shortly before they came."""
        return sum(each.was_at_risk for each in self.visits)

    @property
    def late(self) -> int:
        """The booked parties that sat down later than they came, because of their table."""
        return sum(each.is_late for each in self.visits)

    @property
    def moves(self) -> int:
        """How often staff gave a party other tables than the booked ones."""
        return sum(each.moves for each in self.visits)

    def with_outcome(self, outcome: Outcome | str) -> tuple[Visit, ...]:
        """Return the visits that ended so, in the order of their requests."""
        return tuple(each for each in self.visits if each.outcome == outcome)

    def __repr__(self) -> str:
        return brief(
            self,
            f"{self.number} on {self.on}",
            count_of(self.covers, "cover"),
            f"{self.parties} of {count_of(self.requests, 'party', 'parties')}",
            f"{self.turned_away} turned away" if self.turned_away else "",
        )

    def _repr_html_(self) -> str:
        zone = zone_info(self.timezone)
        columns = ("asked", "by", "party", "for", "outcome", "tables", "seated", "left")
        rows = [
            (
                f"{_local(each.asked_us, zone):%a %H:%M}",
                each.channel,
                each.party_size,
                f"{_local(each.wished_us, zone):%H:%M}",
                f"{each.outcome.value.replace('_', ' ')} {each.code}".rstrip(),
                ", ".join(each.tables),
                *(
                    "" if at_us is None else f"{_local(at_us, zone):%H:%M}"
                    for at_us in (each.seated_us, each.left_us)
                ),
            )
            for each in self.visits
        ]
        return html_table(repr(self).strip("<>"), columns, rows)


def _local(at_us: int, zone: tzinfo) -> datetime:
    return from_micros(at_us).astimezone(zone)


def _covers(visits: Iterable[Visit]) -> int:
    return sum(each.party_size for each in visits)
