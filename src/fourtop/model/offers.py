"""Offers: the starts around a wish, each with its cost in covers, and what the house does with it.

The cost is an opportunity cost: the covers that later guests are expected to lose if the party gets
the start, beyond what the same party would cost an empty house without demand.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

import attrs

from fourtop.errors import Refusal
from fourtop.errors.display import brief, count_of, html_picture, html_table
from fourtop.model import validators
from fourtop.model.alternatives import Alternative, RejectedAlternative
from fourtop.model.forecast import DemandForecast
from fourtop.model.opportunity_cost import OpportunityCost, covers_text
from fourtop.model.request import BookingRequest
from fourtop.model.restaurant import zone_info
from fourtop.model.results import Quote, Versions
from fourtop.model.window import brief_iso

FLEXIBLE_MINUTES: Final = (0, 240)
MOST_SAVED: Final = 1_000


class SteeringMode(StrEnum):
    """What a house does with the costs of the starts.

    ``NOTHING``: it offers the wish, and after a no the nearest starts. ``ORDER``: it offers all
    starts, those of the least cost first. ``ONE_BETTER``: it offers the wish, and one start that
    costs less.
    """

    NOTHING = "nothing"
    ORDER = "order"
    ONE_BETTER = "one_better"


def _mode(value: SteeringMode | str) -> SteeringMode:
    return validators.as_enum(SteeringMode, "mode", value)


@attrs.frozen(repr=False)
class SteeringPolicy:
    """What a house does with the costs of the starts. The wish stays bookable with each of them.

    Args:
        mode: One of the three.
        saves_more_than: With ``ONE_BETTER``, it offers another start only if that saves more covers
            than this (0–1,000).

    Raises:
        InvalidInput: Naming the field and the rule.

    >>> SteeringPolicy("one_better", saves_more_than=1)
    <SteeringPolicy one_better, saves more than 1 covers>
    """

    mode: SteeringMode = attrs.field(default=SteeringMode.NOTHING, converter=_mode)
    saves_more_than: float = attrs.field(
        default=0.3,
        kw_only=True,
        converter=validators.as_number,
        validator=validators.number(0, MOST_SAVED),
    )

    def __repr__(self) -> str:
        is_one = self.mode is SteeringMode.ONE_BETTER
        least = f"saves more than {self.saves_more_than:g} covers" if is_one else ""
        return brief(self, self.mode.value, least)


NO_STEERING: Final = SteeringPolicy()


def _policy(value: SteeringPolicy | None) -> SteeringPolicy:
    return NO_STEERING if value is None else value


@attrs.frozen(repr=False)
class OfferTerms:
    """The starts to offer to a party, and how to value them.

    Args:
        flexible_minutes: The greatest distance of a start from the wish, earlier and later
            (0–240).
        forecast: The demand that is expected; ``None``: the cost follows from the seats taken.
        steering: The use that the house makes of the costs; ``None``: none.

    Raises:
        InvalidInput: Naming the field and the rule.

    >>> OfferTerms(30)
    <OfferTerms within 30 minutes, nothing>
    """

    flexible_minutes: int = attrs.field(
        default=30,
        converter=validators.as_integer,
        validator=validators.integer(*FLEXIBLE_MINUTES),
    )
    forecast: DemandForecast | None = attrs.field(
        default=None,
        kw_only=True,
        validator=validators.optional(validators.one_of(DemandForecast)),
    )
    steering: SteeringPolicy = attrs.field(
        default=None,
        kw_only=True,
        converter=_policy,
        validator=validators.one_of(SteeringPolicy),
    )

    def __repr__(self) -> str:
        return brief(
            self,
            f"within {count_of(self.flexible_minutes, 'minute')}",
            "with a forecast" if self.forecast is not None else "",
            self.steering.mode.value,
        )


@attrs.frozen(repr=False)
class OfferedStart:
    """A start that can be booked, with its cost.

    Args:
        alternative: The request that books it, its quote, and its distance from the wish.
        cost: Its opportunity cost.
        extra_covers: How many covers more it costs than the cheapest start of the answer; never
            negative. Texts show this number, because only the differences of costs matter.
    """

    alternative: Alternative
    cost: OpportunityCost
    extra_covers: float = attrs.field(default=0.0, kw_only=True)

    @property
    def request(self) -> BookingRequest:
        """The request that books it."""
        return self.alternative.request

    @property
    def quote(self) -> Quote:
        """The answer to that request."""
        return self.alternative.quotes[0]

    @property
    def start(self) -> datetime:
        """When the party sits down, in UTC."""
        return self.alternative.start

    @property
    def moved_minutes(self) -> int:
        """How much later than the wish it starts; negative: earlier; 0: it is the wish."""
        return self.alternative.moved_minutes

    @property
    def order_key(self) -> tuple[float, int, int]:
        """Its place among others: the least cost first, then the nearest, the earlier one."""
        return (round(self.cost.total, 6), *self.alternative.order_key)

    @property
    def clock(self) -> str:
        """The local time of the start."""
        return self.alternative.clock

    @property
    def text(self) -> str:
        """The start, its distance, its tables and its extra covers in words."""
        wish = f"{self.clock}, as wished, {self.alternative.place}"
        start = str(self.alternative) if self.moved_minutes else wish
        return f"{start}: +{covers_text(self.extra_covers)} covers"

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return brief(self, self.text)


@attrs.frozen(repr=False)
class StartOffers:
    """The starts around a wish that can be booked, at the versions of one read.

    It is true if it has a start.

    Args:
        request: The request.
        terms: The starts to offer, and how they were valued.
        answer: The quote of the request itself, or its refusal.
        found: The starts that can be booked: the wish, then the nearest, the earlier one of two.
        rejected: The starts that cannot be booked, each with its refusal, without the wish.
        versions: Of the floor, policy and occupancy that it read.
        timezone: Of the restaurant, for the times that a person sees.
    """

    request: BookingRequest
    terms: OfferTerms
    answer: Quote | Refusal
    found: tuple[OfferedStart, ...]
    rejected: tuple[RejectedAlternative, ...]
    versions: Versions
    timezone: str = attrs.field(default="UTC", eq=False, kw_only=True)

    def __bool__(self) -> bool:
        """Return whether a start can be booked."""
        return bool(self.found)

    @property
    def wish(self) -> OfferedStart | None:
        """The start that was asked for; ``None``: it cannot be booked."""
        return next(
            (each for each in self.found if each.request.start_us == self.request.start_us), None
        )

    @property
    def cheapest(self) -> OfferedStart | None:
        """The start of the least cost, the nearest of equals; ``None`` without a start."""
        return min(self.found, key=lambda each: each.order_key, default=None)

    @property
    def steered(self) -> tuple[OfferedStart, ...]:
        """The starts that the house offers in place of the wish, in this order.

        Each costs less than the wish. Without a steering policy, or if the wish cannot be booked,
        there are none.
        """
        wish, policy = self.wish, self.terms.steering
        if wish is None or policy.mode is SteeringMode.NOTHING:
            return ()
        in_order = sorted(self.found, key=lambda each: each.order_key)
        better = tuple(each for each in in_order if each.cost.total < wish.cost.total)
        if policy.mode is SteeringMode.ORDER:
            return better
        least = wish.cost.total - policy.saves_more_than
        return tuple(each for each in better[:1] if each.cost.total < least)

    @property
    def shown(self) -> tuple[OfferedStart, ...]:
        """The starts that the house shows, in this order.

        The wish comes first if it can be booked, except with ``ORDER``. Without it, the nearest
        starts are shown, with ``ORDER`` those of the least cost first.
        """
        if self.terms.steering.mode is SteeringMode.ORDER:
            return tuple(sorted(self.found, key=lambda each: each.order_key))
        if self.wish is None or self.terms.steering.mode is SteeringMode.NOTHING:
            return self.found
        return (self.wish, *self.steered)

    @property
    def not_shown(self) -> tuple[OfferedStart, ...]:
        """The other starts that can be booked, in the order of ``found``."""
        shown = self.shown
        return tuple(each for each in self.found if each not in shown)

    def explain(self, offered: OfferedStart | None = None) -> str:
        """Return why a start is better or worse for the house than the wish, in one sentence.

        Args:
            offered: One of ``found``; ``None``: the cheapest.
        """
        other = self.cheapest if offered is None else offered
        if other is None:
            return "No start around the wish can be booked."
        wish = self.wish
        if wish is None:
            return f"{_rank(other, other.clock)}; the wish itself cannot be booked."
        if other == wish:
            return f"{_rank(wish, f'{wish.clock}, the wish,')}."
        return _comparison(other, wish)

    def __str__(self) -> str:
        lines = [f"- {each}" for each in self.shown]
        lines += [f"- not {each}" for each in self.rejected]
        starts = f"{len(self.shown)} of {count_of(len(self.found), 'start')}"
        return "\n".join([f"{starts}, costs beyond the cheapest:", *lines])

    def __repr__(self) -> str:
        cheapest = "" if self.cheapest is None else f"cheapest {self.cheapest.clock}"
        steered = f"{len(self.steered)} offered instead" if self.steered else ""
        return brief(self, count_of(len(self.found), "start"), steered, cheapest)

    def _repr_svg_(self) -> str:
        from fourtop.plotting import cost_strip  # noqa: PLC0415  # Only a notebook needs it.

        return cost_strip(self).svg

    def _repr_html_(self) -> str:
        shown = self.shown
        rows = [
            (
                each.clock,
                f"{each.moved_minutes:+d}" if each.moved_minutes else "",
                "+".join(each.quote.plan.tables),
                f"+{covers_text(each.extra_covers)}",
                covers_text(each.cost.total),
                covers_text(each.cost.displaced_covers),
                covers_text(each.cost.wasted_covers),
                f"{each.cost.demand_percent:.0f}%",
                "yes" if each in shown else "",
            )
            for each in (*shown, *self.not_shown)
        ]
        costs = ("extra", "cost", "displaced", "wasted")
        columns = ("start", "minutes", "tables", *costs, "demand", "shown")
        start = brief_iso(self.request.start_us, zone_info(self.timezone))
        caption = f"Starts for a party of {self.request.party_size} at {start}, costs in covers"
        return html_picture(self._repr_svg_(), html_table(caption, columns, rows))


def _comparison(other: OfferedStart, wish: OfferedStart) -> str:
    saved = wish.cost.total - other.cost.total
    verdict = "better" if saved > 0 else "worse" if saved < 0 else "neither better nor worse"
    text = (
        f"{other.clock} is {verdict} for the house than {wish.clock}, by {covers_text(abs(saved))}"
        f" covers: {other.cost.demand_percent:.0f}% of the seats are taken or expected while the"
        f" party sits, instead of {wish.cost.demand_percent:.0f}%"
    )
    wasted = other.cost.wasted_covers - wish.cost.wasted_covers
    if covers_text(wasted) != covers_text(0):
        join = "but" if wasted > 0 < saved or wasted < 0 > saved else "and"
        more = "more" if wasted > 0 else "less"
        text += f", {join} it wastes {covers_text(abs(wasted))} covers {more} at its tables"
    return f"{text}."


def _rank(offered: OfferedStart, name: str) -> str:
    """Return how the cost of a start compares with that of the cheapest one."""
    extra = covers_text(offered.extra_covers)
    if extra == covers_text(0):
        return f"No start is better for the house than {name.rstrip(',')}"
    return f"{name} costs {extra} covers more than the cheapest start"
