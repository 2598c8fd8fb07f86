"""Lookup: which of many starts can be booked, by as few reads as possible."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, timedelta
from typing import Final

import attrs

from fourtop.aggregator.answers import refused_request
from fourtop.aggregator.merchant import Merchant
from fourtop.engine import AsyncDesk
from fourtop.model.feed import MAX_FEED_DAYS, MAX_FEED_QUESTIONS, FeedCell, FeedTerms
from fourtop.model.window import from_micros

_DAY: Final = timedelta(days=1)
# A feed counts the spots of a start; the first one answers the question.
_ONE_SPOT: Final = 1
# A date with one size and one length is a question. So many take a few seconds.
_MOST_QUESTIONS: Final = 20_000


@attrs.frozen
class Wanted:
    """A start that the aggregator asks for.

    Args:
        start_us: The start, in microseconds.
        party_size: The party size.
        minutes: The length that the user saw; ``None``: the length that the policy sets.
    """

    start_us: int
    party_size: int
    minutes: int | None


async def bookable_starts(
    desk: AsyncDesk, merchant: Merchant, asked: Sequence[Wanted]
) -> tuple[bool, ...]:
    """Tell of each start whether it can be booked, in their order.

    A length that the policy sets needs no permission; another length is a wish of the guest, which
    the house may refuse. Starts of neighbouring dates are read at one version. Complexity: one read
    for each run of dates, and one more for other lengths; each is as large as the starts
    of its dates times the sizes and lengths.

    Args:
        desk: The desk of the merchant.
        merchant: The merchant.
        asked: The starts.

    Raises:
        HTTPException: 400, if the dates times the sizes and lengths are too many.
    """
    of_policy = await _cells(desk, merchant, asked, ())
    by_start = {(each.start_us, each.party_size): each for each in of_policy}
    others = [each for each in asked if _has_other_length(each, by_start)]
    of_wish = await _cells(desk, merchant, others, {each.minutes for each in others})
    bookable = {
        Wanted(each.start_us, each.party_size, each.minutes) for each in of_wish if each.is_bookable
    }
    return tuple(
        each in bookable
        if _has_other_length(each, by_start)
        else (cell := by_start.get((each.start_us, each.party_size))) is not None
        and cell.is_bookable
        for each in asked
    )


async def wished_minutes(desk: AsyncDesk, merchant: Merchant, wanted: Wanted) -> int | None:
    """Return the length that a booking must ask for; ``None``: the policy sets the wanted one."""
    if wanted.minutes is None:
        return None
    of_policy = await _cells(desk, merchant, [wanted], ())
    by_start = {(each.start_us, each.party_size): each for each in of_policy}
    return wanted.minutes if _has_other_length(wanted, by_start) else None


def _has_other_length(wanted: Wanted, by_start: dict[tuple[int, int], FeedCell]) -> bool:
    """Tell whether the policy sets another length; not at a start that is not on offer."""
    cell = by_start.get((wanted.start_us, wanted.party_size))
    return cell is not None and wanted.minutes not in (None, cell.minutes)


async def _cells(
    desk: AsyncDesk, merchant: Merchant, asked: Sequence[Wanted], minutes: Collection[int | None]
) -> list[FeedCell]:
    sizes = {each.party_size for each in asked}
    lengths = [each for each in minutes if each is not None]
    found: list[FeedCell] = []
    most = MAX_FEED_QUESTIONS // max(len(sizes) * max(len(lengths), 1), 1)
    starts, longest = {each.start_us for each in asked}, min(max(most, 1), MAX_FEED_DAYS)
    runs = list(_runs(starts, longest))
    dates = sum(days for _, days in runs)
    if dates * len(sizes) * max(len(lengths), 1) > _MOST_QUESTIONS:
        raise refused_request("slot_time: has too many dates, sizes and lengths")
    for first, days in runs:
        terms = FeedTerms(
            first,
            days,
            tuple(sizes),
            minutes=lengths,
            channel=merchant.channel,
            spots_limit=_ONE_SPOT,
        )
        found += await desk.feed(terms)
    return found


def _runs(starts: Collection[int], most_days: int) -> Iterator[tuple[date, int]]:
    """Yield the runs of dates whose services may have the starts, as first date and length.

    A service may begin on the date before its start, and a date of the restaurant may be the one
    before or after that of UTC.
    """
    near = sorted(
        {from_micros(each).date() + number * _DAY for each in starts for number in (-1, 0, 1)}
    )
    begun = 0
    for place, each in enumerate(near, 1):
        is_last = place == len(near) or near[place] != each + _DAY
        if is_last or place - begun == most_days:
            yield near[begun], place - begun
            begun = place
