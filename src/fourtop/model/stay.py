"""The stay of a party: its windows, the cut at the end of a service, and the turn time."""

from datetime import date

import attrs

from fourtop.errors import Code, Refusal
from fourtop.errors.display import brief
from fourtop.model.direct_init import direct_init
from fourtop.model.service import Service
from fourtop.model.service_period import TurnBand
from fourtop.model.window import LATEST_US, MICROSECONDS_PER_MINUTE, Window


@direct_init
@attrs.frozen(repr=False)
class Stay:
    """The windows of a party, as the policy sets them for a start, a size and an occasion.

    Args:
        period: Key of the service period.
        service_date: The date that the service starts on.
        occasion: Key of the occasion, if any.
        dining: The time at the table, ``[start, end)``.
        occupied: The time for which its tables are taken: dining and the buffers.
        turn_minutes: The turn time of its band.
        is_clamped: Whether the stay was cut at the end of service.
    """

    period: str
    service_date: date
    occasion: str | None
    dining: Window
    occupied: Window
    turn_minutes: int
    is_clamped: bool = False

    def __repr__(self) -> str:
        return brief(
            self,
            f"{self.period} on {self.service_date}, {self.dining.brief()}",
            "" if self.occasion is None else self.occasion,
            "clamped" if self.is_clamped else "",
        )


def fit_stay(
    service: Service,
    start_us: int,
    *,
    minutes: int,
    occasion: str | None,
    zone_end_us: int | None,
) -> Stay | Refusal:
    """Return the stay of a party that sits down at an instant of a service, or a refusal.

    Unless the period allows overrun, the occupied window is clamped to the end of the service.

    Args:
        service: The service.
        start_us: The instant, in microseconds.
        minutes: How long the party stays, if nothing cuts its stay.
        occasion: Key of its occasion.
        zone_end_us: When the party leaves its zone at the latest; ``None``: no zone cuts the stay.
    """
    period = service.period
    before = period.buffer_before_minutes * MICROSECONDS_PER_MINUTE
    after = period.buffer_after_minutes * MICROSECONDS_PER_MINUTE
    end_us = start_us + minutes * MICROSECONDS_PER_MINUTE
    ends = [] if period.overrun_allowed else [service.window.end_us]
    if zone_end_us is not None:
        ends.append(zone_end_us)
    latest_us = min(ends, default=LATEST_US) - after
    is_clamped = end_us > latest_us
    if is_clamped:
        end_us = latest_us
        least = min(period.min_dwell_minutes, minutes)
        if end_us - start_us < least * MICROSECONDS_PER_MINUTE:
            dwell = max((end_us - start_us) // MICROSECONDS_PER_MINUTE, 0)
            return Refusal.by_rule(
                Code.DWELL_BELOW_MINIMUM,
                period=period.key,
                dwell_minutes=dwell,
                minimum_minutes=least,
            )
    dining = occupied = Window.of_micros(start_us, end_us)
    if before or after:
        occupied = Window.of_micros(start_us - before, end_us + after)
    return Stay(
        period=period.key,
        service_date=service.date,
        occasion=occasion,
        dining=dining,
        occupied=occupied,
        turn_minutes=minutes,
        is_clamped=is_clamped,
    )


def turn_minutes(bands: tuple[TurnBand, ...], party_size: int) -> int:
    """Return the turn time of the first band that fits the party, else that of the last band.

    >>> from fourtop.model.service_period import as_bands
    >>> turn_minutes(as_bands([(2, 60), (4, 75)]), 12)
    75
    """
    for band in bands:
        if band.max_party is None or party_size <= band.max_party:
            return band.minutes
    return bands[-1].minutes
