"""Alternatives: other times, zones, lengths or a split, for a party that cannot sit as it asked."""

from collections.abc import Iterable
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Final

import attrs

from fourtop.errors import InvalidInput, Refusal, safe_repr
from fourtop.errors.display import brief, count_of, html_table, some
from fourtop.model import validators
from fourtop.model.request import BookingRequest
from fourtop.model.restaurant import zone_info
from fourtop.model.results import Quote, Versions
from fourtop.model.window import brief_iso

MOVED_MINUTES: Final = (1, 720)
MOST_STEPS: Final = 20
MOST_OF_A_KIND: Final = 20


def _steps(value: Iterable[int]) -> tuple[int, ...]:
    steps = validators.as_members("minutes", value, _step)
    if not 1 <= len(steps) <= MOST_STEPS:
        rule_text = f"must be 1 to {MOST_STEPS} distances"
        raise InvalidInput("minutes", rule_text, safe_repr(steps))
    return tuple(sorted(set(steps)))


def _step(value: object) -> int:
    return validators.check_integer("minutes", value, *MOVED_MINUTES)


class AlternativeKind(StrEnum):
    """What an alternative changes.

    ``TIME``: the start. ``ZONE``: the zone. ``STAY``: the length of the stay. ``SPLIT``: the party
    sits as two.
    """

    TIME = "time"
    ZONE = "zone"
    STAY = "stay"
    SPLIT = "split"


@attrs.frozen(repr=False)
class AlternativeTerms:
    """The alternatives that a party accepts. Only those that are asked for are searched.

    Args:
        minutes: The distances from the start that it accepts, each earlier and later (1–720). A
            guest gets the last start on offer within each distance.
        limit: The most alternatives of each kind (1–20).
        times: Whether it may come at another time of the same service date.
        zones: Whether it may sit in a zone that its conditions or its named tables exclude.
        shorter_stay: Whether it may stay less long than the policy or its request says.
        split: Whether it may sit as two parties at one start.

    Raises:
        InvalidInput: If no kind is asked for; or naming the field and the rule.

    >>> AlternativeTerms(minutes=(15, 30), zones=True)
    <AlternativeTerms time, zone, within 15 and 30 minutes, 5 each>
    """

    minutes: tuple[int, ...] = attrs.field(default=(15, 30, 60, 120), converter=_steps)
    limit: int = attrs.field(
        default=5,
        kw_only=True,
        converter=validators.as_integer,
        validator=validators.integer(1, MOST_OF_A_KIND),
    )
    times: bool = attrs.field(default=True, kw_only=True, validator=validators.flag)
    zones: bool = attrs.field(default=False, kw_only=True, validator=validators.flag)
    shorter_stay: bool = attrs.field(default=False, kw_only=True, validator=validators.flag)
    split: bool = attrs.field(default=False, kw_only=True, validator=validators.flag)

    def __attrs_post_init__(self) -> None:
        if not self.kinds:
            raise InvalidInput("times", "ask for times, zones, shorter_stay or split", "none")

    @property
    def kinds(self) -> tuple[AlternativeKind, ...]:
        """The kinds that are asked for."""
        asked = (self.times, self.zones, self.shorter_stay, self.split)
        return tuple(
            kind for kind, is_asked in zip(AlternativeKind, asked, strict=True) if is_asked
        )

    def __repr__(self) -> str:
        distances = some([str(each) for each in self.minutes], most=3, separator=" and ")
        within = f"within {distances} minutes" if self.times else ""
        return brief(self, *(each.value for each in self.kinds), within, f"{self.limit} each")


@attrs.frozen(repr=False)
class Alternative:
    """Something else that the party can have. Book its requests in order.

    Args:
        kind: The difference from the request.
        requests: The requests that book it: one, or of a split two, the first one first.
        quotes: The answer to each request. That to the second of a split counts the first as
            booked.
        moved_minutes: How much later it starts; negative: earlier.
        stay_minutes_lost: How much less time the party has at the table.
        timezone: Of the restaurant, for the times that a person sees.
    """

    kind: AlternativeKind
    requests: tuple[BookingRequest, ...]
    quotes: tuple[Quote, ...]
    moved_minutes: int = 0
    stay_minutes_lost: int = 0
    timezone: str = attrs.field(default="UTC", eq=False, kw_only=True)

    @property
    def request(self) -> BookingRequest:
        """The request that books it, or the first of a split."""
        return self.requests[0]

    @property
    def start(self) -> datetime:
        """When the party sits down, in UTC."""
        return self.request.start

    @property
    def order_key(self) -> tuple[int, int]:
        """Its place among others: the nearest first, the earlier one of two."""
        return abs(self.moved_minutes), self.moved_minutes

    @property
    def difference(self) -> str:
        """The difference from the request in words, without the tables."""
        texts = {
            AlternativeKind.TIME: self._moved,
            AlternativeKind.ZONE: f"in zone {some(sorted(self.request.must.zones))}",
            AlternativeKind.STAY: f"a stay of {self.quotes[0].stay.dining.minutes} minutes",
            AlternativeKind.SPLIT: f"as {_sizes(self.requests)}",
        }
        lost = count_of(self.stay_minutes_lost, "minute")
        return f"{texts[self.kind]}, {lost} less" if self.stay_minutes_lost else texts[self.kind]

    @property
    def clock(self) -> str:
        """The local time of the start."""
        return _clock(self.start, zone_info(self.timezone))

    @property
    def place(self) -> str:
        """The tables in words."""
        return " and ".join(map(_where, self.quotes))

    @property
    def _moved(self) -> str:
        direction = "earlier" if self.moved_minutes < 0 else "later"
        return f"{self.clock}, {count_of(abs(self.moved_minutes), 'minute')} {direction}"

    def __str__(self) -> str:
        return f"{self.difference}, {self.place}"

    def __repr__(self) -> str:
        return brief(self, f"{self.kind.value}: {self}")


