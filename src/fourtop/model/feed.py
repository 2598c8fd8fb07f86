"""Feeds: the spots of each start, party size and length of stay, over several days."""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import Final

import attrs

from fourtop.errors import InvalidInput, safe_repr
from fourtop.errors.display import brief, count_of, html_table
from fourtop.model import validators
from fourtop.model.opportunity_cost import Costs, OpportunityCost, as_costs, covers_text
from fourtop.model.request import ANY_TABLE, STAY_MINUTES, Preference, as_party_sizes
from fourtop.model.restaurant import zone_info
from fourtop.model.results import Versions
from fourtop.model.service_period import as_date, calendar_date
from fourtop.model.window import brief_iso, from_micros

MAX_FEED_DAYS: Final = 62
MAX_FEED_SPOTS: Final = 100
# Days × sizes × lengths: a bound for one read.
MAX_FEED_QUESTIONS: Final = 5_000


def _sizes(value: int | Collection[int]) -> tuple[int, ...]:
    return as_party_sizes("party_sizes", value)


def _lengths(value: Collection[int]) -> tuple[int, ...]:
    def length(each: object) -> int:
        return validators.check_integer("minutes", each, *STAY_MINUTES)

    return tuple(sorted(set(validators.as_members("minutes", value, length))))


@attrs.frozen(repr=False)
class FeedTerms:
    """What a feed asks for.

    Args:
        start: The first date, in the restaurant's calendar.
        days: The number of dates (1–62).
        party_sizes: Party sizes.
        minutes: Lengths of the stay (1–600); none: the length that the policy sets.
        must: Conditions on the tables.
        occasion: Key of an occasion of the house; ``None``: the period's default.
        channel: The way by which the requests come.
        spots_limit: The number at which counting the spots of a cell stops (1–100).
        costs: Whether each cell that can be booked has its opportunity cost: by the demand of a
            forecast, or by the seats taken if it is ``True``.

    Raises:
        InvalidInput: If an argument breaks a rule, or days × sizes × lengths are more than 5,000.
        InvalidIdentifier: If a key is malformed.

    >>> FeedTerms("2026-05-01", 14, [2, 4], minutes=[90, 120])
    <FeedTerms 14 days from 2026-05-01, 2 sizes, 2 lengths>
    """

    start: date = attrs.field(converter=as_date, validator=calendar_date)
    days: int = attrs.field(
        converter=validators.as_integer, validator=validators.integer(1, MAX_FEED_DAYS)
    )
    party_sizes: tuple[int, ...] = attrs.field(converter=_sizes)
    minutes: tuple[int, ...] = attrs.field(default=(), kw_only=True, converter=_lengths)
    must: Preference = attrs.field(
        default=ANY_TABLE, kw_only=True, validator=validators.one_of(Preference)
    )
    occasion: str | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(validators.identifier)
    )
    channel: str | None = attrs.field(
        default=None, kw_only=True, validator=validators.optional(validators.identifier)
    )
    spots_limit: int = attrs.field(
        default=20,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(1, MAX_FEED_SPOTS),
    )
    costs: Costs = attrs.field(default=False, kw_only=True, converter=as_costs)

    def __attrs_post_init__(self) -> None:
        questions = self.days * len(self.party_sizes) * len(self.lengths)
        if questions > MAX_FEED_QUESTIONS:
            rule_text = f"times sizes times lengths must be at most {MAX_FEED_QUESTIONS:,}"
            raise InvalidInput("days", rule_text, safe_repr(questions))

    @property
    def lengths(self) -> tuple[int | None, ...]:
        """The lengths of the stay; ``None``: the policy's."""
        return self.minutes or (None,)

    def __repr__(self) -> str:
        return brief(
            self,
            f"{count_of(self.days, 'day')} from {self.start}",
            count_of(len(self.party_sizes), "size"),
            count_of(len(self.minutes), "length") if self.minutes else "",
        )


@attrs.frozen(repr=False)
class FeedCell:
    """The spots of one start, party size and length of stay.

    Args:
        start_us: The start, in microseconds.
        period: Key of the service period.
        party_size: The party size.
        minutes: The length that was asked for, or that the policy sets; ``None``: the policy
            admits no such party at that start.
        spots_open: How many such parties could be seated one after another now, up to the limit.
        spots_total: How many could if no table were taken and no party counted.
        cost: The opportunity cost of a party at its best tables; ``None``: it was not asked for, or
            the start cannot be booked.
        timezone: Of the restaurant, for the times that a person sees.
    """

    start_us: int
    period: str
    party_size: int
    minutes: int | None
    spots_open: int
    spots_total: int
    cost: OpportunityCost | None = attrs.field(default=None, kw_only=True)
    timezone: str = attrs.field(default="UTC", eq=False, kw_only=True)

    @property
    def start(self) -> datetime:
        """The start, in UTC."""
        return from_micros(self.start_us)

    @property
    def is_bookable(self) -> bool:
        """Tell whether it can be booked at the versions of the feed."""
        return self.spots_open > 0

    def __repr__(self) -> str:
        start = brief_iso(self.start_us, zone_info(self.timezone))
        length = "" if self.minutes is None else f"{self.minutes} minutes"
        spots = f"{self.spots_open} of {count_of(self.spots_total, 'spot')} open"
        cost = "" if self.cost is None else f"costs {covers_text(self.cost.total)} covers"
        return brief(self, f"{start} party of {self.party_size}", length, spots, cost)


@attrs.frozen(repr=False)
class Feed:
    """The spots of all starts on offer of some days, all at one version.

    Args:
        terms: What was asked for.
        cells: By start, then party size, then length.
        versions: Of the floor, policy and occupancy that it read.
        timezone: Of the restaurant, for the times that a person sees.
    """

    terms: FeedTerms
    cells: tuple[FeedCell, ...]
    versions: Versions
    timezone: str = attrs.field(default="UTC", eq=False, kw_only=True)

    def __iter__(self) -> Iterator[FeedCell]:
        return iter(self.cells)

    def __len__(self) -> int:
        return len(self.cells)

    def __repr__(self) -> str:
        bookable = sum(cell.is_bookable for cell in self.cells)
        days = f"{count_of(self.terms.days, 'day')} from {self.terms.start}"
        return brief(self, days, f"{bookable:,} of {count_of(len(self.cells), 'cell')} bookable")

    def _repr_html_(self) -> str:
        zone = zone_info(self.timezone)
        rows = [
            (
                brief_iso(cell.start_us, zone),
                cell.party_size,
                "" if cell.minutes is None else cell.minutes,
                f"{cell.spots_open} of {cell.spots_total}",
            )
            for cell in self.cells
        ]
        caption = f"Spots from {self.terms.start}, times in {self.timezone}"
        return html_table(caption, ("start", "party", "minutes", "spots open"), rows)
