"""Measure how many covers an evening gains if the house offers guests the starts that cost less.

Run ``python -m benchmarks --only steering`` or ``python -m benchmarks.steering`` at the project's
root.

Each evening has 20 requests for the sample pub, drawn by the laboratory from the pub's own party
sizes and start times. All are booked online, in an order that does not depend on their starts, and
all parties come in time and stay as planned. A guest accepts another start with the probability 0.7
up to 15 minutes away, and with 0.4 up to 30 minutes; this is an assumption. No guest leaves because
another start was offered.

The base offers the wish, and after a no the nearest starts. The policies of steering meet the same
guests on the same evenings. A gain is a mean of paired differences with the half-width of its
interval of 95 %; the bar holds its lower end. The bar of guests moved is the parties that book
another start than they wished, beyond those of the base, for each cover gained.

A forecast that is wrong by 30 % expects as many times the covers. Another expects the right number
half an hour late.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from statistics import fmean
from typing import Final

import attrs

from benchmarks.bar import HEADING, Bar, Note
from fourtop import DemandForecast, OfferTerms, SteeringPolicy, sample
from fourtop.simulation import (
    AS_PLANNED,
    Behaviour,
    Constant,
    Demand,
    Estimate,
    Uniform,
    demand_forecast,
    simulate,
)
from fourtop.simulation.estimates import difference_of
from fourtop.simulation.studies import WILLINGNESS

EVENINGS: Final = 400
QUICK_EVENINGS: Final = 40
REQUESTS: Final = 20
SEED: Final = 2030
FRIDAY: Final = date(2030, 5, 3)
_DAY_MINUTES: Final = 24 * 60
TAKE: Final = WILLINGNESS
ORDER: Final = SteeringPolicy("order")
ONE: Final = SteeringPolicy("one_better", saves_more_than=0.3)
GENTLE: Final = SteeringPolicy("one_better", saves_more_than=1)
WRONG_BY: Final = 0.3


@attrs.frozen
class Case:
    """A policy of steering, with its bars.

    Args:
        name: Its name.
        terms: What the house offers.
        gain: The bar of the lower end of its gain, in covers; ``None``: none was promised.
        moved: The bar of the parties moved for each cover gained; ``None``: none was promised.
    """

    name: str
    terms: OfferTerms
    gain: float | None = None
    moved: float | None = None


@attrs.frozen
class Played:
    """The covers seated and the parties that took another start, evening by evening."""

    covers: list[int]
    moved: list[int]


def demand() -> Demand:
    """Return the demand of the evenings: that of the pub, all of it booked in advance."""
    return sample.pub_demand().replaced(
        requests=REQUESTS,
        channels={"web": 1.0},
        lead_minutes=Uniform(_DAY_MINUTES, 14 * _DAY_MINUTES),
        cancel_share=0,
        no_show_share=0,
        late_minutes=Constant(0),
        stays=AS_PLANNED,
        weekday_factors={},
    )


def half_an_hour_late(forecast: DemandForecast) -> DemandForecast:
    """Return a forecast with each start half an hour late."""
    later = {
        day: [
            ((datetime.combine(FRIDAY, at) + timedelta(minutes=30)).time(), covers)
            for at, covers in starts
        ]
        for day, starts in forecast.covers
    }
    return attrs.evolve(forecast, covers=later)


def cases(forecast: DemandForecast) -> list[Case]:
    """Return the policies that are compared with the base."""

    def offer(policy: SteeringPolicy, expected: DemandForecast | None = forecast) -> OfferTerms:
        return OfferTerms(30, forecast=expected, steering=policy)

    less, more = forecast.scaled(1 - WRONG_BY), forecast.scaled(1 + WRONG_BY)
    return [
        Case("with a forecast, every better start", offer(ORDER)),
        Case("with a forecast, one offer", offer(ONE), 3.3, 1.6),
        Case("with a forecast, gentle", offer(GENTLE), 2.3, 1.3),
        Case("without one, every better start", offer(ORDER, None)),
        Case("without one, one offer", offer(ONE, None), 2.6),
        Case("without one, gentle", offer(GENTLE, None)),
        Case("30 % too few expected, one offer", offer(ONE, less)),
        Case("30 % too many expected, one offer", offer(ONE, more)),
        Case("expected 30 minutes late, one offer", offer(ONE, half_an_hour_late(forecast))),
    ]


def play(terms: OfferTerms, evenings: int) -> Played:
    """Play the evenings with what the house offers."""
    behaviour = Behaviour(offers=terms, take=TAKE, hold_seconds=0)
    found = simulate(
        sample.pub(), demand(), evenings=evenings, seed=SEED, behaviour=behaviour, dates=[FRIDAY]
    )
    return Played(
        [each.covers for each in found.evenings],
        [each.alternatives_taken for each in found.evenings],
    )


def gain_of(base: Played, played: Played) -> Estimate:
    """Return the covers that a policy gains in an evening."""
    return difference_of((base.covers, None), (played.covers, None), "covers")


def bars(*, is_quick: bool = False) -> Iterator[Bar | Note]:
    """Measure the policies on the same evenings."""
    evenings = QUICK_EVENINGS if is_quick else EVENINGS
    forecast = demand_forecast(demand(), sample.pub())
    base = play(OfferTerms(30), evenings)
    yield Note(
        f"base, the wish or the nearest: {fmean(base.covers):.2f} covers, {fmean(base.moved):.2f}"
        f" parties at another start; {evenings} evenings, seed {SEED}"
    )
    gains: dict[str, Estimate] = {}
    for case in cases(forecast):
        played = play(case.terms, evenings)
        gain = gains[case.name] = gain_of(base, played)
        moved = fmean(played.moved) - fmean(base.moved)
        least = [gain.mean - gain.half_width]
        yield Bar(f"covers gained, lower end: {case.name}", least, [1], 0, at_least=case.gain)
        per_cover = [moved / gain.mean] if gain.mean > 0 else [0.0]
        yield Bar("  parties moved / covers gained", per_cover, [1], 0, at_most=case.moved)
        percent = 100 * gain.mean / fmean(base.covers)
        yield Note(f"  {gain.signed_text} ({percent:+.1f} %), {moved:+.2f} parties moved")
    yield from kept(gains)


def kept(gains: Mapping[str, Estimate]) -> Iterator[Bar]:
    """Compare the gains by wrong forecasts with that by the right one."""
    right = gains["with a forecast, one offer"].mean
    for name in list(gains)[-3:]:
        yield Bar(f"gain kept: {name}", [gains[name].mean], [right], 0, at_least=0.8)


if __name__ == "__main__":
    print(HEADING)
    for bar in bars():
        print(bar, flush=True)
