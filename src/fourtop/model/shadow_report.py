"""The report of shadow mode: the bookings that rules in shadow mode would have refused."""

import attrs

from fourtop.errors import Code
from fourtop.errors.display import brief, count_of, html_table, some
from fourtop.model.booking import Booking, Bookings
from fourtop.model.receipt import percent_of
from fourtop.model.restaurant import zone_info
from fourtop.model.results import Versions
from fourtop.model.window import Window


@attrs.frozen(repr=False)
class ShadowCount:
    """The bookings that one rule in shadow mode would have refused.

    Args:
        code: The code of the rule.
        bookings: How many bookings.
        covers: How many people.
    """

    code: Code
    bookings: int
    covers: int

    def __repr__(self) -> str:
        return brief(self, f"{self.code.value} {_amounts(self.bookings, self.covers)}")


@attrs.frozen(repr=False)
class ShadowReport:
    """The bookings of some windows that rules in shadow mode would have refused.

    A booking is judged by what the rules found when it was admitted. An enforced rule would have
    refused the first of them and thus found fewer parties later, so the report counts at least as
    many refusals as the rule would have made.

    Args:
        windows: The windows, inside which the bookings start.
        refused: These bookings, by start, then id. They include those that ended since.
        by_code: The refusals of each rule, most bookings first. A booking counts for each of its
            codes.
        bookings: How many bookings start inside the windows, apart from shadow bookings.
        covers: How many people they are.
        versions: Of the floor, policy and occupancy that it read.
        timezone: Of the restaurant, for the times that a person sees.
    """

    windows: tuple[Window, ...]
    refused: Bookings
    by_code: tuple[ShadowCount, ...]
    bookings: int
    covers: int
    versions: Versions
    timezone: str = attrs.field(default="UTC", eq=False, kw_only=True)

    @property
    def refused_covers(self) -> int:
        """How many people would have been refused."""
        return covers_of(self.refused)

    @property
    def percent(self) -> int:
        """The refused bookings in percent of all, halves rounded up; 0 without bookings."""
        return percent_of(len(self.refused), self.bookings) or 0

    def __repr__(self) -> str:
        zone = zone_info(self.timezone)
        windows = some((each.brief(zone) for each in self.windows), most=1)
        would = f"{_amounts(len(self.refused), self.refused_covers)} of"
        return brief(
            self,
            f"{windows}: {would} {_amounts(self.bookings, self.covers)}",
            *(f"{each.code.value} {each.bookings}" for each in self.by_code),
        )

    def _repr_html_(self) -> str:
        zone = zone_info(self.timezone)
        rows = [
            (
                each.id,
                each.stay.dining.brief(zone),
                each.party_size,
                ", ".join(code.value for code in each.would_refuse),
            )
            for each in self.refused
        ]
        caption = f"{_amounts(len(self.refused), self.refused_covers)} would have been refused"
        return html_table(caption, ("id", "dining", "party", "rules"), rows)


def covers_of(bookings: tuple[Booking, ...]) -> int:
    """Return the people of some bookings."""
    return sum(each.party_size for each in bookings)


def _amounts(bookings: int, covers: int) -> str:
    return f"{count_of(bookings, 'booking')} ({count_of(covers, 'cover')})"