@attrs.frozen(repr=False)
class RejectedAlternative:
    """Something else that the party cannot have, and why.

    Args:
        kind: The difference from the request.
        requests: The requests that were tried.
        refusal: The refusal of the one that failed.
        timezone: Of the restaurant, for the times that a person sees.
    """

    kind: AlternativeKind
    requests: tuple[BookingRequest, ...]
    refusal: Refusal
    timezone: str = attrs.field(default="UTC", eq=False, kw_only=True)

    def __str__(self) -> str:
        first = self.requests[0]
        start = _clock(first.start, zone_info(self.timezone))
        tried = {
            AlternativeKind.TIME: start,
            AlternativeKind.ZONE: f"zone {some(sorted(first.must.zones))}",
            AlternativeKind.STAY: f"a stay of {first.minutes} minutes",
            AlternativeKind.SPLIT: _sizes(self.requests),
        }
        return f"{tried[self.kind]}: {self.refusal.reasons[0]}"

    def __repr__(self) -> str:
        return brief(self, f"{self.kind.value}: {self}")


@attrs.frozen(repr=False)
class Alternatives:
    """The answer to a request, and its alternatives at the same versions.

    It is true if it has an alternative.

    Args:
        request: The request.
        terms: The alternatives that were asked for.
        answer: The quote of the request itself, or its refusal.
        found: The alternatives that can be booked: the nearest first, the earlier one of two. At
            one start the order is zone, stay, split.
        rejected: Those that cannot be booked, each with its refusal: zones, a stay, splits, then
            times by distance.
        versions: Of the floor, policy and occupancy that it read.
        timezone: Of the restaurant, for the times that a person sees.
    """

    request: BookingRequest
    terms: AlternativeTerms
    answer: Quote | Refusal
    found: tuple[Alternative, ...]
    rejected: tuple[RejectedAlternative, ...]
    versions: Versions
    timezone: str = attrs.field(default="UTC", eq=False, kw_only=True)

    def __bool__(self) -> bool:
        """Return whether it has an alternative."""
        return bool(self.found)

    @property
    def nearest(self) -> Alternative | None:
        """The first alternative; ``None`` without one."""
        return next(iter(self.found), None)

    @property
    def not_tried(self) -> tuple[AlternativeKind, ...]:
        """The kinds that were asked for and had nothing to try.

        No start on offer lies within the distances, no zone is excluded, the party asks for a time
        without service or may not choose its stay, or is too large for two.
        """
        tried = {each.kind for each in self.found} | {each.kind for each in self.rejected}
        return tuple(kind for kind in self.terms.kinds if kind not in tried)

    def of_kind(self, kind: AlternativeKind | str) -> tuple[Alternative, ...]:
        """Return the alternatives of a kind."""
        return tuple(each for each in self.found if each.kind == kind)

    def __str__(self) -> str:
        if self.found:
            return "\n".join(["Instead:", *(f"- {each}" for each in self.found)])
        lines = ["No alternatives:", *(f"- {each}" for each in self.rejected)]
        lines += [f"- {kind.value}: nothing to try" for kind in self.not_tried]
        return "\n".join(lines)

    def __repr__(self) -> str:
        nearest = "" if self.nearest is None else f"nearest {self.nearest}"
        rejected = f"{len(self.rejected)} rejected" if self.rejected else ""
        return brief(self, count_of(len(self.found), "alternative"), rejected, nearest)

    def _repr_html_(self) -> str:
        rows = [(each.kind.value, str(each)) for each in self.found]
        rows += [(f"not: {each.kind.value}", str(each)) for each in self.rejected]
        start = brief_iso(self.request.start_us, zone_info(self.timezone))
        caption = f"Alternatives for a party of {self.request.party_size} at {start}"
        return html_table(caption, ("kind", "text"), rows)


def _where(quote: Quote) -> str:
    tables = quote.plan.tables
    noun = "table" if len(tables) == 1 else "tables"
    return f"at {noun} {some(tables, most=8, separator=' and ')}"


def _sizes(requests: Iterable[BookingRequest]) -> str:
    return " and ".join(str(each.party_size) for each in requests)


def _clock(instant: datetime, zone: tzinfo) -> str:
    return f"{instant.astimezone(zone):%H:%M}"
