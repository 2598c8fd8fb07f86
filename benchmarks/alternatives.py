"""Measure how many covers an evening gains if guests take the nearest alternative time.

Run ``python -m benchmarks --only alternatives`` or ``python -m benchmarks.alternatives`` at the
project's root.

Each evening has 20 requests for the sample pub, drawn from its own demand: party sizes and start
times by their weights. The same requests are made twice, in the same order, on two desks. One desk
books exact times only. On the other one, a guest who is refused takes the nearest alternative
within 30 minutes. The evenings are paired, so the gain of each has little noise. The bar is the sum
of covers over all evenings: at least 6.5 % more.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from math import sqrt
from statistics import fmean, stdev
from typing import Final

import attrs

from benchmarks.bar import HEADING, Bar, Note
from fourtop import (
    AlternativeTerms,
    BookingRequest,
    Desk,
    Engine,
    ManualClock,
    MemoryStore,
    Refused,
    sample,
)

EVENINGS: Final = 500
QUICK_EVENINGS: Final = 50
REQUESTS: Final = 20
FIRST: Final = date(2030, 5, 3)
NOON: Final = datetime(2030, 5, 3, 12, tzinfo=UTC)
WITHIN: Final = AlternativeTerms((15, 30), limit=1)
# Half the width of an interval of 95 %, in standard errors.
HALF_WIDTH: Final = 1.96


@attrs.frozen
class Evening:
    """The covers of one evening's requests.

    Args:
        asked: Of all requests.
        exact: Booked at exact times.
        nearest: Booked at exact times or at the nearest alternative.
    """

    asked: int
    exact: int
    nearest: int


def requests(seed: int) -> list[BookingRequest]:
    """Draw the requests of one evening."""
    draw = random.Random(seed)
    demand = sample.pub_demand()
    slots = _desk().availability(FIRST, 1, spots_limit=1).slots
    sizes, weights = zip(*demand.party_weights, strict=True)
    starts = draw.choices([slot.start for slot in slots], demand.start_weights, k=REQUESTS)
    parties = draw.choices(sizes, weights, k=REQUESTS)
    return [BookingRequest(size, start) for size, start in zip(parties, starts, strict=True)]


def _desk() -> Desk:
    return Engine(MemoryStore(ManualClock(NOON))).add_restaurant(sample.pub())


def exact(asked: Sequence[BookingRequest]) -> int:
    """Return the covers that are booked at exact times."""
    desk = _desk()
    return sum(request.party_size for request in asked if _is_booked(desk, request))


def nearest(asked: Sequence[BookingRequest]) -> int:
    """Return the covers that are booked if each guest takes the nearest alternative."""
    desk, covers = _desk(), 0
    for request in asked:
        if _is_booked(desk, request):
            covers += request.party_size
            continue
        found = desk.alternatives(request, WITHIN).nearest
        if found is not None:
            covers += desk.book(found.request).party_size
            assert abs(found.start - request.start) <= timedelta(minutes=30)
    return covers


def _is_booked(desk: Desk, request: BookingRequest) -> bool:
    try:
        desk.book(request)
    except Refused:
        return False
    return True


def evenings(count: int) -> list[Evening]:
    """Play some evenings, each twice."""
    played = []
    for seed in range(1, count + 1):
        asked = requests(seed)
        covers = sum(each.party_size for each in asked)
        played.append(Evening(covers, exact(asked), nearest(asked)))
    return played


def gain(played: Sequence[Evening]) -> tuple[float, float]:
    """Return the gain in percent, and half the width of its interval of 95 %.

    The gain is a ratio of two sums. Its standard error is that of the mean of
    ``nearest - (1 + gain) × exact`` (the delta method).
    """
    base = fmean(each.exact for each in played)
    ratio = fmean(each.nearest for each in played) / base
    residuals = [each.nearest - ratio * each.exact for each in played]
    half = HALF_WIDTH * stdev(residuals) / sqrt(len(played)) / base
    return 100 * (ratio - 1), 100 * half


def bars(*, is_quick: bool = False) -> Iterator[Bar | Note]:
    """Measure the gain in covers."""
    played = evenings(QUICK_EVENINGS if is_quick else EVENINGS)
    percent, half = gain(played)
    yield Bar(
        f"covers with the nearest alternative within 30 minutes, {len(played)} evenings",
        [float(sum(each.nearest for each in played))],
        [float(sum(each.exact for each in played))],
        calls=0,
        at_least=1.065,
    )
    asked, exactly, nearly = (
        sum(getattr(each, name) for each in played) for name in ("asked", "exact", "nearest")
    )
    yield Note(
        f"the gain is +{percent:.2f} ± {half:.2f} % covers: {nearly:,} instead of {exactly:,} of"
        f" {asked:,}"
    )


if __name__ == "__main__":
    print(HEADING)
    for bar in bars():
        print(bar, flush=True)
